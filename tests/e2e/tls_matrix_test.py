# SPDX-License-Identifier: GPL-3.0-or-later
"""TLS as openssl's client sees it: security policies, ALPN, SNI, replaced certificates, sessions, the key log."""
import concurrent.futures
import itertools
import os
import shutil
import stat
import unittest

import certificates
import tls_client

# The cipher groups of the reference's section 1.4, in the server's order of the full list.
T13 = "TLS_AES_128_GCM_SHA256 TLS_AES_256_GCM_SHA384 TLS_CHACHA20_POLY1305_SHA256".split()
ALL = [(name, group) for group, name in (pair.split(":") for pair in (
    "E-GCM:ECDHE-ECDSA-AES128-GCM-SHA256 E-GCM:ECDHE-RSA-AES128-GCM-SHA256 "
    "E-CBC2:ECDHE-ECDSA-AES128-SHA256 E-CBC2:ECDHE-RSA-AES128-SHA256 "
    "E-CBC1:ECDHE-ECDSA-AES128-SHA E-CBC1:ECDHE-RSA-AES128-SHA "
    "E-GCM:ECDHE-ECDSA-AES256-GCM-SHA384 E-GCM:ECDHE-RSA-AES256-GCM-SHA384 "
    "E-CBC2:ECDHE-ECDSA-AES256-SHA384 E-CBC2:ECDHE-RSA-AES256-SHA384 "
    "E-CBC1:ECDHE-ECDSA-AES256-SHA E-CBC1:ECDHE-RSA-AES256-SHA "
    "R-2:AES128-GCM-SHA256 R-2:AES128-SHA256 R-1:AES128-SHA "
    "R-2:AES256-GCM-SHA384 R-2:AES256-SHA256 R-1:AES256-SHA").split())]


def ciphers(*groups):
    return [name for name, group in ALL if group in groups]


RES = ciphers("E-GCM")
SHA2 = ciphers("E-GCM", "E-CBC2")
EXT1 = ciphers("E-GCM", "E-CBC2", "R-2")
EXT2 = ciphers("E-GCM", "E-CBC2", "E-CBC1", "R-2", "R-1")
FS = ciphers("E-GCM", "E-CBC2", "E-CBC1")
FS[-2:] = reversed(FS[-2:])  # "The FS policies list E-RSA-256-SHA before E-ECDSA-256-SHA"

VERSIONS = {"TLSv1": "-tls1", "TLSv1.1": "-tls1_1", "TLSv1.2": "-tls1_2", "TLSv1.3": "-tls1_3"}
NEWEST = {"1.3": "TLSv1.3", "1.2": "TLSv1.2", "1.1": "TLSv1.1", "1.0": "TLSv1"}

# policy without its beginning: its versions, its ciphers of TLS 1.2
POLICIES = {
    "TLS13-1-3-2021-06": ("1.3", []), "TLS13-1-3-PQ-2025-09": ("1.3", []),
    "TLS13-1-2-Res-2021-06": ("1.3 1.2", RES), "TLS13-1-2-Res-PQ-2025-09": ("1.3 1.2", RES),
    "TLS13-1-2-2021-06": ("1.3 1.2", SHA2), "TLS13-1-2-PQ-2025-09": ("1.3 1.2", SHA2),
    "TLS13-1-2-Ext1-2021-06": ("1.3 1.2", EXT1), "TLS13-1-2-Ext1-PQ-2025-09": ("1.3 1.2", EXT1),
    "TLS13-1-2-Ext2-2021-06": ("1.3 1.2", EXT2), "TLS13-1-2-Ext2-PQ-2025-09": ("1.3 1.2", EXT2),
    "TLS13-1-1-2021-06": ("1.3 1.2 1.1", EXT2),
    "TLS13-1-0-2021-06": ("1.3 1.2 1.1 1.0", EXT2), "TLS13-1-0-PQ-2025-09": ("1.3 1.2 1.1 1.0", EXT2),
    "TLS-1-2-2017-01": ("1.2", EXT1), "TLS-1-2-Ext-2018-06": ("1.2", EXT2), "TLS-1-1-2017-01": ("1.2 1.1", EXT2),
    "2016-08": ("1.2 1.1 1.0", EXT2),
    "FS-1-2-Res-2020-10": ("1.2", RES), "FS-1-2-Res-2019-08": ("1.2", SHA2), "FS-1-2-2019-08": ("1.2", FS),
    "FS-1-1-2019-08": ("1.2 1.1", FS), "FS-2018-06": ("1.2 1.1 1.0", FS),
}
WALKED = ["TLS13-1-2-Res-2021-06", "TLS13-1-2-2021-06", "TLS13-1-2-Ext1-2021-06", "TLS13-1-2-Ext2-2021-06",
          "FS-1-2-2019-08"]  # one for each set of ciphers


def in_parallel(work, items):
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        return list(pool.map(work, items))


class SecurityPolicies(tls_client.TlsTest):
    """Each policy on a listener of its own, with an RSA and an ECDSA certificate."""

    def setUp(self):
        super().setUp()
        root = self.authority()
        pair = [root.issue("e2e", ["e2e.localhost"], key=kind) for kind in ("P-256", 2048)]
        self.addresses = self.run_listeners(*(
            self.listener(name, pair, sslPolicy=f"ELBSecurityPolicy-{name}") for name in POLICIES))

    def connect(self, policy, version, offered=tls_client.SURELY_OLD):
        return tls_client.connect(self.addresses[policy], VERSIONS[version], "-cipher", offered, name="e2e.localhost")

    def test_each_policy_takes_its_versions_and_no_other(self):
        cases = list(itertools.product(POLICIES, VERSIONS))
        for (policy, version), seen in zip(cases, in_parallel(lambda case: self.connect(*case), cases)):
            with self.subTest(policy=policy, version=version):
                allowed, known = POLICIES[policy]
                if version not in [NEWEST[word] for word in allowed.split()]:
                    self.assertEqual((seen.cipher, seen.alert), ("", "70"), seen.output)  # protocol_version
                    continue
                self.assertEqual((seen.version, seen.status), (version, "200"), seen.output)
                self.assertIn(seen.cipher, T13 if version == "TLSv1.3" else known)

    def test_the_servers_order_of_ciphers_decides(self):
        def walk(policy):
            """All that the listener takes from a client that has everything, best first."""
            client = certificates.openssl("ciphers", "-s", "-tls1_2", tls_client.SURELY_OLD).strip().split(":")
            taken = []
            while True:
                # The client's own order is the opposite.
                offered = [name for name in reversed(client) if name not in taken]
                seen = self.connect(policy, "TLSv1.2", ":".join(offered) + ":@SECLEVEL=0")
                if not seen.cipher:
                    self.assertEqual(seen.alert, "40", seen.output)  # handshake_failure
                    return taken
                taken.append(seen.cipher)

        for policy, taken in zip(WALKED, in_parallel(walk, WALKED)):
            with self.subTest(policy=policy):
                # The certificate is chosen before: ECDSA as long as the client can.
                known = POLICIES[policy][1]
                self.assertEqual(taken, [name for name in known if "ECDSA" in name] +
                                 [name for name in known if "ECDSA" not in name])

    def test_the_servers_order_of_tls_13_decides(self):
        for offered in itertools.permutations(T13, 2):
            with self.subTest(offered=offered):
                seen = tls_client.connect(self.addresses["TLS13-1-3-2021-06"], "-ciphersuites", ":".join(offered))
                self.assertEqual(seen.cipher, min(offered, key=T13.index))


class ServerNames(tls_client.TlsTest):
    """Several certificates on one listener: ALB's choice, whatever their order in the list."""

    # name: the certificate that loses, the one that wins; the rules of the reference's section 1.3 in their order
    PAIRS = {
        "kind.test": ({"key": 2048}, {"key": "P-256"}),
        "kind-before-expiry.test": ({"key": 2048}, {"key": "P-256", "days": (-9, -1)}),
        "expiry.test": ({"key": "P-384", "days": (-9, -1)}, {"key": "P-256"}),
        "hash.test": ({"hash": "sha256"}, {"hash": "sha384"}),
        "hash-before-length.test": ({"hash": "sha256", "key": 3072}, {"hash": "sha512", "key": 2048}),
        "length.test": ({"key": "P-256"}, {"key": "P-384"}),
        "length-of-rsa.test": ({"key": 2048}, {"key": 3072}),
        "validity.test": ({"days": (-1, 30)}, {"days": (-1, 60)}),
    }

    def setUp(self):
        super().setUp()
        root = self.authority("root", None, 2048)
        default = root.issue("default", ["default.test"])
        others = [root.issue("wildcard", ["*.wild.test"])]
        for name, (loser, winner) in self.PAIRS.items():
            others += [root.issue(f"worse {name}", [name], **loser), root.issue(f"better {name}", [name], **winner)]
        self.addresses = self.run_listeners(self.listener("as listed", [default, *others]),
                                            self.listener("reversed", [default, *reversed(others)]))

    def served(self, listener, name, *options):
        seen = tls_client.connect(self.addresses[listener], *options, name=name)
        self.assertEqual(seen.status, "200", seen.output)
        return seen.certificate

    def test_the_name_chooses(self):
        for name, expected in (("", "default"), ("default.test", "default"), ("nobody.test", "default"),
                               ("a.wild.test", "wildcard"), ("A.Wild.Test", "wildcard"),
                               ("wild.test", "default"), ("a.b.wild.test", "default")):
            with self.subTest(name=name):
                self.assertEqual(self.served("as listed", name), expected)

    def test_the_best_of_several_is_served(self):
        for listener, name in itertools.product(self.addresses, self.PAIRS):
            with self.subTest(listener=listener, name=name):
                self.assertEqual(self.served(listener, name), f"better {name}")

    def test_a_client_gets_what_it_can_check(self):
        for options in (["-sigalgs", "RSA-PSS+SHA256:RSA+SHA256"], ["-tls1_2", "-cipher", "aRSA"]):
            with self.subTest(options=options):
                self.assertEqual(self.served("as listed", "kind.test", *options), "worse kind.test")


class Connections(tls_client.TlsTest):
    """What else a client and a listener agree on."""

    def test_alpn(self):
        root = self.authority()
        identity = root.issue("e2e", ["e2e.localhost"])
        both = self.run_listeners(self.listener("both", [identity]))["both"]
        for offered, expected in (("h2", "h2"), ("http/1.1", "http/1.1"), ("http/1.1,h2", "h2"),
                                  ("spdy/3,http/1.1", "http/1.1"), ("", "")):
            with self.subTest(offered=offered):
                seen = tls_client.connect(both, *(["-alpn", offered] if offered else []))
                self.assertEqual(seen.alpn, expected)
                self.assertTrue(seen.cipher, seen.output)
        with self.subTest("none of ours"):
            seen = tls_client.connect(both, "-alpn", "spdy/3")
            self.assertEqual((seen.cipher, seen.alert), ("", "120"), seen.output)  # no_application_protocol

    def test_alpn_without_http2(self):
        identity = self.authority().issue("e2e", ["e2e.localhost"])
        one = self.run_listeners(self.listener("one", [identity]), attributes={"http2Enabled": False})["one"]
        for offered, expected in (("h2,http/1.1", "http/1.1"), ("http/1.1", "http/1.1"), ("", "")):
            with self.subTest(offered=offered):
                seen = tls_client.connect(one, *(["-alpn", offered] if offered else []))
                self.assertEqual((seen.alpn, seen.status), (expected, "200"), seen.output)

    def test_a_replaced_certificate_is_served_to_the_next_connection(self):
        root = self.authority()
        before, after = (root.issue(name, ["e2e.localhost"], key=kind)
                         for name, kind in (("before", "P-256"), ("after", 2048)))
        served = certificates.Identity(os.path.join(self.folder, "served.crt"), os.path.join(self.folder, "served.key"))
        shutil.copy(before.certificate, served.certificate)
        shutil.copy(before.key, served.key)
        address = self.run_listeners(self.listener("in", [served]))["in"]
        self.assertEqual(tls_client.connect(address).certificate, "before")
        for part in ("certificate", "key"):  # as renewal programs do it: each is whole at any moment
            shutil.copy(getattr(after, part), getattr(served, part) + ".new")
            os.rename(getattr(served, part) + ".new", getattr(served, part))
        self.wait_until(lambda: tls_client.connect(address).certificate == "after", "the new certificate is served")
        self.assertEqual(tls_client.connect(address).status, "200")

    def test_sessions_are_resumed(self):
        identity = self.authority().issue("e2e", ["e2e.localhost"])
        address = self.run_listeners(self.listener("in", [identity], sslPolicy="ELBSecurityPolicy-TLS13-1-0-2021-06"))
        session = os.path.join(self.folder, "session.pem")
        for options in (["-tls1_3"], ["-tls1_2"], ["-tls1_2", "-no_ticket"],
                        ["-tls1", "-cipher", tls_client.SURELY_OLD]):
            with self.subTest(options=options):
                first = tls_client.connect(address["in"], *options, "-sess_out", session, name="e2e.localhost")
                again = tls_client.connect(address["in"], *options, "-sess_in", session, name="e2e.localhost")
                self.assertEqual((first.reused, first.status), (False, "200"), first.output)
                self.assertEqual((again.reused, again.status), (True, "200"), again.output)
                self.assertEqual(again.cipher, first.cipher)
        with self.subTest("no early data"):
            self.assertIn("Max Early Data: 0\n", tls_client.connect(address["in"], "-tls1_3").output)

    def test_the_key_log_file_has_the_secrets_while_it_is_on(self):
        identity = self.authority().issue("e2e", ["e2e.localhost"])
        document = self.document([self.listener("in", [identity])])
        ours, theirs = (os.path.join(self.folder, name) for name in ("ours.log", "theirs.log"))

        def secrets(file):
            return {line for line in certificates.read(file).splitlines() if line and not line.startswith("#")}

        balancer = self.run_workspace({**document, "monitoring": {"tlsKeyLogFile": ours}})
        for version in ("-tls1_2", "-tls1_3"):
            self.assertEqual(tls_client.connect(balancer.address, version, "-keylogfile", theirs).status, "200")
        self.assertEqual({line.split()[0] for line in secrets(theirs)} - {"EXPORTER_SECRET"},
                         {"CLIENT_RANDOM", "CLIENT_HANDSHAKE_TRAFFIC_SECRET", "SERVER_HANDSHAKE_TRAFFIC_SECRET",
                          "CLIENT_TRAFFIC_SECRET_0", "SERVER_TRAFFIC_SECRET_0"})
        self.assertEqual(secrets(ours), secrets(theirs))
        self.assertEqual(stat.S_IMODE(os.stat(ours).st_mode), 0o600)

        with self.subTest("off again"):
            written = os.path.getsize(ours)
            document["loadBalancers"][0]["listeners"][0]["defaultActions"][0]["messageBody"] = "changed"
            self.change_workspace(document)
            self.wait_until(lambda: "changed" in tls_client.connect(balancer.address).body, "the key log is off")
            settled = os.path.getsize(ours)
            self.assertGreaterEqual(settled, written)
            self.assertEqual(tls_client.connect(balancer.address).status, "200")
            self.assertEqual(os.path.getsize(ours), settled)


if __name__ == "__main__":
    unittest.main()

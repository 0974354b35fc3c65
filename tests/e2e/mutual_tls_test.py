# SPDX-License-Identifier: GPL-3.0-or-later
"""Mutual TLS with openssl's client: who is let in, what the target hears, what the connection log says."""
import collections
import glob
import os
import re
import unittest
import urllib.parse

import certificates
import http_targets
import tls_client

LOG_FIELDS = ("time client_ip client_port listener_port protocol cipher latency subject validity serial verify_status "
              "trace_id key_exchange elb ip").split()
LogLine = collections.namedtuple("LogLine", LOG_FIELDS)
VERSIONS = ("-tls1_2", "-tls1_3")


def as_header(pem):
    """As ALB writes PEM into a header field."""
    return urllib.parse.quote(pem, safe="+=/")


class MutualTlsTest(tls_client.TlsTest):
    """One HTTPS listener that asks clients for certificates, in front of a target that tells what it gets."""

    def setUp(self):
        super().setUp()
        self.root = self.authority()
        self.below = self.authority("below", self.root)
        self.target = http_targets.HttpTarget(self, "target")

    def run_mutual(self, trust=None, names=None, **mutual):
        """Starts the balancer; `names` are other names of header fields."""
        listener = self.listener("in", [self.root.issue("server", ["e2e.localhost"])], mutualAuthentication=mutual,
                                 defaultActions=[{"type": "forward", "targetGroup": "targets"}],
                                 attributes={"requestHeaderNames": names or {}})
        logs = {"connectionLogs": {"enabled": True, "directory": self.folder}}
        document = self.document([listener], attributes=logs)
        document["targetGroups"] = [{"name": "targets", "port": 80, "protocolVersion": "HTTP1",
                                     "healthCheckPath": http_targets.HEALTH, "targets": [self.target.of_group()]}]
        if trust:
            document["trustStores"] = [{"name": "clients", **trust}]
        self.address = self.run_workspace(document).address

    def connect(self, identity, *options, chain=None, **more):
        """A request with the identity's certificate, or none; openssl must let bad ones pass."""
        words = ["-cipher", tls_client.SURELY_OLD]
        if identity:
            words += ["-cert", identity.certificate, "-key", identity.key]
        if chain:
            words += ["-cert_chain", chain]
        return tls_client.connect(self.address, *words, *options, **more)

    def connection_log(self, count):
        """The connection log once it has that many lines."""
        def lines():
            files = glob.glob(os.path.join(self.folder, "AWSLogs", "**", "conn_log_*"), recursive=True)
            found = [line for file in files for line in certificates.read(file).splitlines()]
            return [LogLine(*(word.strip('"') for word in re.findall(r'"[^"]*"|[^" ]+', line))) for line in found]

        self.wait_until(lambda: len(lines()) >= count, f"{count} lines in the connection log")
        return sorted(lines())


class Verify(MutualTlsTest):
    """The mode verify."""

    def clients(self):
        """All kinds: the identity, the chain that it sends, the verdict in the connection log."""
        issue = self.root.issue
        chains = [self.below]
        for depth in range(3):
            chains.append(self.authority(f"below {depth}", chains[-1]))
        deepest = chains[-1].issue("too deep")
        long_chain = self.root.write("long.crt", "".join(
            certificates.read(one.certificate) for one in reversed(chains)))
        revoked = issue("revoked")
        self.revocations = self.root.revoke(revoked)
        below = self.below.issue("below")
        return {
            "trusted": (issue("trusted"), None, "Success"),
            "trusted RSA": (issue("trusted RSA", key=2048), None, "Success"),
            "trusted by way of an intermediate": (below, self.below.certificate, "Success"),
            "intermediate not sent": (below, None, "Failed:ClientCertUntrusted"),
            "untrusted": (self.authority("stranger").issue("untrusted"), None, "Failed:ClientCertUntrusted"),
            "expired": (issue("expired", days=(-9, -1)), None, "Failed:ClientCertExpired"),
            "not yet valid": (issue("early", days=(1, 9)), None, "Failed:ClientCertNotYetValid"),
            "revoked": (revoked, None, "Failed:ClientCertCrlHit"),
            "for servers only": (issue("server", extensions="extendedKeyUsage = serverAuth\n"), None,
                                 "Failed:ClientCertPurposeInvalid"),
            "signed with SHA-1": (issue("old", hash="sha1"), None, "Failed:ClientCertTypeUnsupported"),
            "small RSA key": (issue("small", key=1024), None, "Failed:ClientCertTypeUnsupported"),
            "chain too long": (deepest, long_chain, "Failed:ClientCertMaxChainDepthExceeded"),
            "none": (None, None, "Failed:UnmappedConnectionError"),
        }

    def test_only_good_certificates_are_let_in_and_the_log_says_why(self):
        clients = self.clients()
        self.run_mutual({"caCertificatesFile": self.root.certificate, "revocationFiles": [self.revocations]},
                        mode="verify", trustStore="clients")
        expected = []
        for version in VERSIONS:
            for name, (identity, chain, verdict) in clients.items():
                expected.append((name, version, identity, verdict))
                with self.subTest(name, version=version):
                    seen = self.connect(identity, version, chain=chain)
                    self.assertEqual(seen.status, "200" if verdict == "Success" else "", seen.output)
                    self.assertEqual(bool(seen.alert), verdict != "Success", seen.output)
        log = self.connection_log(len(expected))
        self.assertEqual(len(log), len(expected))
        for line, (name, version, identity, verdict) in zip(log, expected):
            with self.subTest(f"log of {name}", version=version):
                self.assertEqual(line.verify_status, verdict)
                self.assertEqual(line.latency == "-", verdict != "Success")
                self.assertEqual(line.subject, identity.fact("subject") if identity else "-")
                self.assertEqual(line.serial, identity.fact("serial") if identity else "-")
                self.assertEqual(line.validity, validity(identity) if identity else "-")
                self.assertEqual(line.protocol, {"-tls1_2": "TLSv1.2", "-tls1_3": "TLSv1.3"}[version])
        self.assertEqual(self.target.requests, sum(verdict == "Success" for *_, verdict in expected))

    def test_the_target_hears_who_the_client_is(self):
        identity = self.root.issue("/C=DE/O=Spill, Way/CN=client")
        self.run_mutual({"caCertificatesFile": self.root.certificate}, mode="verify", trustStore="clients")
        forged = [f"X-Amzn-Mtls-Clientcert{part}: forged" for part in ("", "-Subject", "-Leaf")]
        self.assertEqual(self.connect(identity, fields=forged).mutual_tls_fields(), {
            "x-amzn-mtls-clientcert-serial-number": identity.fact("serial"),
            "x-amzn-mtls-clientcert-issuer": "CN=root",
            "x-amzn-mtls-clientcert-subject": r"CN=client,O=Spill\, Way,C=DE",
            "x-amzn-mtls-clientcert-validity": validity(identity),
            "x-amzn-mtls-clientcert-leaf": as_header(certificates.read(identity.certificate)),
        })

    def test_header_fields_can_have_other_names(self):
        identity = self.root.issue("client")
        self.run_mutual({"caCertificatesFile": self.root.certificate}, {"X-Amzn-Mtls-Clientcert-Subject": "X-Who"},
                        mode="verify", trustStore="clients")
        seen = self.connect(identity, fields=["X-Who: forged", "X-Amzn-Mtls-Clientcert-Subject: forged"])
        head = seen.head()
        self.assertEqual(head["x-who"], "CN=client")
        self.assertNotIn("x-amzn-mtls-clientcert-subject", head)
        self.assertIn("x-amzn-mtls-clientcert-leaf", head)

    def test_expiry_can_be_ignored_and_names_be_advertised(self):
        expired = self.root.issue("expired", days=(-9, -1))
        self.run_mutual({"caCertificatesFile": self.root.certificate}, mode="verify", trustStore="clients",
                        ignoreClientCertificateExpiry=True, advertiseTrustStoreCaNames=True)
        seen = self.connect(expired)
        self.assertEqual((seen.status, seen.ca_names), ("200", ["CN = root"]), seen.output)

    def test_names_are_not_advertised_and_sessions_are_not_resumed_by_default(self):
        identity = self.root.issue("client")
        self.run_mutual({"caCertificatesFile": self.root.certificate}, mode="verify", trustStore="clients")
        session = os.path.join(self.folder, "session.pem")
        for version in VERSIONS:
            with self.subTest(version):
                first = self.connect(identity, version, "-sess_out", session)
                self.assertEqual((first.status, first.ca_names), ("200", []), first.output)
                if os.path.exists(session):
                    again = self.connect(identity, version, "-sess_in", session)
                    self.assertEqual((again.status, again.reused), ("200", False), again.output)

    def test_a_replaced_revocation_list_counts_for_the_next_connection(self):
        identity = self.root.issue("client")
        listed = self.root.revoke()
        self.run_mutual({"caCertificatesFile": self.root.certificate, "revocationFiles": [listed]}, mode="verify",
                        trustStore="clients")
        self.assertEqual(self.connect(identity).status, "200")
        self.root.revoke(identity)
        self.wait_until(lambda: not self.connect(identity).status, "the certificate is refused")


class Passthrough(MutualTlsTest):
    """The mode passthrough: nothing is checked, the target gets the chain."""

    def test_the_target_gets_the_chain_as_it_came(self):
        self.run_mutual(mode="passthrough")
        stranger = self.authority("stranger")
        below = self.below.issue("below")
        good = self.root.issue("good")
        expired = stranger.issue("expired", days=(-9, -1))
        for name, identity, chain in (("trusted", good, None), ("chain", below, self.below.certificate),
                                      ("expired and unknown", expired, None)):
            for version in VERSIONS:
                with self.subTest(name, version=version):
                    seen = self.connect(identity, version, chain=chain)
                    pem = certificates.read(identity.certificate) + (certificates.read(chain) if chain else "")
                    self.assertEqual(seen.mutual_tls_fields(), {"x-amzn-mtls-clientcert": as_header(pem)})

    def test_without_a_certificate_there_is_no_header(self):
        self.run_mutual(mode="passthrough")
        seen = self.connect(None, fields=["X-Amzn-Mtls-Clientcert: forged"])
        self.assertEqual((seen.status, seen.mutual_tls_fields()), ("200", {}), seen.output)
        self.assertEqual(self.connection_log(1)[0].verify_status, "Success")


class FailedHandshakes(MutualTlsTest):
    """Handshakes that fail for another reason than the client's certificate are logged too."""

    def test_a_version_that_the_policy_does_not_have(self):
        self.run_mutual(mode="off")
        self.assertEqual(self.connect(None, "-tls1_1").cipher, "")
        line = self.connection_log(1)[0]
        self.assertEqual((line.verify_status, line.latency, line.cipher, line.key_exchange, line.subject),
                         ("Failed:UnmappedConnectionError", "-", "-", "-", "-"))
        self.assertEqual((line.client_ip, line.listener_port), ("127.0.0.1", self.address.rsplit(":", 1)[1]))


def validity(identity):
    moments = [identity.moment(option).isoformat() for option in ("startdate", "enddate")]
    return "NotBefore={}Z;NotAfter={}Z".format(*moments)


if __name__ == "__main__":
    unittest.main()

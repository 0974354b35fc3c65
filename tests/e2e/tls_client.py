# SPDX-License-Identifier: GPL-3.0-or-later
"""`openssl s_client` as a client: one connection, one HTTP/1.1 request, and what is to say about both."""
import json
import re
import subprocess

import certificates
import e2e

SURELY_OLD = "ALL:@SECLEVEL=0"  # all ciphers of TLS 1.2 and older, also those that need SHA-1


class Seen:
    """What a connection was, read from s_client's output. Strings are empty where there was nothing."""

    def __init__(self, output, errors):
        def find(pattern):
            found = re.search(pattern, output, re.MULTILINE)
            return found[1] if found else ""

        self.output = output + errors
        self.cipher = find(r"^(?:New|Reused), .*, Cipher is (?!\(NONE\))(\S+)$")
        self.version = find(r"^ +Protocol +: (\S+)$") or find(r"^(?:New|Reused), (\S+), Cipher") if self.cipher else ""
        self.reused = bool(find(r"^(Reused), "))
        self.alpn = find(r"^ALPN protocol: (\S+)$")
        self.certificate = find(r"^subject=.*CN = ([^,\n]+)")
        self.ca_names = find(r"^Acceptable client certificate CA names\n((?:.* = .*\n)+)").splitlines()
        self.alert = "".join(re.findall(r"alert number (\d+)", errors)[:1])
        self.status = find(r"HTTP/1\.1 (\d{3}) ")
        self.body = output.partition("\r\n\r\n")[2]

    def head(self):
        """The request's fields as the target got them, names in lower case: http_targets answers with them."""
        fields = json.JSONDecoder().raw_decode(self.body)[0]
        return {name.lower(): value for name, value in fields.items()}

    def mutual_tls_fields(self):
        """Of the head, those of mutual TLS."""
        return {name: value for name, value in self.head().items() if name.startswith("x-amzn-mtls-")}


def connect(address, *options, name="", fields=()):
    """One s_client; it asks for / when the handshake succeeds, and stays until the server closes."""
    words = ["openssl", "s_client", "-connect", address, "-ign_eof", *options]
    words += ["-servername", name] if name else ["-noservername"]
    request = "".join(f"{line}\r\n" for line in ("GET / HTTP/1.1", "Host: e2e.localhost", "Connection: close", *fields))
    done = subprocess.run(words, input=f"{request}\r\n".encode(), capture_output=True, timeout=e2e.PATIENCE,
                          check=False)
    return Seen(*(said.decode("latin-1") for said in (done.stdout, done.stderr)))


class TlsTest(e2e.EndToEndTest):
    """HTTPS listeners that answer by themselves, unless told else."""

    def authority(self, name="root", *more):
        return certificates.Authority(self.folder, name, *more)

    def listener(self, name, identities, **more):
        return {"name": name, "protocol": "HTTPS", "port": 0,
                "certificates": [identity.of_listener() for identity in identities],
                "defaultActions": [{"type": "fixed-response", "statusCode": 200, "messageBody": name}], **more}

    def document(self, listeners, **more):
        return {"version": 1, "loadBalancers": [{"name": "e2e", "listeners": listeners, **more}], "targetGroups": []}

    def run_listeners(self, *listeners, **more):
        """The addresses by the listeners' names."""
        balancer = self.run_workspace(self.document(listeners, **more))
        return {listener["name"]: listener["address"] for listener in balancer.ready["listeners"]}

# SPDX-License-Identifier: GPL-3.0-or-later
"""Every protocol of a client to every protocol of a target: what one side says reaches the other unharmed, and only
what may cross does."""
import collections
import hashlib
import itertools
import random
import unittest

import certificates
import e2e
from http_messages import Framing, Message, http1_bytes, http1_head
from http_peers import Http1Client, Http2Client, Origin

HOST = "shop.example"
KIB, MIB = 1024, 1024 * 1024
SIZES = (0, 1, 64 * KIB, 10 * MIB)
LENGTH, CHUNKED, CLOSE, NONE = Framing.LENGTH, Framing.CHUNKED, Framing.CLOSE, Framing.NONE

ClientKind = collections.namedtuple("ClientKind", "version tls")
CLIENTS = {
    "HTTP/1.0": ClientKind("HTTP/1.0", False),
    "HTTP/1.1": ClientKind("HTTP/1.1", False),
    "HTTP/1.1 over TLS": ClientKind("HTTP/1.1", True),
    "HTTP/2 with prior knowledge": ClientKind("HTTP/2", False),
    "HTTP/2 over TLS": ClientKind("HTTP/2", True),
}
GroupKind = collections.namedtuple("GroupKind", "version protocol")
GROUPS = {
    "one": GroupKind("HTTP1", "HTTP"),
    "one-tls": GroupKind("HTTP1", "HTTPS"),
    "two": GroupKind("HTTP2", "HTTP"),
    "two-tls": GroupKind("HTTP2", "HTTPS"),
}


def is_http2(client):
    return CLIENTS[client].version == "HTTP/2"


def fits(client, group):
    """ALB's table: HTTP2 groups are for HTTP/2 clients."""
    return is_http2(client) or GROUPS[group].version == "HTTP1"


PAIRS = [pair for pair in itertools.product(CLIENTS, GROUPS) if fits(*pair)]


def body_of(size):
    return random.Random(size).randbytes(size)


def digest(data):
    return len(data), hashlib.sha256(data).hexdigest()


class ConversionTest(e2e.EndToEndTest):
    """A balancer with a plain and a TLS listener, and a group of one target for each protocol, by path."""

    def setUp(self):
        super().setUp()
        identity = certificates.Authority(self.folder, "targets").issue("target")
        self.origins = {name: Origin(self, kind.version == "HTTP2", identity if kind.protocol == "HTTPS" else None)
                        for name, kind in GROUPS.items()}
        self.balancer = self.run_workspace(self.document())
        self.plain, self.secure = self.balancer.addresses

    def document(self, **attributes):
        rules = [{"priority": priority, "conditions": [{"field": "path-pattern", "values": [f"/{name}/*"]}],
                  "actions": [{"type": "forward", "targetGroup": name}]} for priority, name in enumerate(GROUPS, 1)]
        listener = {"port": 0, "defaultActions": [{"type": "fixed-response", "statusCode": 404}], "rules": rules}
        https = {"protocol": "HTTPS", "certificates": [{"source": "local-ca", "names": [HOST]}]}
        return {
            "version": 1,
            "loadBalancers": [{"name": "e2e", "beyondAlb": {"plaintextHttp2": True}, "attributes": attributes,
                               "listeners": [{**listener, "protocol": "HTTP"}, {**listener, **https}]}],
            "targetGroups": [{"name": name, "protocol": kind.protocol, "port": 80, "protocolVersion": kind.version,
                              "healthCheckProtocol": kind.protocol,
                              "targets": [{"id": "127.0.0.1", "port": self.origins[name].port}]}
                             for name, kind in GROUPS.items()],
        }

    def connect(self, client):
        kind = CLIENTS[client]
        make = Http2Client if is_http2(client) else Http1Client
        return make(self, self.secure, self.balancer.ca) if kind.tls else make(self, self.plain)

    def request(self, client, group, path="", method="GET", fields=(), **more):
        version = CLIENTS[client].version
        return Message(method=method, target=f"/{group}/{path}", version=version, fields=[("Host", HOST), *fields],
                       **more)

    def told(self, group, path, **answer):
        """Lets the group's target answer so."""
        self.origins[group].answers[f"/{group}/{path}"] = Message(**{"status": 200, "framing": LENGTH, **answer})

    def assert_same(self, got, sent):
        self.assertEqual(digest(got), digest(sent))


class Bodies(ConversionTest):
    """Of every size, however their end is told."""

    def test_requests_and_responses_of_every_size(self):
        for client, group in PAIRS:
            connection = self.connect(client)
            for size, framing in itertools.product(SIZES, (LENGTH, CHUNKED)):
                if CLIENTS[client].version == "HTTP/1.0" and framing is CHUNKED:
                    continue
                with self.subTest(client=client, group=group, size=size, framing=framing):
                    body = body_of(size)
                    self.told(group, "echo", body=body[::-1], framing=framing)
                    response = connection.exchange(self.request(
                        client, group, "echo", "POST", [("Connection", "keep-alive")] * (not is_http2(client)),
                        body=body, framing=framing))
                    request = self.origins[group].request()
                    self.assert_same(request.body, body)
                    self.assertEqual(response.status, 200)
                    self.assert_same(response.body, body[::-1])
                    length = str(size) if framing is LENGTH else None
                    self.assertEqual(response.value("content-length"), length)
                    # An HTTP/2 request that ends with its head has no body, which a POST of HTTP/1 says.
                    is_told = is_http2(client) and GROUPS[group].version == "HTTP1" and size == 0
                    self.assertEqual(request.value("content-length"), "0" if is_told else length)


if __name__ == "__main__":
    unittest.main()

# SPDX-License-Identifier: GPL-3.0-or-later
"""What the conversion tests share: every protocol of a client, every protocol of a target, and who speaks them."""
import collections
import hashlib
import itertools
import random

import certificates
import e2e
from http_messages import Framing, Message
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
    "grpc": GroupKind("GRPC", "HTTP"),
}


def is_http2(client):
    return CLIENTS[client].version == "HTTP/2"


def to_http1(group):
    return GROUPS[group].version == "HTTP1"


HTTP1_CLIENTS = [client for client in CLIENTS if not is_http2(client)]
HTTP2_CLIENTS = [client for client in CLIENTS if is_http2(client)]
HTTP1_GROUPS = [group for group in GROUPS if to_http1(group)]
# ALB's table: HTTP2 groups are for HTTP/2 clients, GRPC groups for their POSTs.
PAIRS = [(client, group) for client, group in itertools.product(CLIENTS, GROUPS)
         if to_http1(group) or (is_http2(client) and GROUPS[group].version == "HTTP2")]


def small(fields):
    """With names in lower case, as they are compared."""
    return [(name.lower(), value) for name, value in fields]


def body_of(size):
    return random.Random(size).randbytes(size)


def digest(data):
    return len(data), hashlib.sha256(data).hexdigest()


class ConversionTest(e2e.EndToEndTest):
    """A balancer with a plain and a TLS listener, and a group of one target for each protocol, by path."""

    def setUp(self):
        super().setUp()
        identity = certificates.Authority(self.folder, "targets").issue("target")
        self.origins = {name: Origin(self, kind.version != "HTTP1", identity if kind.protocol == "HTTPS" else None)
                        for name, kind in GROUPS.items()}
        self.balancer = self.run_workspace(self.document())
        self.plain, self.secure = self.balancer.addresses

    def document(self, *more_rules, **attributes):
        rules = [{"priority": priority, "conditions": [{"field": "path-pattern", "values": [f"/{name}/*"]}],
                  "actions": [{"type": "forward", "targetGroup": name}]} for priority, name in enumerate(GROUPS, 1)]
        listener = {"port": 0, "defaultActions": [{"type": "fixed-response", "statusCode": 404}],
                    "rules": [*rules, *more_rules]}
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

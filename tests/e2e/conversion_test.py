# SPDX-License-Identifier: GPL-3.0-or-later
"""Every protocol of a client to every protocol of a target: what one side says reaches the other unharmed, and only
what may cross does."""
import collections
import hashlib
import itertools
import os
import random
import subprocess
import threading
import unittest

import certificates
import e2e
from http_messages import Closed, Cut, Framing, Message, http1_body, http1_bytes, http1_head, read_lines
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
                    is_told = is_http2(client) and to_http1(group) and size == 0
                    self.assertEqual(request.value("content-length"), "0" if is_told else length)


    def test_responses_that_end_with_their_connection(self):
        for client, group, size in itertools.product(CLIENTS, HTTP1_GROUPS, SIZES[:-1]):
            with self.subTest(client=client, group=group, size=size):
                body = body_of(size)
                self.told(group, "old", version="HTTP/1.0", framing=CLOSE, body=body)
                connection = self.connect(client)
                for _ in range(1 if CLIENTS[client].version == "HTTP/1.0" else 2):
                    response = connection.exchange(self.request(client, group, "old"))
                    self.assertEqual(response.status, 200)
                    self.assert_same(response.body, body)

    def test_a_body_without_its_end_does_not_seem_whole(self):
        """The target leaves before its Content-Length is reached, or before its last chunk."""
        broken = {"length": b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345",
                  "chunked": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n"}
        for client, (framing, data) in itertools.product(CLIENTS, broken.items()):
            if client == "HTTP/1.0" and framing == "chunked":
                continue  # it knows no end but the connection's
            with self.subTest(client=client, framing=framing):
                self.origins["one"].answers["/one/broken"] = data
                with self.assertRaises((Cut, Closed)):
                    self.connect(client).exchange(self.request(client, "one", "broken"))


class Trailers(ConversionTest):
    """Fields after the body."""
    FIELDS = [("X-Sum", "0123abc"), ("x-more", "a, b"), ("X-More", "c")]

    def test_trailers_of_requests(self):
        for (client, group), size in itertools.product(PAIRS, (0, 1, 64 * KIB)):
            if CLIENTS[client].version == "HTTP/1.0":
                continue
            with self.subTest(client=client, group=group, size=size):
                self.connect(client).exchange(self.request(client, group, "in", "POST", [("Trailer", "X-Sum")],
                                                           framing=CHUNKED, body=body_of(size), trailers=self.FIELDS))
                request = self.origins[group].request()
                self.assert_same(request.body, body_of(size))
                self.assertEqual(small(request.trailers), small(self.FIELDS))
                self.assertEqual(request.value("trailer"), "X-Sum")

    def test_trailers_of_responses(self):
        for (client, group), size in itertools.product(PAIRS, (0, 1, 64 * KIB)):
            with self.subTest(client=client, group=group, size=size):
                self.told(group, "out", framing=CHUNKED, body=body_of(size), trailers=self.FIELDS)
                response = self.connect(client).exchange(self.request(client, group, "out",
                                                                      fields=[("TE", "trailers")]))
                self.assert_same(response.body, body_of(size))
                understood = CLIENTS[client].version != "HTTP/1.0"
                self.assertEqual(small(response.trailers), small(self.FIELDS) if understood else [])

    def test_trailers_that_frame_or_route_do_not_reach_http1(self):
        bad = [("Host", "evil.example"), ("Authorization", "Basic eA=="), ("X-Forwarded-For", "192.0.2.1"),
               ("X-Amzn-Trace-Id", "Root=1"), ("Cookie", "a=b"), ("Expect", "100-continue")]
        framing = [("Content-Length", "3"), ("Transfer-Encoding", "chunked"), ("Connection", "close")]
        for client, group in PAIRS:
            if not to_http1(group) or CLIENTS[client].version == "HTTP/1.0":
                continue
            with self.subTest(client=client, group=group):
                more = [] if is_http2(client) else framing  # malformed in HTTP/2
                self.connect(client).exchange(self.request(
                    client, group, "in", "POST", framing=CHUNKED, body=b"body",
                    trailers=[*bad, *more, *self.FIELDS]))
                self.assertEqual(small(self.origins[group].request().trailers), small(self.FIELDS))


class WithoutBody(ConversionTest):
    """Answers that have no body whatever their fields say."""
    ANSWERS = {
        "HEAD with a length": ("HEAD", {"framing": NONE, "fields": [("Content-Length", "1234")]}, "1234"),
        "HEAD without a length": ("HEAD", {"framing": NONE}, None),
        "204": ("GET", {"status": 204, "framing": NONE}, None),
        "304 with a length": ("GET", {"status": 304, "framing": NONE, "fields": [("Content-Length", "1234")]}, "1234"),
        "304 without a length": ("GET", {"status": 304, "framing": NONE}, None),
    }

    def test_the_next_answer_is_found_after_each(self):
        for client, group in PAIRS:
            connection = self.connect(client)
            keep = [("Connection", "keep-alive")] * (not is_http2(client))
            for what, (method, answer, length) in self.ANSWERS.items():
                with self.subTest(what, client=client, group=group):
                    self.told(group, "empty", **{**answer, "fields": [("ETag", '"v"'), *answer.get("fields", [])]})
                    self.told(group, "next", body=b"next")
                    response = connection.exchange(self.request(client, group, "empty", method, keep))
                    self.assertEqual((response.status, response.body), (answer.get("status", 200), b""))
                    self.assertEqual((response.value("etag"), response.value("content-length")), ('"v"', length))
                    self.assertEqual(self.origins[group].request().method, method)
                    self.assertEqual(connection.exchange(self.request(client, group, "next", fields=keep)).body,
                                     b"next")
                    self.origins[group].request()

    def test_an_answer_to_head_that_would_be_chunked(self):
        for client, group in itertools.product(CLIENTS, HTTP1_GROUPS):
            with self.subTest(client=client, group=group):
                self.told(group, "head", framing=NONE, fields=[("Transfer-Encoding", "chunked")])
                response = self.connect(client).exchange(self.request(client, group, "head", "HEAD"))
                self.assertEqual((response.status, response.body), (200, b""))
                if is_http2(client):
                    self.assertEqual(response.values("transfer-encoding"), [])


class Interim(ConversionTest):
    """1xx responses: those that the balancer makes, and those that it passes on."""

    def test_expect_100_continue_is_answered_at_once(self):
        for client, group in itertools.product(HTTP1_CLIENTS[1:], HTTP1_GROUPS):
            for framing in (LENGTH, CHUNKED):
                with self.subTest(client=client, group=group, framing=framing):
                    connection = self.connect(client)
                    request = self.request(client, group, "in", "POST", [("Expect", "100-continue")], framing=framing,
                                           body=body_of(64 * KIB))
                    connection.send(http1_head(request))
                    self.assertEqual(read_lines(connection.file), ["HTTP/1.1 100 Continue"])
                    connection.send(http1_body(request))
                    response = connection.answer()
                    self.assertEqual((response.status, response.interim), (200, []))
                    got = self.origins[group].request()
                    self.assert_same(got.body, request.body)
                    self.assertEqual(got.values("expect"), [])

    def test_expect_is_ignored_by_other_versions(self):
        for client, group in PAIRS:
            if CLIENTS[client].version == "HTTP/1.1":
                continue
            with self.subTest(client=client, group=group):
                response = self.connect(client).exchange(self.request(
                    client, group, "in", "POST", [("Expect", "100-continue")], framing=LENGTH, body=b"body"))
                self.assertEqual((response.status, response.interim), (200, []))
                self.assertEqual(self.origins[group].request().values("expect"), [])

    def test_early_hints_reach_whoever_knows_them(self):
        hints = [Message(status=103, fields=[("Link", "</a>; rel=preload")]),
                 Message(status=103, fields=[("Link", "</b>; rel=preload"), ("X-Two", "2")])]
        for client, group in PAIRS:
            with self.subTest(client=client, group=group):
                self.told(group, "hints", interim=hints, body=b"page")
                response = self.connect(client).exchange(self.request(client, group, "hints"))
                self.assertEqual((response.status, response.body), (200, b"page"))
                understood = CLIENTS[client].version != "HTTP/1.0"
                self.assertEqual([(each.status, small(each.fields)) for each in response.interim],
                                 [(each.status, small(each.fields)) for each in hints] if understood else [])


class Pipelining(ConversionTest):
    """Requests that are sent ahead."""

    def test_a_slow_answer_is_not_overtaken(self):
        for client in HTTP1_CLIENTS[1:]:
            with self.subTest(client=client):
                gate = threading.Event()

                def slow(_, gate=gate):
                    gate.wait(e2e.PATIENCE)
                    return Message(status=200, framing=LENGTH, body=b"slow")

                self.origins["one"].answers["/one/slow"] = slow
                self.told("one-tls", "fast", framing=CHUNKED, body=b"fast", trailers=[("x-a", "b")])
                self.told("one", "last", body=b"last")
                connection = self.connect(client)
                connection.send(b"".join(http1_bytes(request) for request in (
                    self.request(client, "one", "slow", "POST", framing=CHUNKED, body=body_of(64 * KIB)),
                    self.request(client, "one-tls", "fast", "POST", framing=LENGTH, body=b"GET / HTTP/1.1\r\n\r\n"),
                    self.request(client, "one", "last"))))
                self.assertEqual(self.origins["one"].request().target, "/one/slow")
                connection.socket.settimeout(0.3)  # nothing comes: as long as that takes to be believed
                with self.assertRaises(TimeoutError):
                    connection.socket.recv(1)
                connection.socket.settimeout(e2e.PATIENCE)
                gate.set()
                self.assertEqual([connection.answer().body for _ in range(3)], [b"slow", b"fast", b"last"])
                self.assertEqual(self.origins["one-tls"].request().body, b"GET / HTTP/1.1\r\n\r\n")
                self.assertEqual(self.origins["one"].request().target, "/one/last")


class Fields(ConversionTest):
    """Header fields: what crosses, how it is written, and what never crosses."""
    HOP_BY_HOP = [("Connection", "keep-alive, X-Hop"), ("X-Hop", "1"), ("Keep-Alive", "timeout=5"),
                  ("Proxy-Connection", "keep-alive"), ("TE", "gzip;q=0.5"), ("Upgrade", "other")]
    NEVER = {"x-hop", "keep-alive", "proxy-connection", "te", "upgrade", "transfer-encoding"}
    # ALB's own names towards HTTP/1 targets; all others are in lower case.
    MIXED = {"Host", "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Port", "X-Amzn-Trace-Id", "Connection"}

    def test_fields_of_requests_cross_in_order(self):
        fields = [("X-One", "1"), ("x-two", "a, b"), ("X-TWO", "c"), ("X-Empty", ""), ("X-Inner", "a  b\tc"),
                  ("Accept", "*/*"), ("X-Quoted", '"a, \\"b"')]
        names = {name.lower() for name, _ in fields}
        for client, group in PAIRS:
            with self.subTest(client=client, group=group):
                self.connect(client).exchange(self.request(client, group, "fields?a=b&c", fields=fields))
                request = self.origins[group].request()
                self.assertEqual((request.method, request.target), ("GET", f"/{group}/fields?a=b&c"))
                self.assertEqual([each for each in small(request.fields) if each[0] in names], small(fields))

    def test_fields_of_answers_cross_in_order(self):
        answer = [("Server", "mine"), ("X-One", "1"), ("X-TWO", "c"), ("x-two", "d"), ("X-Empty", ""),
                  ("Set-Cookie", "a=1; Path=/"), ("Set-Cookie", "b=2"), ("Date", "Mon, 23 Nov 2026 12:00:00 GMT")]
        ours = ("connection", "content-length")
        for client, group in PAIRS:
            with self.subTest(client=client, group=group):
                self.told(group, "fields", fields=answer)
                response = self.connect(client).exchange(self.request(client, group, "fields"))
                self.assertEqual([each for each in small(response.fields) if each[0] not in ours], small(answer))
                if is_http2(client):
                    self.assertEqual(response.fields, small(response.fields))

    def test_names_towards_http1_targets(self):
        for client, group in itertools.product(HTTP2_CLIENTS, HTTP1_GROUPS):
            with self.subTest(client=client, group=group):
                self.connect(client).exchange(self.request(client, group, "names", "POST", [("X-Mine", "1")],
                                                           framing=CHUNKED, body=b"body"))
                names = {name for name, _ in self.origins[group].request().fields}
                self.assertEqual(names - self.MIXED, {"x-mine", "transfer-encoding"})
                self.assertEqual(self.MIXED - names, set())

    def test_cookies_are_one_field_for_http1(self):
        cookies = ["a=1", "b=2; c=3", "d=4"]
        for client, group in PAIRS:
            with self.subTest(client=client, group=group):
                self.connect(client).exchange(self.request(client, group, "cookies",
                                                           fields=[("Cookie", cookie) for cookie in cookies]))
                got = self.origins[group].request().values("cookie")
                self.assertEqual("; ".join(got), "; ".join(cookies))
                self.assertEqual(len(got), 1 if to_http1(group) else len(cookies))

    def test_hop_by_hop_fields_of_requests_stay(self):
        for client, group in itertools.product(HTTP1_CLIENTS, HTTP1_GROUPS):
            with self.subTest(client=client, group=group):
                self.connect(client).exchange(self.request(client, group, "hop", fields=self.HOP_BY_HOP))
                request = self.origins[group].request()
                self.assertEqual(self.NEVER & {name.lower() for name, _ in request.fields}, set())
                self.assertEqual(request.value("connection"), "keep-alive")

    def test_hop_by_hop_fields_of_responses_stay(self):
        for client, group in itertools.product(CLIENTS, HTTP1_GROUPS):
            with self.subTest(client=client, group=group):
                self.told(group, "hop", fields=self.HOP_BY_HOP, body=b"body")
                response = self.connect(client).exchange(self.request(client, group, "hop"))
                self.assertEqual(response.body, b"body")
                self.assertEqual(self.NEVER & {name.lower() for name, _ in response.fields}, set())
                self.assertEqual(response.values("connection"),
                                 [] if is_http2(client) else
                                 ["close"] if CLIENTS[client].version == "HTTP/1.0" else ["keep-alive"])

    def test_te_says_only_that_trailers_are_welcome(self):
        for client, group in PAIRS:
            with self.subTest(client=client, group=group):
                fields = [("TE", "trailers" if is_http2(client) else "gzip, trailers")]
                if not is_http2(client):
                    fields.append(("Connection", "TE"))
                self.connect(client).exchange(self.request(client, group, "te", fields=fields))
                request = self.origins[group].request()
                self.assertEqual(request.value("te"), "trailers")
                if to_http1(group):  # RFC 9110, 10.1.4: whoever sends TE names it in Connection
                    self.assertEqual(request.value("connection"), "keep-alive, TE")


class OldClients(ConversionTest):
    """HTTP/1.0."""

    def test_how_an_answer_ends(self):
        for group, wish, framing in itertools.product(HTTP1_GROUPS, ("", "keep-alive"), (LENGTH, CHUNKED)):
            with self.subTest(group=group, wish=wish, framing=framing):
                self.told(group, "old", body=b"body", framing=framing)
                connection = self.connect("HTTP/1.0")
                response = connection.exchange(self.request("HTTP/1.0", group, "old",
                                                            fields=[("Connection", wish)] if wish else []))
                stays = bool(wish) and framing is LENGTH
                self.assertEqual((response.status, response.body), (200, b"body"))
                self.assertEqual(response.framing, LENGTH if framing is LENGTH else CLOSE)
                self.assertEqual(response.value("connection"), "keep-alive" if stays else "close")
                if stays:
                    self.assertEqual(connection.exchange(self.request("HTTP/1.0", group, "old")).body, b"body")
                self.assertTrue(connection.is_closed())

    def test_without_a_host_the_balancer_is_addressed(self):
        connection = self.connect("HTTP/1.0")
        connection.exchange(Message(method="GET", target="/one/", version="HTTP/1.0"))
        self.assertEqual(self.origins["one"].request().value("host"), f"e2e:{self.plain.rsplit(':')[-1]}")


class Misfits(ConversionTest):
    """Requests that do not fit their group get 464 and reach no target."""
    GRPC, GRPC_PROTO = ("Content-Type", "application/grpc"), ("Content-Type", "application/grpc+proto")
    MISFITS = [
        *itertools.product(HTTP1_CLIENTS, ("two", "two-tls", "grpc"), ("GET", "POST"), [()]),
        *itertools.product(HTTP1_CLIENTS, ("two", "two-tls", "grpc"), ("POST",), [(GRPC,)]),
        *itertools.product(HTTP2_CLIENTS, ("grpc",), ("GET", "HEAD", "PUT"), [()]),
        *itertools.product(HTTP2_CLIENTS, HTTP1_GROUPS, ("POST",), [(GRPC,), (GRPC_PROTO,)]),
    ]
    FITS = [
        *itertools.product(HTTP2_CLIENTS, ("grpc",), ("POST",), [(), (GRPC,)]),
        *itertools.product(HTTP2_CLIENTS, ("two", "two-tls"), ("POST",), [(GRPC,)]),
        *itertools.product(HTTP2_CLIENTS, HTTP1_GROUPS, ("POST",), [(("Content-Type", "application/grpc-web"),)]),
    ]

    def test_what_does_not_fit(self):
        for client, group, method, fields in self.MISFITS:
            with self.subTest(client=client, group=group, method=method, fields=fields):
                connection = self.connect(client)
                response = connection.exchange(self.request(client, group, "", method, fields))
                self.assertEqual((response.status, response.body), (464, b""))
                self.assertEqual((response.values("content-type"), response.values("grpc-status")), ([], []))
                self.assertTrue(self.origins[group].requests.empty())
                if CLIENTS[client].version != "HTTP/1.0":  # the connection is as good as before
                    self.assertEqual(connection.exchange(self.request(client, "one")).status, 200)
                    self.origins["one"].request()

    def test_what_fits(self):
        for client, group, method, fields in self.FITS:
            with self.subTest(client=client, group=group, fields=fields):
                response = self.connect(client).exchange(self.request(client, group, "", method, fields))
                self.assertEqual(response.status, 200)
                self.assertEqual(self.origins[group].request().values("content-type"),
                                 [value for _, value in fields])


class AbsoluteTargets(ConversionTest):
    """`GET http://host/path`: the target's authority is who is asked, not Host (RFC 9112, 3.2.2)."""

    def host_for(self, client, authority, path="/one/absolute?a=b"):
        """The Host that the target gets."""
        request = self.request(client, "one")
        request.target = f"http://{authority}{path}"
        self.assertEqual(self.connect(client).exchange(request).status, 200)
        got = self.origins["one"].request()
        self.assertEqual(got.target, path)
        return got.value("host")

    def test_the_authority_is_the_host(self):
        for client in HTTP1_CLIENTS:
            with self.subTest(client=client):
                self.assertEqual(self.host_for(client, "Other.example:81"), "other.example:81")

    def test_preserve_host_header_keeps_the_field(self):
        """As ALB has it, against the RFC."""
        rewriting = {"priority": 50, "conditions": [{"field": "path-pattern", "values": ["/rewritten"]}],
                     "hostHeaderRewrite": {"regex": "^.*$", "replace": "rewritten.example"},
                     "actions": [{"type": "forward", "targetGroup": "one"}]}
        self.change_workspace(self.document(rewriting, preserveHostHeader=True))
        self.wait_until(lambda: self.host_for("HTTP/1.1", HOST) == HOST, "the attribute is taken over")
        for client in HTTP1_CLIENTS:
            with self.subTest(client=client):
                self.assertEqual(self.host_for(client, "Other.example:81"), HOST)
                self.assertEqual(self.host_for(client, "Other.example:81", "/rewritten"), "rewritten.example:81")


class Curl(ConversionTest):
    """A client that is not ours, against the same targets."""
    OPTIONS = {"HTTP/1.0": "--http1.0", "HTTP/1.1": "--http1.1", "HTTP/1.1 over TLS": "--http1.1",
               "HTTP/2 with prior knowledge": "--http2-prior-knowledge", "HTTP/2 over TLS": "--http2"}

    def test_an_echo(self):
        sent, got = (os.path.join(self.folder, name) for name in ("sent", "got"))
        with open(sent, "wb") as file:
            file.write(body_of(10 * MIB))
        for client, group in PAIRS:
            with self.subTest(client=client, group=group):
                self.origins[group].answers[f"/{group}/echo"] = lambda request: Message(
                    status=200, framing=CHUNKED, body=request.body)
                tls = CLIENTS[client].tls
                subprocess.run(["curl", "-sS", "--fail", "--noproxy", "*", "-m", str(e2e.PATIENCE),
                                self.OPTIONS[client], "--cacert", self.balancer.ca, "--data-binary", f"@{sent}",
                                "-o", got, f"{'https' if tls else 'http'}://{self.secure if tls else self.plain}"
                                f"/{group}/echo"], check=True)
                with open(got, "rb") as file:
                    self.assert_same(file.read(), body_of(10 * MIB))
                self.origins[group].request()


if __name__ == "__main__":
    unittest.main()

# SPDX-License-Identifier: GPL-3.0-or-later
"""Bodies from every protocol of a client to every protocol of a target, and back, unharmed and in their order."""
import itertools
import os
import subprocess
import threading
import unittest

import e2e
from conversion import (CHUNKED, CLIENTS, CLOSE, HTTP1_CLIENTS, HTTP1_GROUPS, KIB, LENGTH, MIB, NONE, PAIRS, SIZES,
                        ConversionTest, body_of, is_http2, small, to_http1)
from http_messages import Closed, Cut, Message, http1_body, http1_bytes, http1_head, read_lines


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

# SPDX-License-Identifier: GPL-3.0-or-later
"""Heads from every protocol of a client to every protocol of a target, and back: what crosses, how it is written,
and what never crosses."""
import itertools
import unittest

from conversion import (CHUNKED, CLIENTS, CLOSE, HOST, HTTP1_CLIENTS, HTTP1_GROUPS, HTTP2_CLIENTS, LENGTH, PAIRS,
                        ConversionTest, is_http2, small, to_http1)
from http_messages import Message


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

    def test_the_host_is_the_authority(self):
        for client, group in PAIRS:
            with self.subTest(client=client, group=group):
                self.connect(client).exchange(self.request(client, group))
                request = self.origins[group].request()
                port = (self.secure if CLIENTS[client].tls else self.plain).rsplit(":", 1)[1]
                self.assertEqual((request.authority, request.values("host")),
                                 ("", [f"{HOST}:{port}"]) if to_http1(group) else (f"{HOST}:{port}", []))

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


if __name__ == "__main__":
    unittest.main()

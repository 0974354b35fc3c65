# SPDX-License-Identifier: GPL-3.0-or-later
"""Whole messages through the balancer, from clients of each protocol to targets of each protocol: bodies, framing,
trailers, interim answers and fields come out as the RFCs and an ALB have them."""
import itertools
import json
import ssl
import unittest

import certificates
import e2e
from conversion_peers import Http1Peer, Http2Peer, Origin, connect, pattern

MIB = 1 << 20
SIZES = [(0, 0), (1, 1), (65536, 65536), (10 * MIB, 0), (0, 10 * MIB)]
HTTP1_CLIENTS, HTTP2_CLIENTS = ("HTTP/1.1", "HTTP/1.1 TLS"), ("HTTP/2", "HTTP/2 TLS")
GROUPS = {"h1": (False, False), "h1s": (False, True), "h2": (True, False), "h2s": (True, True)}  # HTTP/2, TLS
HTTP1_GROUPS, HTTP2_GROUPS = ("h1", "h1s"), ("h2", "h2s")
PAIRS = [*itertools.product(HTTP1_CLIENTS, HTTP1_GROUPS), *itertools.product(HTTP2_CLIENTS, GROUPS)]


class Conversion(e2e.EndToEndTest):
    """One balancer for all: /h1/… goes to the group h1, and so on."""

    def setUp(self):
        super().setUp()
        tls = self.target_tls()
        self.origins = {name: Origin(self, http2, tls[http2] if over_tls else None)
                        for name, (http2, over_tls) in GROUPS.items()}
        rules = [{"priority": 10 * (i + 1), "conditions": [{"field": "path-pattern", "values": [f"/{name}/*"]}],
                  "actions": [{"type": "forward", "targetGroup": name}]} for i, name in enumerate(GROUPS)]
        common = {"rules": rules, "defaultActions": [{"type": "fixed-response", "statusCode": 404}]}
        balancer = self.run_workspace({
            "version": 1,
            "loadBalancers": [{"name": "e2e", "beyondAlb": {"plaintextHttp2": True}, "listeners": [
                {"protocol": "HTTP", "port": 0, **common},
                {"protocol": "HTTPS", "port": 0, **common,
                 "certificates": [{"source": "local-ca", "names": ["e2e.localhost"]}]}]}],
            "targetGroups": [{"name": name, "protocol": "HTTPS" if over_tls else "HTTP", "port": 80,
                              "protocolVersion": "HTTP2" if http2 else "HTTP1",
                              "targets": [{"id": "127.0.0.1", "port": self.origins[name].port}]}
                             for name, (http2, over_tls) in GROUPS.items()]})
        self.addresses, self.ca = balancer.addresses, balancer.ca

    def target_tls(self):
        """For targets: by whether they speak HTTP/2."""
        identity = certificates.Authority(self.folder, "targets").issue("target", ["target.localhost"])
        contexts = {}
        for http2 in (False, True):
            contexts[http2] = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            contexts[http2].load_cert_chain(identity.certificate, identity.key)
            if http2:
                contexts[http2].set_alpn_protocols(["h2"])
        return contexts

    def client(self, kind):
        is_http2, over_tls = kind.startswith("HTTP/2"), kind.endswith("TLS")
        protocols = ("h2",) if is_http2 else ("http/1.1",)
        connection = connect(self.addresses[over_tls], self.ca if over_tls else None, protocols)
        self.addCleanup(connection.close)
        return Http2Client(connection) if is_http2 else Http1Client(connection)

    def exchange(self, kind, group, method="POST", fields=(), want=None, **request):
        """The request as the target got it, and the answer as the client did."""
        answer = self.client(kind).ask(method, f"/{group}/x?y=1", [("X-Answer", json.dumps(want or {})), *fields],
                                       **request)
        return self.origins[group].requests.get(timeout=e2e.PATIENCE), answer

    def test_bodies_come_out_as_they_went_in(self):
        for (kind, group), (up, down) in itertools.product(PAIRS, SIZES):
            with self.subTest(f"{kind} to {group}, {up} up, {down} down"):
                request, answer = self.exchange(kind, group, body=pattern(up), want={"size": down})
                self.assertEqual((request.path, answer.status), (f"/{group}/x?y=1", 200))
                self.assertTrue(request.body == pattern(up), "the request's body")
                self.assertTrue(answer.body == pattern(down), "the answer's body")
                self.assertEqual(request.values("content-length"), [str(up)])
                self.assertEqual(answer.values("content-length"), [str(down)])

    def test_bodies_of_unknown_length_come_out_as_they_went_in(self):
        for kind, group in PAIRS:
            with self.subTest(f"{kind} to {group}"):
                request, answer = self.exchange(kind, group, body=pattern(70_000), framing="chunked",
                                                want={"size": 200_000, "framing": "chunked"})
                self.assertTrue(request.body == pattern(70_000) and answer.body == pattern(200_000))
                self.assertEqual(request.values("content-length") + answer.values("content-length"), [])
                self.assertEqual(request.values("transfer-encoding"), ["chunked"] if group in HTTP1_GROUPS else [])
                self.assertEqual(answer.values("transfer-encoding"), ["chunked"] if kind in HTTP1_CLIENTS else [])

    def test_trailers_pass_both_ways(self):
        for kind, group in PAIRS:
            with self.subTest(f"{kind} to {group}"):
                request, answer = self.exchange(
                    kind, group, "POST", [("TE", "trailers")], body=b"up", framing="chunked",
                    trailers=[("x-up", "1")],
                    want={"size": 4, "framing": "chunked", "trailers": [["x-down", "2"]]})
                self.assertEqual(request.trailers, [("x-up", "1")])
                self.assertEqual(answer.trailers, [("x-down", "2")])
                self.assertEqual((request.body, answer.body), (b"up", pattern(4)))

    def test_answers_without_a_body_have_none(self):
        for (kind, group), (method, status) in itertools.product(
                PAIRS, [("HEAD", 200), ("GET", 204), ("GET", 304)]):
            with self.subTest(f"{kind} to {group}: {method}, {status}"):
                client = self.client(kind)
                want = {"status": status, "size": 0 if status == 204 else 1234}
                for _ in range(2):  # the connection goes on in step
                    answer = client.ask(method, f"/{group}/x", [("X-Answer", json.dumps(want))], framing="none",
                                        has_body=False)
                    self.assertEqual((answer.status, answer.body), (status, b""))
                    if status != 204:
                        self.assertEqual(answer.values("content-length"), ["1234"])

    def test_an_answer_that_ends_with_its_connection_is_whole(self):
        for kind in HTTP1_CLIENTS + HTTP2_CLIENTS:
            with self.subTest(kind):
                _, answer = self.exchange(kind, "h1", want={"size": 100_000, "framing": "close"})
                self.assertTrue(answer.body == pattern(100_000))

    def test_interim_answers_pass(self):
        for kind, group in PAIRS:
            with self.subTest(f"{kind} to {group}"):
                _, answer = self.exchange(kind, group, want={"interim": [103], "size": 3})
                self.assertEqual([each.status for each in answer.interim], [103])
                self.assertEqual(answer.interim[0].values("x-early"), ["1"])
                self.assertEqual(answer.body, pattern(3))

    def test_a_client_may_wait_for_100_continue(self):
        for kind, group in itertools.product(HTTP1_CLIENTS, HTTP1_GROUPS):
            with self.subTest(f"{kind} to {group}"):
                client = self.client(kind)
                want = json.dumps({"size": 2})
                client.peer.write(f"POST /{group}/x HTTP/1.1", [
                    ("Host", "a"), ("X-Answer", want), ("Expect", "100-continue"), ("Content-Length", "5")],
                    framing="none")
                self.assertEqual(client.peer.fields()[0][1], "100")
                client.peer.socket.sendall(b"after")
                answer = client.peer.message()
                self.assertEqual((answer.status, answer.body), (200, pattern(2)))
                request = self.origins[group].requests.get(timeout=e2e.PATIENCE)
                self.assertEqual((request.body, request.values("expect")), (b"after", []))

    def test_pipelined_requests_are_answered_in_their_order(self):
        client = self.client("HTTP/1.1")
        sizes = [300_000, 0, 1, 70_000, 2]
        for size in sizes:
            client.peer.write("GET /h1/x HTTP/1.1", [("Host", "a"), ("X-Answer", json.dumps({"size": size}))],
                              framing="none")
        self.assertEqual([len(client.peer.message().body) for _ in sizes], sizes)

    def test_http10(self):
        """No chunks, no 1xx; the end of the answer is the end of the connection, unless the client asks otherwise."""
        for group in HTTP1_GROUPS:
            with self.subTest(group):
                client = self.client("HTTP/1.1")
                want = json.dumps({"size": 5000, "framing": "chunked", "interim": [103], "trailers": [["x-down", "2"]]})
                client.peer.write(f"GET /{group}/x HTTP/1.0", [("Host", "a"), ("X-Answer", want)], framing="none")
                answer = client.peer.message()
                self.assertEqual((answer.interim, answer.values("transfer-encoding")), ([], []))
                self.assertTrue(answer.body == pattern(5000))
                request = self.origins[group].requests.get(timeout=e2e.PATIENCE)
                self.assertEqual(request.line[2], "HTTP/1.1")

    def test_what_is_of_one_connection_stays_there(self):
        own = [("Keep-Alive", "timeout=5"), ("Proxy-Connection", "keep-alive")]
        for kind, group in itertools.product(HTTP1_CLIENTS, HTTP1_GROUPS):
            with self.subTest(f"{kind} to {group}"):
                fields = [*own, ("Connection", "keep-alive, X-Hop"), ("X-Hop", "1"), ("TE", "gzip, trailers")]
                request, answer = self.exchange(kind, group, fields=fields,
                                                want={"fields": [*own, ["Connection", "X-Hop"], ["X-Hop", "1"]]})
                for message in (request, answer):
                    names = {name.lower() for name, _ in message.fields}
                    self.assertFalse(names & {"keep-alive", "proxy-connection", "x-hop"}, names)
                self.assertEqual(request.values("te"), ["trailers"])

    def test_an_http1_targets_own_fields_do_not_reach_http2_clients(self):
        for kind, group in itertools.product(HTTP2_CLIENTS, HTTP1_GROUPS):
            with self.subTest(f"{kind} to {group}"):
                _, answer = self.exchange(kind, group, want={
                    "size": 9, "framing": "chunked",
                    "fields": [["Connection", "X-Hop"], ["X-Hop", "1"], ["Keep-Alive", "timeout=5"], ["X-End", "1"]]})
                names = [name for name, _ in answer.fields]
                self.assertFalse({"connection", "x-hop", "keep-alive", "transfer-encoding"} & set(names), names)
                self.assertIn("x-end", names)
                self.assertEqual(names, [name.lower() for name in names])

    def test_cookies_are_joined_for_http1_and_set_cookies_are_not(self):
        for kind, group in itertools.product(HTTP2_CLIENTS, GROUPS):
            with self.subTest(f"{kind} to {group}"):
                request, answer = self.exchange(kind, group, fields=[("cookie", "a=1"), ("cookie", "b=2"), ("cookie", "c=3")],
                                                want={"fields": [["set-cookie", "d=4"], ["set-cookie", "e=5"]]})
                if group in HTTP1_GROUPS:
                    self.assertEqual(request.values("cookie"), ["a=1; b=2; c=3"])
                else:
                    self.assertEqual("; ".join(request.values("cookie")), "a=1; b=2; c=3")
                self.assertEqual(answer.values("set-cookie"), ["d=4", "e=5"])

    def test_fields_that_come_more_than_once_keep_their_order(self):
        for kind, group in PAIRS:
            with self.subTest(f"{kind} to {group}"):
                request, answer = self.exchange(kind, group, fields=[("X-List", "1"), ("X-List", "2, 3"), ("X-Empty", "")],
                                                want={"fields": [["x-list", "a"], ["x-list", "b"]]})
                self.assertEqual(request.values("x-list"), ["1", "2, 3"])
                self.assertEqual(request.values("x-empty"), [""])
                self.assertEqual(answer.values("x-list"), ["a", "b"])

    def test_the_authority_becomes_the_host(self):
        port = self.addresses[0].rsplit(":", 1)[1]
        request, _ = self.exchange("HTTP/2", "h1")
        self.assertEqual(request.values("host"), [f"e2e.localhost:{port}"])
        request, _ = self.exchange("HTTP/1.1", "h1")
        self.assertEqual(request.values("host"), [f"e2e.localhost:{port}"])

    def test_an_absolute_target_names_the_host(self):
        client = self.client("HTTP/1.1")
        port = self.addresses[0].rsplit(":", 1)[1]
        client.peer.write("GET http://other.example/h1/x?y HTTP/1.1", [("Host", "e2e.localhost"), ("X-Answer", "{}")],
                          framing="none")
        self.assertEqual(client.peer.message().status, 200)
        request = self.origins["h1"].requests.get(timeout=e2e.PATIENCE)
        self.assertEqual((request.path, request.values("host")), ("/h1/x?y", [f"other.example:{port}"]))

    def test_http1_requests_do_not_fit_http2_groups(self):
        for kind, group in itertools.product(HTTP1_CLIENTS, HTTP2_GROUPS):
            with self.subTest(f"{kind} to {group}"):
                answer = self.client(kind).ask("GET", f"/{group}/x", [("X-Answer", "{}")], framing="none")
                self.assertEqual(answer.status, 464)
                self.assertTrue(self.origins[group].requests.empty())


class Http1Client:
    """Asks one thing after another."""

    def __init__(self, connection):
        self.peer = Http1Peer(connection)

    def ask(self, method, path, fields, body=b"", framing="length", trailers=(), has_body=True):
        self.peer.write(f"{method} {path} HTTP/1.1", [("Host", "e2e.localhost"), *fields], body, framing, trailers)
        return self.peer.message(has_body)


class Http2Client:
    """The same."""

    def __init__(self, connection):
        self.peer = Http2Peer(connection, is_server=False)
        self.stream = -1

    def ask(self, method, path, fields, body=b"", framing="length", trailers=(), has_body=True):
        del has_body  # frames tell
        self.stream += 2
        length = [("content-length", str(len(body)))] if framing == "length" else []
        self.peer.write(self.stream, [(":method", method), (":scheme", "http"), (":authority", "e2e.localhost"),
                                      (":path", path), *((name.lower(), value) for name, value in fields), *length],
                        body, trailers)
        return self.peer.next_message()[1]


if __name__ == "__main__":
    unittest.main()

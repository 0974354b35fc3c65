# SPDX-License-Identifier: GPL-3.0-or-later
"""Targets that break HTTP/1, never end, or never answer cost their own request, and the log says whose fault it was."""
import concurrent.futures
import contextlib
import socket
import struct
import threading
import unittest

import e2e
import raw_http2
from raw_http1 import Cut, RawClient, RawTarget, path_of

MIB = 1024 * 1024
IDLE = 2  # seconds
OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
HTML_502 = (b"<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n"
            b"<center><h1>502 Bad Gateway</h1></center>\r\n</body>\r\n</html>\r\n")
CUT = "cut"  # the client's answer had begun: its connection or stream is broken off


def says(words):
    """Answers with these words and leaves."""
    def serve(reader, _):
        reader.socket.sendall(words)
        return False
    return serve


def says_and_stays(words):
    def serve(reader, _):
        reader.socket.sendall(words)
    return serve


def floods(words, again):
    """These words, and then others without end."""
    def serve(reader, _):
        reader.socket.sendall(words)
        piece = again * (1 + 16384 // len(again))
        while True:
            reader.socket.sendall(piece)
    return serve


def resets(reader, _):
    reader.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    return False


def never_answers(reader, _):
    with contextlib.suppress(Cut):
        while True:
            reader.more()
    return False


# What a target does; what the client of HTTP/1.1 sees, with which body; the log's elb_status and target_status.
CASES = {
    "endless-head": (floods(OK, b"X-A: b\r\n"), 502, None, "502", "-"),
    "endless-field": (floods(OK + b"X-A: ", b"b"), 502, None, "502", "-"),
    "endless-line": (floods(b"HTTP/1.1 200 ", b"b"), 502, None, "502", "-"),
    "large-head": (says(OK + b"X-A: " + b"b" * 33_000 + b"\r\nContent-Length: 0\r\n\r\n"), 502, None, "502", "-"),
    "head-within-limit": (says(OK + b"X-A: " + b"b" * 30_000 + b"\r\nConnection: close\r\nContent-Length: 1\r\n\r\nx"),
                          200, b"x", "200", "200"),
    "longer-than-told": (says(OK + b"Content-Length: 5\r\n\r\nhello, and more"), 200, b"hello", "200", "200"),
    "shorter-than-told": (says(OK + b"Content-Length: 50\r\n\r\nhello"), CUT, None, "200", "200"),
    "two-lengths": (says(OK + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello"), 502, None, "502", "-"),
    "garbage": (says(b"\x00\xff\x15\x03\x01 this is no HTTP\r\n\r\n"), 502, None, "502", "-"),
    "bare-lf": (says(b"HTTP/1.1 200 OK\nContent-Length: 0\n\n"), 502, None, "502", "-"),
    "http2": (says(raw_http2.frame(raw_http2.SETTINGS, 0, 0)), 502, None, "502", "-"),
    "ends-mid-chunk": (says(CHUNKED + b"ff\r\nhello"), CUT, None, "200", "200"),
    "ends-before-the-last-chunk": (says(CHUNKED + b"5\r\nhello\r\n"), CUT, None, "200", "200"),
    "bad-chunk": (says(CHUNKED + b"zz\r\nhello\r\n0\r\n\r\n"), CUT, None, "200", "200"),
    "endless-chunk-size": (floods(CHUNKED, b"0"), CUT, None, "200", "200"),
    "endless-chunk-extension": (floods(CHUNKED + b"5;a=", b"b"), CUT, None, "200", "200"),
    "endless-trailers": (floods(CHUNKED + b"0\r\n", b"X-A: b\r\n"), CUT, None, "200", "200"),
    "endless-continue": (floods(b"", b"HTTP/1.1 100 Continue\r\n\r\n"), 502, None, "502", "-"),
    "endless-interim": (floods(b"", b"HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n"), 502, None, "502", "-"),
    "unasked-upgrade": (says(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n"), 502, None, "502", "-"),
    "closes": (says(b""), 502, None, "502", "-"),
    "closes-in-its-head": (says(OK + b"Content-"), 502, None, "502", "-"),
    "resets": (resets, 502, None, "502", "-"),
    "never-answers": (never_answers, 504, None, "504", "-"),
    "stops-in-its-head": (says_and_stays(OK + b"Content-"), 504, None, "504", "-"),
    "stops-in-its-body": (says_and_stays(OK + b"Content-Length: 50\r\n\r\nhello"), CUT, None, "200", "200"),
}


def tls_alert(connection):
    """What a TLS server says to plain HTTP: a fatal alert."""
    connection.sendall(b"\x15\x03\x01\x00\x02\x02\x46")


def http1_refusal(connection):
    """What a plain HTTP server says to TLS."""
    connection.recv(65536)
    connection.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def group(name, port, **more):
    return {"name": name, "port": port, "protocolVersion": "HTTP1", "targets": [{"id": "127.0.0.1"}], **more}


class HostileTargets(e2e.EndToEndTest):
    """One balancer, before it each kind of target in a group of its own; the group is the request's path."""

    def start(self, groups, idle=IDLE):
        document = e2e.workspace(listeners=[{"protocol": "HTTP", "port": 0}])
        balancer = document["loadBalancers"][0]
        balancer["attributes"] = {"idleTimeoutSeconds": idle}
        balancer["listeners"][0]["defaultActions"] = [{"type": "fixed-response", "statusCode": 404}]
        balancer["listeners"][0]["rules"] = [{
            "priority": number, "conditions": [{"field": "path-pattern", "values": [f"/{item['name']}"]}],
            "actions": [{"type": "forward", "targetGroup": item["name"]}]}
            for number, item in enumerate(groups, 1)]
        document["targetGroups"] = groups
        self.balancer = self.run_workspace(document)

    def over_http1(self, name):
        """(status or CUT, body) as a client of HTTP/1.1 sees it."""
        with contextlib.closing(RawClient(self.balancer.address)) as client:
            try:
                answer = client.get(f"/{name}")
                return answer.status, answer.body
            except Cut as cut:
                self.assertTrue(cut.got.startswith(b"HTTP/1.1 200 ") or b"\r\n\r\n" not in cut.got, cut)
                return CUT, None

    def over_http2(self, name):
        connection = raw_http2.RawConnection(self.balancer.address, patience=20)
        with contextlib.closing(connection):
            connection.handshake()
            connection.headers(1, connection.request_fields(path=f"/{name}"))
            try:
                status, _, body = connection.response(1)
                return status, body
            except AssertionError as reset:
                self.assertIn("reset: 00000002", str(reset))  # INTERNAL_ERROR, as ALB
                return CUT, None

    def test_each_costs_its_own_request(self):
        groups = [group(name, RawTarget(self, case[0]).port) for name, case in CASES.items()]
        self.start(groups)
        before = self.balancer.resident()
        with concurrent.futures.ThreadPoolExecutor(2 * len(CASES)) as pool:
            seen = {(name, ask): pool.submit(ask, name) for name in CASES for ask in (self.over_http1, self.over_http2)}
        for (name, ask), answer in seen.items():
            with self.subTest(name, over=ask.__name__):
                status, body = answer.result()
                self.assertEqual(status, CASES[name][1])
                if CASES[name][2] is not None:
                    self.assertEqual(body, CASES[name][2])
        self.assert_grown_by_less_than(32 * MIB, self.balancer.resident() - before)
        self.check_log(groups, {name: case[3:] for name, case in CASES.items()})

    def check_log(self, groups, statuses):
        """Each group was asked by both kinds of client; its elb_status and target_status are these."""
        ports = {item["name"]: item["port"] for item in groups}
        entries = self.log_entries(2 * len(groups))
        self.assertEqual(len(entries), 2 * len(groups))
        for entry in entries:
            name = entry.request.split()[1].rpartition("/")[2]
            with self.subTest(name, type=entry.type):
                self.assertEqual((entry.elb_status, entry.target_status), statuses[name])
                self.assertEqual((entry.target, entry.target_list), (f"127.0.0.1:{ports[name]}",) * 2)
                self.assertEqual(entry.target_status_list, statuses[name][1])
                # ALB has no error_reason for the 502 and 504 of such targets (alb-behaviour 7.4).
                self.assertEqual((entry.error_reason, entry.actions), ("-", "forward"))

    def test_connections_that_are_not_made(self):
        plain = RawTarget(self, never_answers, greet=http1_refusal).port
        groups = [group("refused", free_port()),
                  group("plain-to-tls", plain, protocol="HTTPS"),
                  group("tls-to-plain", RawTarget(self, never_answers, greet=tls_alert).port),
                  group("silent-tls", self.silent_port(), protocol="HTTPS")]
        self.start(groups, idle=60)
        # A TLS handshake with a target is given ten seconds (alb-behaviour 5.1).
        expected = {"refused": 502, "plain-to-tls": 502, "tls-to-plain": 502, "silent-tls": 504}
        with concurrent.futures.ThreadPoolExecutor(2 * len(groups)) as pool:
            seen = {(name, ask): pool.submit(ask, name)
                    for name in expected for ask in (self.over_http1, self.over_http2)}
        for (name, ask), answer in seen.items():
            with self.subTest(name, over=ask.__name__):
                self.assertEqual(answer.result()[0], expected[name])
        self.check_log(groups, {name: (str(status), "-") for name, status in expected.items()})

    def silent_port(self):
        """The kernel accepts; nobody ever reads or writes."""
        server = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.addCleanup(server.close)
        return server.getsockname()[1]

    def test_answers_that_nobody_asked_for_reach_nobody(self):
        """Each request gets the answer that its own connection gave first, never what was left from another's."""
        def early(connection):
            connection.sendall(OK + b"Content-Length: 5\r\n\r\nearly")

        def echoes(reader, head):
            path = path_of(head).encode()
            reader.socket.sendall(OK + b"Content-Length: %d\r\n\r\n%s" % (len(path), path))

        def answers_twice(reader, head):
            echoes(reader, head)
            reader.socket.sendall(OK + b"Content-Length: 9\r\n\r\nsmuggled!")

        def answers_late(reader, head):
            echoes(reader, head)
            taken.wait(e2e.PATIENCE)  # the client has its answer: nothing is asked here now
            reader.socket.sendall(OK + b"Content-Length: 9\r\n\r\nsmuggled!")
            never_answers(reader, head)
            left.set()

        taken, left = threading.Event(), threading.Event()
        groups = [group("early", RawTarget(self, echoes, greet=early).port),
                  group("twice", RawTarget(self, answers_twice).port),
                  group("late", RawTarget(self, answers_late).port)]
        self.start(groups)
        for ask in (self.over_http1, self.over_http2) * 10:
            with self.subTest(over=ask.__name__):
                self.assertIn(ask("early"), ((200, b"early"), (200, b"/early"), (502, HTML_502)))
                self.assertEqual(ask("twice"), (200, b"/twice"))
                self.assertEqual(ask("late"), (200, b"/late"))
                taken.set()
                self.assertTrue(left.wait(e2e.PATIENCE), "a connection that speaks unasked is left")
                taken.clear()
                left.clear()


if __name__ == "__main__":
    unittest.main()

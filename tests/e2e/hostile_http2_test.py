# SPDX-License-Identifier: GPL-3.0-or-later
"""Hostile HTTP/2 clients cost bounded memory, are sent away with the right error, and other clients do not notice."""
import os
import struct
import tempfile
import time
import unittest

import e2e
from raw_http2 import *  # noqa: F401,F403: the frame types and flags are this test's vocabulary

MIB = 1024 * 1024
WORD = struct.Struct(">I")


class HostileHttp2(e2e.EndToEndTest):
    """A balancer with short limits before a server of files; an honest client asks it all the time."""

    def setUp(self):
        super().setUp()
        documents = tempfile.TemporaryDirectory(prefix="spillway-e2e-")
        self.addCleanup(documents.cleanup)
        for name, size in (("index.html", 100), ("large", MIB)):
            with open(os.path.join(documents.name, name), "wb") as file:
                file.write(bytes(size))
        server = e2e.start_nghttpd(self, documents.name, "-m", "1000")
        document = e2e.workspace(server, listeners=[{"protocol": "HTTP", "port": 0}])
        document["targetGroups"][0]["protocolVersion"] = "HTTP2"
        document["loadBalancers"][0]["attributes"] = {"idleTimeoutSeconds": 3}
        document["loadBalancers"][0]["limits"] = {"headTimeoutSeconds": 1}
        self.balancer = self.run_workspace(document)
        self.honest = self.connect()
        self.honest.headers(1)
        self.assertEqual(self.honest.response(1)[0], 200)
        self.next_stream = 3

    def connect(self, **options):
        connection = RawConnection(self.balancer.address, **options)
        self.addCleanup(connection.close)
        return connection.handshake()

    def others_do_not_notice(self):
        try:
            self.honest.headers(self.next_stream)
            self.assertEqual(self.honest.response(self.next_stream)[0], 200)
        except (Closed, OSError):  # it was idle for too long, as its limit says
            self.honest = self.connect()
            self.next_stream = 1
            self.honest.headers(1)
            self.assertEqual(self.honest.response(1)[0], 200)
        self.next_stream += 2

    def flood(self, make, count, batch=50):
        """Sends make(i) for each i until all is out or the peer has had enough; what it says to it."""
        connection = self.connect()
        try:
            for start in range(0, count, batch):
                connection.send(b"".join(make(connection, i) for i in range(start, start + batch)))
        except OSError:
            pass  # it was sent away in the middle
        return connection.error()

    def test_floods_are_sent_away(self):
        def rapid_reset(connection, i):
            return (frame(HEADERS, END_HEADERS | END_STREAM, 2 * i + 1, connection.block(connection.request_fields())) +
                    frame(RST_STREAM, 0, 2 * i + 1, WORD.pack(CANCEL)))

        def continuation(connection, i):
            if i == 0:
                return frame(HEADERS, END_STREAM, 1, connection.block(connection.request_fields()))
            return frame(CONTINUATION, 0, 1, connection.block([("x-a", "b" * 100)]))

        def empty_data(connection, i):
            if i == 0:
                return frame(HEADERS, END_HEADERS, 1, connection.block(connection.request_fields("POST")))
            return frame(DATA, 0, 1)

        def made_you_reset(connection, i):
            return (frame(HEADERS, END_HEADERS, 2 * i + 1, connection.block(connection.request_fields("POST"))) +
                    frame(WINDOW_UPDATE, 0, 2 * i + 1, WORD.pack(0)))

        before = self.balancer.resident()
        for name, make, allowed in [
                ("rapid reset", rapid_reset, (ENHANCE_YOUR_CALM, INTERNAL_ERROR)),
                ("continuation flood", continuation, (ENHANCE_YOUR_CALM, PROTOCOL_ERROR)),
                ("settings flood", lambda c, i: frame(SETTINGS, 0, 0), (ENHANCE_YOUR_CALM,)),
                ("ping flood", lambda c, i: frame(PING, 0, 0, bytes(8)), (ENHANCE_YOUR_CALM,)),
                ("priority flood", lambda c, i: frame(PRIORITY, 0, 3, struct.pack(">IB", 0, 1)), (ENHANCE_YOUR_CALM,)),
                ("empty data flood", empty_data, (ENHANCE_YOUR_CALM,))]:
            with self.subTest(name):
                self.assertIn(self.flood(make, 20_000), (*allowed, "closed"))
                self.others_do_not_notice()
        with self.subTest("made you reset"):
            connection = self.connect()
            with self.assertRaises((Closed, OSError)):
                for i in range(20_000):
                    connection.send(made_you_reset(connection, i))
                    while connection.has_input():
                        connection.read()
            self.others_do_not_notice()
        self.assert_grown_by_less_than(32 * MIB, self.balancer.resident() - before)

    def test_a_header_bomb_is_refused(self):
        """One large field in the dynamic table, named thousands of times at a byte each."""
        before = self.balancer.resident()
        for _ in range(20):
            connection = self.connect()
            block = connection.encoder.encode(connection.request_fields(extra=[("x-bomb", "b" * 3900)]), huffman=False)
            connection.send(frame(HEADERS, END_HEADERS | END_STREAM, 1, block + b"\xbe" * 12000))
            self.assertIn(connection.error(), (INTERNAL_ERROR, ENHANCE_YOUR_CALM, PROTOCOL_ERROR, "closed"))
        self.others_do_not_notice()
        self.assert_grown_by_less_than(32 * MIB, self.balancer.resident() - before)

    def test_heads_over_their_limits_are_answered(self):
        for name, fields, status in [
                ("many fields", self.honest.request_fields(extra=[(f"x-{i}", "a") for i in range(300)]), 400),
                ("a long path", self.honest.request_fields(path="/" + "a" * 17_000), 414)]:
            with self.subTest(name):
                connection = self.connect()
                block = connection.block(fields)
                connection.send(frame(HEADERS, END_STREAM, 1, block[:16000]) +
                                frame(CONTINUATION, END_HEADERS, 1, block[16000:]))
                self.assertEqual(connection.response(1)[0], status)

    def test_clients_that_never_read_hold_little_and_end(self):
        self.others_do_not_notice()
        before = self.balancer.resident()
        largest = before
        hostile = []
        for _ in range(20):
            connection = self.connect(initial=[(INITIAL_WINDOW_SIZE, 2**31 - 1)], receive_buffer=4096)
            connection.send(frame(WINDOW_UPDATE, 0, 0, WORD.pack(2**30)))
            for stream in range(1, 200, 2):
                connection.headers(stream, connection.request_fields(path="/large"))
            hostile.append(connection)
            largest = max(largest, self.balancer.resident())
        self.others_do_not_notice()
        deadline = time.monotonic() + 2
        while time.monotonic() < deadline:
            largest = max(largest, self.balancer.resident())
            time.sleep(0.05)
        print(f"20 connections x 100 answers of 1 MiB that nobody reads: {(largest - before) / MIB:.1f} MiB")
        self.assert_grown_by_less_than(32 * MIB, largest - before)
        entries = self.log_entries(2002)
        stalled = [entry for entry in entries if "/large" in entry.request]
        self.assertEqual(len(stalled), 2000)

    def test_a_window_of_nothing_ends_by_the_idle_timeout(self):
        connection = self.connect(initial=[(INITIAL_WINDOW_SIZE, 0)])
        connection.headers(1)
        self.assertEqual(connection.error(), INTERNAL_ERROR)

    def test_a_body_that_stops_is_answered_408(self):
        connection = self.connect()
        connection.headers(1, connection.request_fields("POST", extra=[("content-length", "10")]), END_HEADERS)
        connection.send(frame(DATA, 0, 1, b"12345"))
        self.assertEqual(connection.response(1)[0], 408)

    def test_slow_heads_and_silence_are_cut(self):
        slow = self.connect()
        slow.headers(1, flags=END_STREAM)  # its CONTINUATION never comes
        begun = time.monotonic()
        self.assertIn(slow.error(), ("closed", ENHANCE_YOUR_CALM, PROTOCOL_ERROR))
        self.assertLess(time.monotonic() - begun, 3)
        silent = RawConnection(self.balancer.address)
        self.addCleanup(silent.close)
        self.assertEqual(silent.error(), "closed")


if __name__ == "__main__":
    unittest.main()

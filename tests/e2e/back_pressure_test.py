# SPDX-License-Identifier: GPL-3.0-or-later
"""A slow reader stops its sender, and nobody else: what waits on the way is bounded."""
import threading
import unittest

import grpc

from e2e import PATIENCE, EndToEndTest, PythonTarget, workspace

MESSAGE = 64 * 1024
MESSAGES = 1024  # 64 MiB
# What may wait: a window and an output on each side of the balancer, and what gRPC itself takes at both ends.
BOUND = 1024 * 1024
# gRPC's own windows neither start large nor grow.
SMALL_WINDOWS = [("grpc.http2.bdp_probe", 0), ("grpc.http2.lookahead_bytes", 65536)]


def block(number):
    return number.to_bytes(4, "big") * (MESSAGE // 4)


class BackPressure(EndToEndTest):
    def setUp(self):
        super().setUp()
        self.sent = 0
        self.read_on = threading.Event()
        self.addCleanup(self.read_on.set)
        target = PythonTarget({
            "/test.Flood/Echo": grpc.unary_unary_rpc_method_handler(lambda request, _: request),
            "/test.Flood/Send": grpc.unary_stream_rpc_method_handler(lambda _, __: self.blocks()),
            "/test.Flood/Receive": grpc.stream_unary_rpc_method_handler(self.receive),
        }, *SMALL_WINDOWS)
        self.addCleanup(target.stop)
        self.channel = self.open(self.run_workspace(workspace(target.address)).channel(*SMALL_WINDOWS))

    def blocks(self):
        """The flood; the next block is asked for when the one before has been sent."""
        for number in range(MESSAGES):
            self.sent = number
            yield block(number)

    def receive(self, requests, _):
        """Reads one message, then nothing until it is told to."""
        wrong = int(next(requests) != block(0))
        self.read_on.wait(PATIENCE)
        return str(wrong + sum(request != block(number) for number, request in enumerate(requests, 1))).encode()

    def assert_the_flood_stands(self):
        """Calls on the same connection go on, and a hundred of them see no block sent any more."""
        echo = self.channel.unary_unary("/test.Flood/Echo")
        before, calls_without_change = -1, 0
        while calls_without_change < 100:
            self.assertEqual(echo(b"quick", timeout=PATIENCE), b"quick")
            calls_without_change = calls_without_change + 1 if self.sent == before else 0
            before = self.sent
        self.assertLessEqual(self.sent * MESSAGE, BOUND)

    def test_a_client_that_reads_slowly_stops_the_target(self):
        flood = self.channel.unary_stream("/test.Flood/Send")(b"", timeout=3 * PATIENCE)
        self.assertEqual(next(flood), block(0))
        self.assert_the_flood_stands()
        for number in range(1, 300):
            self.assertEqual(next(flood), block(number))
        self.assert_sent_about(300)
        self.assertEqual(list(flood), [block(number) for number in range(300, MESSAGES)])

    def assert_sent_about(self, count):
        self.assertGreaterEqual(self.sent, count - 1)
        self.assertLessEqual((self.sent - count) * MESSAGE, BOUND)

    def test_a_target_that_reads_slowly_stops_the_client(self):
        flood = self.channel.stream_unary("/test.Flood/Receive").future(self.blocks(), timeout=3 * PATIENCE)
        self.wait_until(lambda: self.sent > 0, "the flood began")
        self.assert_the_flood_stands()
        self.read_on.set()
        self.assertEqual(flood.result(), b"0", "blocks arrived wrong")
        self.assertEqual(self.sent, MESSAGES - 1)

    def test_many_slow_readers_do_not_stop_others(self):
        floods = [self.channel.unary_stream("/test.Flood/Send")(b"", timeout=3 * PATIENCE) for _ in range(20)]
        for flood in floods:
            self.assertEqual(next(flood), block(0))
        for _ in range(100):
            self.assertEqual(self.channel.unary_unary("/test.Flood/Echo")(b"quick", timeout=PATIENCE), b"quick")
        for flood in floods:
            flood.cancel()


if __name__ == "__main__":
    unittest.main(verbosity=2)

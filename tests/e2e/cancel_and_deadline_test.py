#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ends a call, and what else a call carries besides messages, passes the balancer in both directions."""
import concurrent.futures
import queue
import threading
import unittest

import grpc
import harness
from harness import PATIENCE

DEADLINE = 0.7  # seconds


class Target(grpc.GenericRpcHandler):
    """A gRPC server whose calls report what they see."""

    def __init__(self, case):
        self.contexts = queue.Queue()  # of the calls that wait
        self.ended = queue.Queue()     # one word for each of them
        self.release = threading.Event()
        server = grpc.server(concurrent.futures.ThreadPoolExecutor(8), handlers=[self],
                             options=(("grpc.max_receive_message_length", -1), ("grpc.so_reuseport", 0)))
        self.port = server.add_insecure_port("127.0.0.1:0")
        server.start()
        case.addCleanup(lambda: server.stop(None).wait(PATIENCE))
        case.addCleanup(self.release.set)

    def service(self, handler_call_details):
        handlers = {
            "/test.Test/Hold": grpc.unary_unary_rpc_method_handler(self.hold),
            "/test.Test/HoldStream": grpc.stream_stream_rpc_method_handler(self.hold_stream),
            "/test.Test/Echo": grpc.unary_unary_rpc_method_handler(self.echo),
            "/test.Test/Fail": grpc.unary_unary_rpc_method_handler(self.fail),
            "/test.Test/FailLate": grpc.unary_stream_rpc_method_handler(self.fail_late),
        }
        return handlers.get(handler_call_details.method)

    def hold(self, request, context):
        over = threading.Event()
        context.add_callback(over.set)
        self.contexts.put((context.time_remaining(), request))
        over.wait(PATIENCE)
        self.ended.put("ended" if not context.is_active() else "still active")
        return request

    def hold_stream(self, requests, context):
        context.add_callback(lambda: self.ended.put("ended"))
        self.contexts.put((context.time_remaining(), None))
        for request in requests:
            yield request

    def echo(self, request, context):
        seen = [(key, value) for key, value in context.invocation_metadata()]
        self.contexts.put((context.time_remaining(), seen))
        context.send_initial_metadata((("greeting", "hello"), ("token-bin", bytes(range(256)))))
        context.set_trailing_metadata((("farewell", "bye"), ("sum-bin", b"\x00\xff")))
        return request

    def fail(self, _, context):
        context.abort(grpc.StatusCode.NOT_FOUND, "nothing at 50 %, “here”\n")

    def fail_late(self, request, context):
        yield request
        yield request
        context.abort(grpc.StatusCode.DATA_LOSS, "lost the rest")


class CancelAndDeadline(harness.Case):
    def setUp(self):
        super().setUp()
        self.target = Target(self)
        self.program = self.balancer(harness.workspace([self.target.port]))
        self.channel_ = self.channel(self.program.address, self.program.ca)
        echo = self.call("Echo")
        harness.wait_for("the first answer", lambda: self.answers(echo))
        self.target.contexts.get(timeout=PATIENCE)

    @staticmethod
    def answers(echo):
        try:
            return echo(b"here?", timeout=PATIENCE) == b"here?"
        except grpc.RpcError:
            return False

    def call(self, name):
        return self.channel_.unary_unary("/test.Test/" + name)

    def seen_by_target(self):
        return self.target.contexts.get(timeout=PATIENCE)

    def test_the_target_learns_that_a_call_was_cancelled(self):
        call = self.call("Hold").future(b"x")
        remaining, _ = self.seen_by_target()
        self.assertGreater(remaining, 1e6)  # no deadline that could end it instead
        call.cancel()
        self.assertEqual(self.target.ended.get(timeout=PATIENCE), "ended")
        self.assertEqual(call.code(), grpc.StatusCode.CANCELLED)

    def test_the_target_learns_that_a_chat_was_cancelled_midway(self):
        said = queue.Queue()
        call = self.channel_.stream_stream("/test.Test/HoldStream")(iter(said.get, None))
        self.addCleanup(said.put, None)
        said.put(b"one")
        self.assertEqual(next(call), b"one")
        call.cancel()
        self.assertEqual(self.target.ended.get(timeout=PATIENCE), "ended")

    def test_the_target_learns_that_the_client_is_gone(self):
        channel = self.channel(self.program.address, self.program.ca)
        call = channel.unary_unary("/test.Test/Hold").future(b"x")
        self.seen_by_target()
        channel.close()
        self.assertEqual(self.target.ended.get(timeout=PATIENCE), "ended")
        self.assertTrue(call.done())

    def test_a_deadline_passes_and_ends_the_call_on_both_sides(self):
        with self.assertRaises(grpc.RpcError) as late:
            self.call("Hold")(b"x", timeout=DEADLINE)
        self.assertEqual(late.exception.code(), grpc.StatusCode.DEADLINE_EXCEEDED)
        remaining, _ = self.seen_by_target()
        self.assertGreater(remaining, 0)
        self.assertLessEqual(remaining, DEADLINE + 0.1)  # clients round up
        self.assertEqual(self.target.ended.get(timeout=PATIENCE), "ended")

    def test_status_and_words_of_a_failed_call(self):
        with self.assertRaises(grpc.RpcError) as failed:
            self.call("Fail")(b"x", timeout=PATIENCE)
        self.assertEqual(failed.exception.code(), grpc.StatusCode.NOT_FOUND)
        self.assertEqual(failed.exception.details(), "nothing at 50 %, “here”\n")
        with self.assertRaises(grpc.RpcError) as failed:
            self.call("NoSuchMethod")(b"x", timeout=PATIENCE)
        self.assertEqual(failed.exception.code(), grpc.StatusCode.UNIMPLEMENTED)

    def test_messages_before_a_failure_arrive(self):
        call = self.channel_.unary_stream("/test.Test/FailLate")(b"part", timeout=PATIENCE)
        self.assertEqual([next(call), next(call)], [b"part", b"part"])
        with self.assertRaises(grpc.RpcError) as failed:
            next(call)
        self.assertEqual((failed.exception.code(), failed.exception.details()),
                         (grpc.StatusCode.DATA_LOSS, "lost the rest"))

    def test_metadata_passes_both_ways_and_the_balancer_adds_its_own(self):
        sent = (("flavour", "plain"), ("flavour", "again"), ("blob-bin", bytes(range(256))))
        answer, call = self.call("Echo").with_call(b"x", metadata=sent, timeout=PATIENCE)
        self.assertEqual(answer, b"x")
        _, seen = self.seen_by_target()
        for pair in sent:
            self.assertIn(pair, seen)
        added = dict(seen)
        port = self.program.address.rsplit(":", 1)[1]
        self.assertEqual((added["x-forwarded-for"], added["x-forwarded-proto"], added["x-forwarded-port"]),
                         ("127.0.0.1", "https", port))
        self.assertRegex(added["x-amzn-trace-id"], r"^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$")
        initial, trailing = dict(call.initial_metadata()), dict(call.trailing_metadata())
        self.assertEqual((initial["greeting"], initial["token-bin"]), ("hello", bytes(range(256))))
        self.assertEqual((trailing["farewell"], trailing["sum-bin"]), ("bye", b"\x00\xff"))

    def test_messages_of_every_size_pass(self):
        for size in (0, 1, 16383, 16384, 65535, 65536, 1_000_003, 20_000_000):
            with self.subTest(size):
                message = (bytes(i % 251 for i in range(997)) * (size // 997 + 1))[:size]
                self.assertEqual(self.call("Echo")(message, timeout=PATIENCE), message)


if __name__ == "__main__":
    unittest.main(verbosity=2)

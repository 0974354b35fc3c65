# SPDX-License-Identifier: GPL-3.0-or-later
"""What ends a call reaches the other side: cancellation, deadlines, statuses with all their metadata."""
import os
import queue
import subprocess
import threading
import time
import unittest

import grpc

from e2e import PATIENCE, EndToEndTest, Outbox, PythonTarget, in_background, workspace


class HeldCall:
    """A call that the target holds until the client's side ends it."""

    def __init__(self, context):
        self.context = context
        self.began = time.monotonic()
        self.time_remaining = context.time_remaining()
        self.metadata = context.invocation_metadata()
        self.ended = threading.Event()
        self.lasted = None
        context.add_callback(self.end)

    def end(self):
        self.lasted = time.monotonic() - self.began
        self.ended.set()


class CallEnds(EndToEndTest):
    def setUp(self):
        super().setUp()
        self.held = queue.Queue()
        target = PythonTarget({
            "/test.Calls/Hold": grpc.unary_unary_rpc_method_handler(self.hold),
            "/test.Calls/HoldAnswering": grpc.stream_stream_rpc_method_handler(self.hold_answering),
            "/test.Calls/Echo": grpc.unary_unary_rpc_method_handler(lambda request, _: request),
            "/test.Calls/RefuseLate": grpc.unary_stream_rpc_method_handler(self.refuse_late),
            "/test.Calls/RefuseAtOnce": grpc.unary_unary_rpc_method_handler(self.refuse_at_once),
        })
        self.addCleanup(target.stop)
        self.target = target.address
        self.balancer = self.run_workspace(workspace(target.address))
        self.channel = self.open(self.balancer.channel())

    # ---- The target

    def hold(self, _, context):
        call = HeldCall(context)
        self.held.put(call)
        call.ended.wait(PATIENCE)
        return b""

    def hold_answering(self, requests, context):
        call = HeldCall(context)
        self.held.put(call)
        for request in requests:
            yield request

    @staticmethod
    def refuse_late(request, context):
        context.send_initial_metadata([("x-begun", "yes"), ("x-begun-bin", b"\x00\xff")])
        yield request
        context.set_trailing_metadata([("x-why", "a reason"), ("x-why-bin", bytes(range(256)))])
        context.abort(grpc.StatusCode.FAILED_PRECONDITION, "späte Absage: 100 %\n✓")

    @staticmethod
    def refuse_at_once(_, context):
        context.set_trailing_metadata([("x-why-bin", b"\x01")])
        context.abort(grpc.StatusCode.DEADLINE_EXCEEDED, "the target's own")

    # ---- The client

    def method(self, name, kind=None):
        return (kind or self.channel.unary_unary)(f"/test.Calls/{name}")

    def next_held(self):
        return self.held.get(timeout=PATIENCE)

    def assert_still_serves(self):
        """Only the stream has ended: the same connection carries on."""
        self.assertEqual(self.method("Echo")(b"still here", timeout=PATIENCE), b"still here")

    def assert_one_connection(self, count):
        entries = self.log_entries(count)
        self.assertEqual(len(entries), count)
        self.assertEqual(len({entry.connection_trace_id for entry in entries}), 1)
        return entries

    def test_the_target_learns_that_the_client_cancelled(self):
        call = self.method("Hold").future(b"", timeout=PATIENCE)
        held = self.next_held()
        self.assertFalse(held.ended.is_set())
        call.cancel()
        self.assertTrue(held.ended.wait(PATIENCE / 2), "the target was not told")
        self.assertFalse(held.context.is_active())
        self.assertEqual(call.code(), grpc.StatusCode.CANCELLED)
        self.assert_still_serves()
        entries = self.assert_one_connection(2)
        self.assertEqual((entries[0].elb_status, entries[0].target_status, entries[0].target),
                         ("460", "-", self.target))

    def test_the_target_learns_that_a_begun_stream_is_cancelled(self):
        outbox = Outbox()
        call = self.method("HoldAnswering", self.channel.stream_stream)(iter(outbox), timeout=PATIENCE)
        outbox.put(b"one")
        self.assertEqual(next(call), b"one")
        held = self.next_held()
        call.cancel()
        self.assertTrue(held.ended.wait(PATIENCE / 2), "the target was not told")
        self.assertEqual(call.code(), grpc.StatusCode.CANCELLED)
        outbox.close()
        self.assert_still_serves()
        self.assertEqual(self.assert_one_connection(2)[0].elb_status, "200")

    def test_the_target_learns_that_the_client_vanished(self):
        gone = self.balancer.channel()
        call = gone.unary_unary("/test.Calls/Hold").future(b"", timeout=PATIENCE)
        held = self.next_held()
        gone.close()
        self.assertTrue(call.done())
        self.assertTrue(held.ended.wait(PATIENCE / 2), "the target was not told")
        self.assert_still_serves()

    def test_a_deadline_ends_both_sides(self):
        with self.assertRaises(grpc.RpcError) as caught:
            self.method("Hold")(b"", timeout=2)
        self.assertEqual(caught.exception.code(), grpc.StatusCode.DEADLINE_EXCEEDED)
        held = self.next_held()
        self.assertLessEqual(held.time_remaining, 2)
        self.assertTrue(held.ended.wait(PATIENCE / 2), "the target was not told")
        self.assertLess(held.lasted, PATIENCE / 4)
        self.assertFalse(held.context.is_active())
        self.assert_still_serves()

    def test_a_deadline_passes_through_to_the_target(self):
        """A client that names a deadline but does not watch it: only the target can end the call."""
        message = os.path.join(self.folder, "message")
        with open(message, "wb") as file:
            file.write(bytes(5))  # one gRPC message, empty
        done = subprocess.run(
            ["curl", "-sS", "--http2", "--noproxy", "*", "--cacert", self.balancer.ca, "-m", str(PATIENCE), "-D", "-",
             "-H", "content-type: application/grpc", "-H", "te: trailers", "-H", "grpc-timeout: 700m",
             "--data-binary", "@" + message, f"https://{self.balancer.address}/test.Calls/Hold"],
            capture_output=True, text=True, check=True)
        self.assertIn("grpc-status: 4\n", done.stdout.replace("\r", "").lower())  # DEADLINE_EXCEEDED
        held = self.next_held()
        self.assertLessEqual(held.time_remaining, 0.7)
        self.assertTrue(held.ended.wait(PATIENCE / 2))
        self.assertEqual(self.log_entries(1)[0].target_status, "200", "not the target's answer")

    def test_a_call_without_deadline_has_none_at_the_target(self):
        call = self.method("Hold").future(b"")
        held = self.next_held()
        call.cancel()
        self.assertTrue(held.time_remaining is None or held.time_remaining > 1e6, held.time_remaining)

    def test_only_the_cancelled_one_of_many_ends(self):
        calls = [self.method("Hold").future(str(i).encode(), timeout=PATIENCE) for i in range(20)]
        held = [self.next_held() for _ in calls]
        calls[7].cancel()
        self.wait_until(lambda: any(one.ended.is_set() for one in held), "the target was told")
        self.assert_still_serves()
        self.assertEqual(sum(one.ended.is_set() for one in held), 1)
        self.assertEqual([call.done() for call in calls], [i == 7 for i in range(20)])
        for one in held:
            one.ended.set()
        self.assertEqual([call.result() for i, call in enumerate(calls) if i != 7], [b""] * 19)

    def test_a_late_status_comes_with_all_metadata(self):
        call = self.method("RefuseLate", self.channel.unary_stream)(b"x", timeout=PATIENCE)
        self.assertEqual(next(call), b"x")
        begun = dict(call.initial_metadata())
        self.assertEqual((begun["x-begun"], begun["x-begun-bin"]), ("yes", b"\x00\xff"))
        with self.assertRaises(grpc.RpcError):
            next(call)
        self.assertEqual((call.code(), call.details()),
                         (grpc.StatusCode.FAILED_PRECONDITION, "späte Absage: 100 %\n✓"))
        trailing = dict(call.trailing_metadata())
        self.assertEqual((trailing["x-why"], trailing["x-why-bin"]), ("a reason", bytes(range(256))))

    def test_a_status_without_any_answer_is_the_targets_own(self):
        with self.assertRaises(grpc.RpcError) as caught:
            self.method("RefuseAtOnce")(b"", timeout=PATIENCE)
        error = caught.exception
        self.assertEqual((error.code(), error.details()), (grpc.StatusCode.DEADLINE_EXCEEDED, "the target's own"))
        self.assertEqual(dict(error.trailing_metadata())["x-why-bin"], b"\x01")
        self.assertEqual(self.log_entries(1)[0].target_status, "200")

    def test_the_targets_request_has_the_clients_metadata_and_albs(self):
        mine = [("x-mine", "a, b"), ("x-mine-bin", b"\x00\x80")]
        call = self.method("Hold").future(b"", timeout=PATIENCE, metadata=mine)
        metadata = dict(self.next_held().metadata)
        call.cancel()
        self.assertEqual((metadata["x-mine"], metadata["x-mine-bin"]), ("a, b", b"\x00\x80"))
        self.assertEqual(metadata["x-forwarded-for"], "127.0.0.1")
        self.assertEqual(metadata["x-forwarded-proto"], "https")
        self.assertEqual(metadata["x-forwarded-port"], self.balancer.address.rsplit(":", 1)[1])
        self.assertRegex(metadata["x-amzn-trace-id"], r"^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$")

    def test_a_running_call_may_end_while_the_balancer_stops(self):
        call = self.method("Hold").future(b"", timeout=PATIENCE)
        held = self.next_held()
        stopped = in_background(self.balancer.stop)  # drains for ten seconds
        refused = self.balancer.channel()
        self.addCleanup(refused.close)
        self.wait_until(lambda: self.is_refused(refused), "new calls are refused")
        self.assertFalse(held.ended.is_set(), "the running call was broken off")
        held.ended.set()
        self.assertEqual(call.result(PATIENCE), b"")
        stopped.result(PATIENCE)

    @staticmethod
    def is_refused(channel):
        try:
            channel.unary_unary("/test.Calls/Echo")(b"", timeout=PATIENCE)
            return False
        except grpc.RpcError as error:
            return error.code() == grpc.StatusCode.UNAVAILABLE


if __name__ == "__main__":
    unittest.main(verbosity=2)

# SPDX-License-Identifier: GPL-3.0-or-later
"""Targets that drain or fail their checks: what running and new requests come to, by counting."""
import time
import unittest

import grpc

import e2e
import http_targets

ECHO, NAME = "/test.Test/Echo", "/test.Test/Name"


class Draining(http_targets.TargetsTest):
    """A target leaves its group by a change of the workspace file, with a request still running."""

    def run_with_held_request(self, delay):
        """Two targets, the first of which holds a request; it leaves."""
        self.leaving, self.staying = self.targets("leaving", "staying")
        both = self.document(self.group("targets", [self.leaving, self.staying], deregistrationDelaySeconds=delay))
        self.run_document(both, self.leaving, self.staying)
        self.held = self.hold_a_request(self.leaving)
        self.begun = time.monotonic()
        self.change_workspace(self.document(self.group("targets", [self.staying], deregistrationDelaySeconds=delay)))
        self.wait_until(lambda: self.healthy() == {f"127.0.0.1:{self.staying.port}"}, "the target drains")

    def test_the_running_request_ends_well_and_new_ones_go_elsewhere(self):
        self.run_with_held_request(delay=60)
        self.assertEqual(self.client().count(20), {"staying": 20})
        self.assertFalse(self.held.done())
        self.leaving.gate.set()
        answer = self.held.result(e2e.PATIENCE)
        self.assertEqual((answer.status, answer.served_by), (200, "leaving"))
        self.assertEqual(self.leaving.requests, 1)

    def test_the_running_request_gets_502_when_the_delay_is_over(self):
        self.run_with_held_request(delay=2)
        self.assertEqual(self.held.result(e2e.PATIENCE).status, 502)
        self.assertGreater(time.monotonic() - self.begun, 1.9)
        self.assertEqual(self.client().count(10), {"staying": 10})


class DrainingStreams(e2e.EndToEndTest):
    """The same for a gRPC stream."""

    def grpc_target(self, name):
        def echo(requests, context):
            context.send_initial_metadata((("x-served-by", name),))
            yield from requests

        def tell(request, context):
            context.send_initial_metadata((("x-served-by", name),))
            return request

        target = e2e.PythonTarget({ECHO: grpc.stream_stream_rpc_method_handler(echo),
                                   NAME: grpc.unary_unary_rpc_method_handler(tell)})
        self.addCleanup(target.stop)
        return target

    def test_a_stream_runs_on_until_the_delay_is_over(self):
        targets = {name: self.grpc_target(name) for name in ("a", "b")}

        def document(*names):
            made = e2e.workspace(*(targets[name].address for name in names),
                                 listeners=[{"protocol": "HTTP", "port": 0}])
            made["targetGroups"][0]["attributes"] = {"deregistrationDelaySeconds": 2}
            return made

        channel = self.open(e2e.plain_channel(self.run_workspace(document("a", "b")).address))
        tell = channel.unary_unary(NAME)

        def server():
            answer, call = tell.with_call(b"", timeout=e2e.PATIENCE)
            self.assertEqual(answer, b"")
            return e2e.served_by(call)

        self.wait_until(lambda: {server(), server()} == {"a", "b"}, "both targets serve")
        outbox = e2e.Outbox()
        stream = channel.stream_stream(ECHO)(iter(outbox), timeout=e2e.PATIENCE)
        self.addCleanup(outbox.close)
        outbox.put(b"before")
        self.assertEqual(next(stream), b"before")
        other = ({"a", "b"} - {e2e.served_by(stream)}).pop()
        begun = time.monotonic()
        self.change_workspace(document(other))
        self.wait_until(lambda: {server() for _ in range(4)} == {other}, "new calls go elsewhere")
        outbox.put(b"after")
        self.assertEqual(next(stream), b"after")
        with self.assertRaises(grpc.RpcError) as ended:
            next(stream)
        self.assertEqual(ended.exception.code(), grpc.StatusCode.INTERNAL)  # the head is out: RST_STREAM INTERNAL_ERROR
        self.assertGreater(time.monotonic() - begun, 1.9)
        self.assertEqual({server() for _ in range(4)}, {other})


class Health(http_targets.TargetsTest):
    """Targets whose checks fail, and recover."""

    def test_unhealthy_targets_get_nothing_until_none_is_healthy(self):
        a, b = self.targets("a", "b")
        self.run_document(self.document(self.group("targets", [a, b])), a, b)
        client = self.client()
        self.assertEqual(client.count(20), {"a": 10, "b": 10})
        a.health = 503
        self.wait_until_healthy(b)
        self.assertEqual(client.count(20), {"b": 20})
        b.health = 503
        self.wait_until_healthy()
        self.assertEqual(client.count(20), {"a": 10, "b": 10}, "fail-open")
        a.health = 200
        self.wait_until_healthy(a)
        self.assertEqual(client.count(20), {"a": 20})

    def test_fail_open_below_a_threshold(self):
        a, b = self.targets("a", "b")

        def document(threshold):
            return self.document(self.group("targets", [a, b], unhealthyStateRouting=threshold, dnsFailover=threshold))

        self.run_document(document({"count": 1}), a, b)
        b.health = 503
        self.wait_until_healthy(a)
        client = self.client()
        for threshold, served in (({"count": 2}, {"a": 2, "b": 2}), ({"count": 1}, {"a": 4}),
                                  ({"count": 1, "percentage": 51}, {"a": 2, "b": 2}),
                                  ({"count": 1, "percentage": 50}, {"a": 4})):
            with self.subTest(threshold):
                self.change_workspace(document(threshold))
                self.wait_until(lambda expected=served: client.count(4) == expected, "the threshold counts", within=10)

    def test_a_session_leaves_an_unhealthy_target(self):
        a, b = self.targets("a", "b")
        self.run_document(self.document(self.group("targets", [a, b], stickiness={"enabled": True})), a, b)
        client = self.client()
        first = client.get()
        served, other = (a, b) if first.served_by == "a" else (b, a)
        sent = http_targets.cookie_pairs(*first.cookies.values())
        served.health = 503
        self.wait_until_healthy(other)
        self.assertEqual(client.count(10, Cookie=sent), {other.name: 10})
        other.health = 503
        self.wait_until_healthy()
        self.assertEqual(client.count(10, Cookie=sent), {first.served_by: 10}, "fail-open keeps sessions")


if __name__ == "__main__":
    unittest.main()

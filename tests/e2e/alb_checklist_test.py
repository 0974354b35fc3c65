# SPDX-License-Identifier: GPL-3.0-or-later
"""The twelve points against which a local balancer is tested (alb-behaviour 10.7), each by its number."""
import contextlib
import http.client
import re
import socket
import ssl
import struct
import subprocess
import time
import unittest

import grpc

import e2e
from e2e import PATIENCE, Outbox, RouteGuide, messages, note, served_by
from raw_http2 import (CANCEL, END_HEADERS, END_STREAM, GOAWAY, HEADERS, INTERNAL_ERROR, MAX_CONCURRENT_STREAMS,
                       NO_ERROR, RST_STREAM, SETTINGS, Closed, RawConnection, frame)
from raw_http2_target import RawHttp2Target

GRPC = (("content-type", "application/grpc"), ("te", "trailers"))
FEATURE = "/routeguide.RouteGuide/GetFeature"
EVERYWHERE = messages.Rectangle(lo=messages.Point(latitude=-900000000, longitude=-1800000000),
                                hi=messages.Point(latitude=900000000, longitude=1800000000))
FAST_CHECKS = {"healthCheckIntervalSeconds": 2, "healthCheckTimeoutSeconds": 1, "unhealthyThresholdCount": 1}
STREAMS, REQUESTS = 128, 10_000  # of one client connection
BATCH = 100


class AlbChecklist(e2e.EndToEndTest):
    """A balancer with ALB's defaults: one HTTPS listener; checks may be faster than on AWS."""

    def setUp(self):
        super().setUp()
        self.metrics = e2e.free_port()

    def document(self, *targets, groups=(), attributes=None, **of_group):
        """One group of these targets; further groups get what begins with their name."""
        document = e2e.workspace(*targets)
        document["monitoring"] = {"openMetricsPort": self.metrics}
        document["targetGroups"][0].update(of_group)
        document["targetGroups"] += groups
        balancer = document["loadBalancers"][0]
        balancer["attributes"] = attributes or {}
        balancer["beyondAlb"] = {"fastHealthChecks": True}
        balancer["listeners"][0]["rules"] = [{
            "priority": 10 * number, "conditions": [{"field": "path-pattern", "values": [f"/{group['name']}/*"]}],
            "actions": [{"type": "forward", "targetGroup": group["name"]}]} for number, group in enumerate(groups, 1)]
        return document

    def start(self, *targets, **options):
        self.run_document(self.document(*targets, **options))

    def run_document(self, document):
        self.balancer = self.run_workspace(document)
        self.guide = RouteGuide(self.open(self.balancer.channel()))

    def with_attributes(self, attributes, *targets):
        """The document whose group has these."""
        document = self.document(*targets)
        document["targetGroups"][0]["attributes"] = attributes
        return document

    def server(self):
        return self.route_guide_server().ready["address"]

    def raw(self):
        client = RawConnection(self.balancer.address, self.balancer.ca, patience=PATIENCE)
        self.addCleanup(client.close)
        return client

    def answer(self, method="POST", path=FEATURE, fields=GRPC):
        """(status, fields, body) of one request over HTTP/2."""
        client = self.raw().handshake()
        client.headers(1, client.request_fields(method, path, fields))
        return client.response(1)

    def assert_grpc_error(self, status, answer):
        self.assertEqual((answer[0], answer[1].get("content-type"), answer[1].get("grpc-status"), answer[2]),
                         (status, "application/grpc", "14", b""))

    def server_of_a_call(self):
        call = self.guide.get_feature.with_call(messages.Point(), timeout=PATIENCE)[1]
        return served_by(call)

    def wait_for_state(self, target, *expected):
        """State, reason and description in the words of ALB's API."""
        wanted = {"state": expected[0], "reason": expected[1], "description": expected[2]}

        def state():
            for line in e2e.read_metrics(self.metrics):
                if line.startswith("spillway_target_state{") and f'target="{target}"' in line:
                    labels = dict(re.findall(r'(\w+)="([^"]*)"', line))
                    return {name: labels[name] for name in wanted}
            return None

        self.wait_until(lambda: state() == wanted, f"{target} is {wanted}")

    def open_chat(self):
        """What the client says, and a chat that has its first answer."""
        said = Outbox()
        self.addCleanup(said.close)
        chat = self.guide.route_chat(iter(said), timeout=PATIENCE)
        said.put(note("one", 1, 2), note("two", 1, 2))
        self.assertEqual(next(chat).message, "one")
        return said, chat

    def test_01_all_four_calls_over_alpn_h2_to_a_cleartext_group(self):
        self.start(self.server())
        self.assertEqual(self.raw().socket.selected_alpn_protocol(), "h2")
        features = list(self.guide.list_features(EVERYWHERE, timeout=PATIENCE))
        self.assertGreater(len(features), 10)
        self.assertEqual(self.guide.get_feature(features[0].location, timeout=PATIENCE), features[0])
        summary = self.guide.record_route(iter([feature.location for feature in features]), timeout=PATIENCE)
        self.assertEqual((summary.point_count, summary.feature_count), (len(features), len(features)))
        said, chat = self.open_chat()  # interleaved: an answer before the next question
        said.put(note("three", 1, 2))
        self.assertEqual([next(chat).message, next(chat).message], ["one", "two"])
        said.close()
        self.assertEqual((list(chat), chat.code()), ([], grpc.StatusCode.OK))

    def test_02_wrong_protocols_get_464(self):
        self.start(self.server(), groups=[{"name": "one", "port": 80, "protocolVersion": "HTTP1", "targets": []}])
        client = http.client.HTTPSConnection(self.balancer.address, timeout=PATIENCE,
                                             context=ssl.create_default_context(cafile=self.balancer.ca))
        self.addCleanup(client.close)
        client.request("POST", FEATURE, b"", dict(GRPC))
        answer = client.getresponse()
        self.assertEqual((answer.status, answer.headers.get("Content-Type"), answer.read()), (464, None, b""))
        for method, path, fields in (("GET", "/", ()), ("POST", "/one/x", GRPC)):
            with self.subTest(method, path=path):
                status, got, body = self.answer(method, path, fields)
                self.assertEqual((status, got.get("content-type"), got.get("grpc-status"), body),
                                 (464, None, None, b""))

    def test_03_a_grpc_group_on_an_http_listener_is_refused(self):
        document = self.document("127.0.0.1:50051")
        listener = document["loadBalancers"][0]["listeners"][0]
        listener["protocol"] = "HTTP"
        del listener["certificates"]
        self.change_workspace(document)
        for command in (["check"], ["run", *self.engine_options()]):
            done = subprocess.run([e2e.CTL, command[0], self.workspace_file, *command[1:]], capture_output=True,
                                  text=True, timeout=PATIENCE, check=False)
            self.assertEqual(done.returncode, 2, done)
            self.assertIn("Listener protocol 'HTTP' is not supported with a target group with the protocol-version "
                          "'GRPC'", done.stdout + done.stderr)

    def test_04_a_stopped_target_is_unhealthy_and_fails_open(self):
        silent = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(silent.close)
        server = self.route_guide_server()
        group = {"name": "silent", "port": silent.getsockname()[1], "protocolVersion": "GRPC",
                 "targets": [{"id": "127.0.0.1"}], **FAST_CHECKS}
        self.start(server.ready["address"], groups=[group], **FAST_CHECKS)
        self.assertEqual(self.server_of_a_call(), server.ready["address"])
        server.stop()
        self.wait_for_state(server.ready["address"], "unhealthy", "Target.FailedHealthChecks", "Health checks failed")
        self.wait_for_state(f"127.0.0.1:{group['port']}", "unhealthy", "Target.Timeout", "Request timed out")
        self.assert_grpc_error(502, self.answer())
        entry = self.log_entries(2)[1]
        self.assertEqual((entry.elb_status, entry.target), ("502", server.ready["address"]), "fail-open")

    def test_05_no_target_is_503(self):
        self.start()
        self.assert_grpc_error(503, self.answer())

    def test_06_the_matcher_0_does_not_fit_the_default_path(self):
        server = self.server()
        self.start(server, matcher={"grpcCode": "0"}, **FAST_CHECKS)
        self.wait_for_state(server, "unhealthy", "Target.ResponseCodeMismatch",
                            "Health checks failed with these codes: [12]")

    def test_07_one_good_check_is_enough_for_a_new_target(self):
        """With the default threshold of 5 and interval of 30 s, the first of which this test does not wait for."""
        old, new = self.server(), self.server()
        self.start(old)
        self.wait_for_state(old, "healthy", "", "")
        self.change_workspace(self.document(old, new))
        self.wait_until(lambda: self.server_of_a_call() == new, "the new target has a call", within=20)
        self.wait_for_state(new, "healthy", "", "")

    def test_08_an_idle_stream_is_reset_though_pings_are_answered(self):
        target = RawHttp2Target(self, lambda event: event.frame.type == HEADERS and event.connection.head(
            event.frame.stream))
        self.start(target.address, attributes={"idleTimeoutSeconds": 2})
        client = self.raw().handshake()
        begun = time.monotonic()
        client.headers(1, client.request_fields("POST", "/held", GRPC), END_HEADERS)
        client.wait_for(HEADERS, 1)
        while time.monotonic() - begun < 1.7:
            self.assertTrue(client.is_alive())
            time.sleep(0.1)  # faster ones would be a flood
        reset = client.wait_for(RST_STREAM, 1)
        self.assertEqual(reset.payload, struct.pack(">I", INTERNAL_ERROR))
        self.assertTrue(1.9 < time.monotonic() - begun < 10, time.monotonic() - begun)
        self.assertEqual(target.reset_of("/held"), CANCEL)
        self.assertTrue(client.is_alive())

    def test_09_128_streams_and_10000_requests(self):
        held = []

        def behave(event):
            """Holds calls; each call of Release lets one of them go."""
            if not event.frame.flags & END_STREAM:
                return
            if event.path == "/Hold":
                held.append(event)
                return
            if event.path == "/Release":
                held[0].connection.answer(held[0].frame.stream)
            event.connection.answer(event.frame.stream)

        self.start(RawHttp2Target(self, behave).address)
        told = dict(struct.iter_unpack(">HI", self.raw().wait_for(SETTINGS, ack=False).payload))
        self.assertEqual(told[MAX_CONCURRENT_STREAMS], STREAMS)
        full, other = (self.open(self.balancer.channel()) for _ in range(2))
        calls = [full.unary_unary("/Hold").future(b"", timeout=PATIENCE) for _ in range(STREAMS + 1)]
        self.wait_until(lambda: len(held) == STREAMS, "all but one are at the target")
        other.unary_unary("/Echo")(b"", timeout=PATIENCE)  # by now the last one could have come
        self.assertEqual(len(held), STREAMS)
        other.unary_unary("/Release")(b"", timeout=PATIENCE)
        self.wait_until(lambda: len(held) == STREAMS + 1, "the last one is there")
        self.wait_until(lambda: any(call.done() for call in calls), "the first one ends")
        self.assertEqual([call.code() for call in calls if call.done()], [grpc.StatusCode.OK])
        for call in calls:
            call.cancel()
        self.assert_goaway_after_all_requests()

    def assert_goaway_after_all_requests(self):
        client = self.raw().handshake()
        fields = client.request_fields("POST", FEATURE, GRPC)
        answered = 0
        farewells = []

        def read():
            got = client.read()
            if got.type == GOAWAY:
                farewells.append((answered, *struct.unpack(">II", got.payload[:8])))
            return got.type == HEADERS and got.flags & END_STREAM

        for first in range(0, REQUESTS, BATCH):
            client.send(b"".join(frame(HEADERS, END_HEADERS | END_STREAM, 2 * number + 1, client.block(fields))
                                 for number in range(first, first + BATCH)))
            while answered < first + BATCH:
                answered += bool(read())
        with contextlib.suppress(Closed):
            while True:
                self.assertFalse(read(), "more answers than requests")
        self.assertGreaterEqual(farewells[0][0], REQUESTS - BATCH)
        self.assertEqual(farewells[-1][1:], (2 * REQUESTS - 1, NO_ERROR))
        self.assertEqual(self.answer()[0], 200, "the 10,001st on a connection of its own")

    def test_10_a_deregistered_target_keeps_its_stream_until_the_delay_is_over(self):
        servers = [self.server(), self.server()]
        delay = {"deregistrationDelaySeconds": 2}
        self.run_document(self.with_attributes(delay, *servers))
        for server in servers:
            self.wait_for_state(server, "healthy", "", "")
        said, chat = self.open_chat()
        mine = served_by(chat)
        other = next(server for server in servers if server != mine)
        begun = time.monotonic()
        self.change_workspace(self.with_attributes(delay, other))
        self.wait_for_state(mine, "draining", "Target.DeregistrationInProgress",
                            "Target deregistration is in progress")
        self.assertEqual({self.server_of_a_call() for _ in range(6)}, {other})
        said.put(note("three", 1, 2))
        self.assertEqual([next(chat).message, next(chat).message], ["one", "two"])
        with self.assertRaises(grpc.RpcError):
            next(chat)
        self.assertEqual(chat.code(), grpc.StatusCode.INTERNAL)
        self.assertGreater(time.monotonic() - begun, 1.9)

    def test_11_the_log_line(self):
        server = self.server()
        document = self.document(server, groups=[{
            "name": "routeguide.RouteGuide", "port": 80, "protocolVersion": "GRPC", "targets": []}])
        rule = document["loadBalancers"][0]["listeners"][0]["rules"][0]
        rule["actions"][0]["targetGroup"] = "targets"
        document["targetGroups"].pop()
        self.run_document(document)
        self.server_of_a_call()
        entry = self.log_entries(1)[0]  # it has 34 fields, quoted as ALB quotes them
        self.assertEqual((entry.type, entry.rule_priority, entry.actions, entry.elb_status, entry.target_status),
                         ("grpcs", "10", "forward", "200", "200"))
        self.assertEqual(entry.request, f"POST https://{self.balancer.address}{FEATURE} HTTP/2.0")
        self.assertEqual((entry.target, entry.target_list, entry.target_status_list), (server, server, "200"))

    def test_12_the_targets_request(self):
        seen = {}

        def keep(_, context):
            seen.update(context.invocation_metadata())
            return b""

        target = e2e.PythonTarget({FEATURE: grpc.unary_unary_rpc_method_handler(keep)})
        self.addCleanup(target.stop)
        self.start(target.address)
        self.guide.get_feature(messages.Point(), timeout=PATIENCE)
        self.assertEqual(seen["x-forwarded-for"], "127.0.0.1")
        self.assertEqual(seen["x-forwarded-proto"], "https")
        self.assertEqual(seen["x-forwarded-port"], self.balancer.address.rsplit(":", 1)[1])
        self.assertRegex(seen["x-amzn-trace-id"], r"^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$")


if __name__ == "__main__":
    unittest.main()

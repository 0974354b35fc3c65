# SPDX-License-Identifier: GPL-3.0-or-later
"""What no gRPC library does at will: resets at any point of a call, windows of one byte, GOAWAY among calls, answers
that are trailers only. The client gets the right status, and the other streams live."""
import collections
import http.client
import struct
import unittest

import grpc

import e2e
from e2e import PATIENCE
from raw_http2 import (CANCEL, DATA, END_HEADERS, END_STREAM, ENHANCE_YOUR_CALM, HEADERS, INITIAL_WINDOW_SIZE,
                       INTERNAL_ERROR, NO_ERROR, PROTOCOL_ERROR, REFUSED_STREAM, RST_STREAM, SETTINGS,
                       WINDOW_UPDATE, RawConnection, frame, settings)
from raw_http2_target import HEAD, TRAILERS, RawHttp2Target

Code = grpc.StatusCode
MESSAGE = struct.pack(">BI", 0, 300) + bytes(range(250)) + bytes(50)
GRPC = (("content-type", "application/grpc"), ("te", "trailers"))
# What a client calls a reset with this code (gRPC/PROTOCOL-HTTP2).
MEANING = {NO_ERROR: Code.INTERNAL, PROTOCOL_ERROR: Code.INTERNAL, INTERNAL_ERROR: Code.INTERNAL,
           REFUSED_STREAM: Code.UNAVAILABLE, CANCEL: Code.CANCELLED, ENHANCE_YOUR_CALM: Code.RESOURCE_EXHAUSTED}


class FramesTest(e2e.EndToEndTest):
    """A balancer before raw targets, with a TLS and a cleartext listener; further groups by name."""

    def start(self, *targets, groups=(), **beyond):
        document = e2e.workspace(*targets)
        listeners = document["loadBalancers"][0]["listeners"]
        listeners.append({**listeners[0], "protocol": "HTTP"})
        del listeners[1]["certificates"]
        document["loadBalancers"][0]["beyondAlb"].update(beyond)
        for listener in listeners:
            listener["rules"] = [{
                "priority": number, "conditions": [{"field": "path-pattern", "values": [f"/{group['name']}/*"]}],
                "actions": [{"type": "forward", "targetGroup": group["name"]}]}
                for number, group in enumerate(groups, 1)]
        document["targetGroups"] += groups
        self.metrics = e2e.free_port()
        document["monitoring"] = {"openMetricsPort": self.metrics}
        self.balancer = self.run_workspace(document)

    def clients(self):
        """A raw connection over TLS, and one over cleartext."""
        connections = [RawConnection(address, ca, patience=PATIENCE)
                       for address, ca in zip(self.balancer.addresses, (self.balancer.ca, None))]
        for connection in connections:
            self.addCleanup(connection.close)
            connection.handshake()
        return connections

    @staticmethod
    def call(client, stream, path, data=b"", end=True):
        """Begins a call; ends its request unless told else."""
        client.headers(stream, client.request_fields("POST", path, GRPC), END_HEADERS)
        if data or end:
            client.send(frame(DATA, END_STREAM if end else 0, stream, data))

    @staticmethod
    def reset(client, stream, code=CANCEL):
        client.send(frame(RST_STREAM, 0, stream, struct.pack(">I", code)))


def echo(event):
    """Answers with what comes, as it comes."""
    connection, got, _ = event
    if got.type == HEADERS:
        connection.head(got.stream)
    elif got.payload:
        connection.take(got)
        connection.data(got.stream, got.payload)
    if got.flags & END_STREAM:
        connection.head(got.stream, TRAILERS, end=True)


class Resets(FramesTest):
    """Another call, with a message each way before and after, lives on the same connections."""

    # How far the target's answer has got.
    ANSWERS = {"nothing": [], "head": [(HEADERS, HEAD)], "half-a-message": [(HEADERS, HEAD), (DATA, MESSAGE[:100])],
               "a-message": [(HEADERS, HEAD), (DATA, MESSAGE)]}

    def behave(self, event):
        connection, got, path = event
        kind, _, rest = path[1:].partition("/")
        if kind == "held" and got.type == HEADERS:
            connection.head(got.stream)
        elif kind == "reset" and got.type == HEADERS:
            point, code = rest.split("/")
            for what, content in self.ANSWERS[point]:
                (connection.head if what == HEADERS else connection.data)(got.stream, content)
            connection.reset(got.stream, int(code))
        elif kind == "echo":
            echo(event)

    def setUp(self):
        super().setUp()
        self.target = RawHttp2Target(self, self.behave)
        self.start(self.target.address)

    def test_from_the_target(self):
        for address, connect in zip(self.balancer.addresses, (self.balancer.channel, None)):
            channel = self.open(connect() if connect else e2e.plain_channel(address))
            said = e2e.Outbox()
            chat = channel.stream_stream("/echo/chat")(iter(said), timeout=PATIENCE)
            for point, answer in self.ANSWERS.items():
                for code, meaning in MEANING.items():
                    with self.subTest(point, code=code, over=address):
                        call = channel.unary_stream(f"/reset/{point}/{code}")(b"", timeout=PATIENCE)
                        with self.assertRaises(grpc.RpcError):
                            list(call)
                        # Before the answer's head it is the balancer that answers: 502 (alb-behaviour 6.3).
                        self.assertEqual(call.code(), meaning if answer else Code.UNAVAILABLE, call)
                        said.put(b"still here")
                        self.assertEqual(next(chat), b"still here")
            said.close()
            self.assertEqual((list(chat), chat.code()), ([], Code.OK))

    def test_from_the_client(self):
        """The target learns it at any point."""
        points = {  # what the client sends, and how much of the echo it waits for
            "after its head": (b"", False, 0), "in a message": (MESSAGE[:100], False, 50),
            "after a message": (MESSAGE, False, len(MESSAGE)), "before the answer's data": (MESSAGE, False, 0),
        }
        for client in self.clients():
            self.call(client, 1, "/echo/chat", end=False)
            stream = 1
            for point, (data, end, awaited) in points.items():
                stream += 2
                path = f"/echo/{client.authority}/{stream}"
                with self.subTest(point):
                    self.call(client, stream, path, data, end)
                    client.wait_for(HEADERS, stream)
                    while awaited > 0:
                        awaited -= len(client.wait_for(DATA, stream).payload)
                    self.reset(client, stream)
                    self.assertEqual(self.target.reset_of(path), CANCEL)
            for unsure in range(stream + 2, stream + 42, 2):  # at once: the target may see it, or not
                self.call(client, unsure, "/echo/at-once", MESSAGE, unsure % 4 == 1)
                self.reset(client, unsure)
            client.send(frame(DATA, END_STREAM, 1, MESSAGE))
            self.assertEqual(client.wait_for(DATA, 1).payload, MESSAGE)
            self.assertEqual(client.wait_for(HEADERS, 1).flags & END_STREAM, END_STREAM)

    def test_a_half_closed_call(self):
        """The request is whole, the answer is not."""
        for client in self.clients():
            path = f"/held/{client.authority}"
            self.call(client, 1, path, MESSAGE)
            client.wait_for(HEADERS, 1)
            self.reset(client, 1)
            self.assertEqual(self.target.reset_of(path), CANCEL)


class Windows(FramesTest):
    def test_a_client_with_a_window_of_one_byte(self):
        self.start(RawHttp2Target(self, echo).address)
        for client in self.clients():
            client.send(frame(SETTINGS, 0, 0, settings((INITIAL_WINDOW_SIZE, 1))))
            client.wait_for(SETTINGS, ack=True)
            self.call(client, 1, "/echo", MESSAGE)
            body = b""
            while len(body) < len(MESSAGE):
                got = client.wait_for(DATA, 1)
                self.assertLessEqual(len(got.payload), 1)
                body += got.payload
                client.send(frame(WINDOW_UPDATE, 0, 1, struct.pack(">I", 1)))
            self.assertEqual(body, MESSAGE)
            self.assertEqual(client.wait_for(HEADERS, 1).flags & END_STREAM, END_STREAM)

    def test_a_target_with_a_window_of_one_byte(self):
        sizes = collections.Counter()

        def behave(event):
            sizes[len(event.frame.payload) if event.frame.type == DATA else -1] += 1
            echo(event)

        self.start(RawHttp2Target(self, behave, initial=[(INITIAL_WINDOW_SIZE, 1)]).address)
        for client in self.clients():
            self.call(client, 1, "/echo")
            client.response(1)  # by now the balancer knows the target's window
            sizes.clear()
            self.call(client, 3, "/echo", MESSAGE)
            self.assertEqual(client.response(3)[2], MESSAGE)
            self.assertEqual(sizes[1], len(MESSAGE))
            self.assertLessEqual(max(sizes), 1)


class GoAway(FramesTest):
    """A target that takes six calls on its first connection, says GOAWAY after the third, answers three and leaves."""

    CALLS, TAKEN = 6, 3

    def setUp(self):
        super().setUp()
        self.processed = collections.Counter()
        self.held = []

    def behave(self, event):
        connection, got, path = event
        if not got.flags & END_STREAM:
            return
        if connection.number > 0 or path == "/first":
            self.answer(event)
            return
        self.held.append(event)
        if len(self.held) != self.CALLS:
            return
        connection.go_away(self.held[self.TAKEN - 1].frame.stream)
        for taken in self.held[:self.TAKEN]:
            self.answer(taken)

    def answer(self, event):
        self.processed[event.path] += 1
        event.connection.answer(event.frame.stream, event.path.encode())

    def outcomes(self):
        """How six calls at once end."""
        channel = self.open(self.balancer.channel())
        channel.unary_unary("/first")(b"", timeout=PATIENCE)  # the connections are there
        calls = [channel.unary_unary(f"/call/{number}").future(b"", timeout=PATIENCE) for number in range(self.CALLS)]
        codes = [call.code() for call in calls]
        self.assertEqual([call.result() for call, code in zip(calls, codes) if code == Code.OK],
                         [f"/call/{number}".encode() for number, code in enumerate(codes) if code == Code.OK])
        channel.unary_unary("/last")(b"", timeout=PATIENCE)
        return collections.Counter(codes)

    def test_as_alb(self):
        """What the target has not begun is answered 502; nothing else is lost."""
        self.start(RawHttp2Target(self, self.behave).address)
        self.assertEqual(self.outcomes(), {Code.OK: self.TAKEN, Code.UNAVAILABLE: self.CALLS - self.TAKEN})

    def test_with_safe_retries_no_call_is_lost(self):
        leaving = RawHttp2Target(self, self.behave)
        staying = RawHttp2Target(self, lambda event: event.frame.flags & END_STREAM and self.answer(event))
        self.start(leaving.address, staying.address, retryUnprocessedRequests=True)
        both = {leaving.address, staying.address}
        self.wait_until(lambda: e2e.healthy_targets(self.metrics) == both, "both are healthy")
        channel = self.open(self.balancer.channel())
        calls = [channel.unary_unary(f"/call/{number}").future(b"", timeout=PATIENCE)
                 for number in range(2 * self.CALLS)]  # every second one to each
        self.assertEqual({call.code() for call in calls}, {Code.OK})
        self.assertEqual(self.processed, {f"/call/{number}": 1 for number in range(2 * self.CALLS)})


class Forms(FramesTest):
    """Answers of unusual form, and requests that are not gRPC."""

    @staticmethod
    def behave(event):
        connection, got, path = event
        status = [("grpc-status", "5"), ("grpc-message", "not%20here")]
        if got.type != HEADERS:
            return
        if path == "/trailers-only":
            connection.head(got.stream, HEAD + status, end=True)
        elif path == "/with-length":
            connection.head(got.stream, [*HEAD, ("content-length", "0"), *status])
            connection.data(got.stream, b"", end=True)
        elif path == "/early":
            connection.head(got.stream)
            connection.head(got.stream, status, end=True)
        else:
            connection.head(got.stream, [(":status", "415")], end=True)

    def setUp(self):
        super().setUp()
        self.target = RawHttp2Target(self, self.behave)
        nobody = {"port": 80, "targets": []}
        self.start(self.target.address, groups=[
            {"name": "nobody", "protocolVersion": "GRPC", **nobody},
            {"name": "http2", "protocolVersion": "HTTP2", **nobody},
            {"name": "http1", "protocolVersion": "HTTP1", **nobody}])

    def test_trailers_only(self):
        for client in self.clients():
            for stream, path in ((1, "/trailers-only"), (3, "/with-length")):
                with self.subTest(path):
                    self.call(client, stream, path)
                    status, fields, body = client.response(stream)
                    self.assertEqual((status, fields["grpc-status"], fields["grpc-message"], body),
                                     (200, "5", "not%20here", b""))
            self.call(client, 5, "/trailers-only")
            self.assertEqual(client.wait_for(HEADERS, 5).flags & END_STREAM, END_STREAM)

    def test_an_early_end(self):
        """Trailers before the client's end pass; then the rest of the request is not wanted."""
        for client in self.clients():
            self.call(client, 1, "/early", end=False)
            self.assertEqual(client.response(1)[1]["grpc-status"], "5")
            self.assertEqual(client.wait_for(RST_STREAM, 1).payload, struct.pack(">I", NO_ERROR))
            self.assertTrue(client.is_alive())

    def test_what_is_not_grpc(self):
        grpc_web = (("content-type", "application/grpc-web+proto"),)
        cases = [  # the listener, the request, and the status with which fields
            ("POST", "/web", grpc_web, 415, {"grpc-status": None}),
            ("POST", "/plain", (("content-type", "text/plain"),), 415, {"grpc-status": None}),
            ("GET", "/get", (), 464, {"content-type": None, "grpc-status": None}),
            ("GET", "/get", grpc_web, 464, {"content-type": None, "grpc-status": None}),
            ("OPTIONS", "/preflight", (), 464, {"content-type": None, "grpc-status": None}),
            ("PUT", "/put", GRPC, 464, {"content-type": None, "grpc-status": None}),
            ("POST", "/http1/x", GRPC, 464, {"content-type": None, "grpc-status": None}),
            ("POST", "/nobody/x", GRPC, 503, {"content-type": "application/grpc", "grpc-status": "14",
                                              "grpc-message": "unavailable"}),
            ("POST", "/nobody/x", grpc_web, 503, {"content-type": "text/html", "grpc-status": None}),
            ("POST", "/http2/x", GRPC, 503, {"content-type": "text/html", "grpc-status": None}),
        ]
        for client in self.clients():
            for stream, (method, path, fields, status, expected) in enumerate(cases):
                with self.subTest(method, path=path, fields=fields):
                    client.headers(2 * stream + 1, client.request_fields(method, path, fields))
                    got = client.response(2 * stream + 1)
                    self.assertEqual(got[0], status)
                    self.assertEqual({name: got[1].get(name) for name in expected}, expected)

    def test_grpc_web_over_http1(self):
        client = http.client.HTTPConnection(self.balancer.addresses[1], timeout=PATIENCE)
        self.addCleanup(client.close)
        client.request("POST", "/web", b"\0\0\0\0\0", {"Content-Type": "application/grpc-web"})
        answer = client.getresponse()
        self.assertEqual((answer.status, answer.reason, answer.headers.get("Content-Type"), answer.read()),
                         (464, "", None, b""))


if __name__ == "__main__":
    unittest.main()

# SPDX-License-Identifier: GPL-3.0-or-later
"""The test service of the public gRPC interoperability cases, in a form of our own: a request is a head in JSON that
says what to answer, and a payload; both sides know every payload of a length."""
import json
import threading

import grpc

from e2e import PATIENCE, PythonTarget

SERVICE = "/test.Interop/"
ECHO_INITIAL, ECHO_TRAILING = "x-grpc-test-echo-initial", "x-grpc-test-echo-trailing-bin"
AT_ONCE = 128


def pattern(size):
    """A payload: compresses well, and no part of it is like its neighbour."""
    return b"".join(number.to_bytes(4, "big") for number in range(size // 4 + 1))[:size]


def pack(payload=b"", **head):
    return json.dumps(head).encode() + b"\0" + payload


def unpack(request, context):
    """The head of a request whose payload has come whole."""
    head, payload = request.split(b"\0", 1)
    if payload != pattern(len(payload)):
        context.abort(grpc.StatusCode.DATA_LOSS, f"not the payload of {len(payload)} bytes")
    return json.loads(head), len(payload)


def echo_metadata(context):
    metadata = dict(context.invocation_metadata())
    if ECHO_INITIAL in metadata:
        context.send_initial_metadata([(ECHO_INITIAL, metadata[ECHO_INITIAL])])
    if ECHO_TRAILING in metadata:
        context.set_trailing_metadata([(ECHO_TRAILING, metadata[ECHO_TRAILING])])


def echo_status(head, context):
    if "status" not in head:
        return
    code = next(code for code in grpc.StatusCode if code.value[0] == head["status"])
    context.set_trailing_metadata([("grpc-status-details-bin", bytes([0, 255, head["status"]]))])
    context.set_code(code)
    context.set_details(head["message"])


def answers(head, context):
    """One payload for each of the sizes; those that are told so are not compressed."""
    for size, is_plain in zip(head.get("sizes", []), head.get("plain", [False] * 100)):
        if is_plain:
            context.disable_next_message_compression()
        yield pattern(size)


def unary(request, context):
    head, _ = unpack(request, context)
    if head.get("gzip"):
        context.set_compression(grpc.Compression.Gzip)
    echo_metadata(context)
    echo_status(head, context)
    return next(answers(head, context), b"")


def streaming_output(request, context):
    head, _ = unpack(request, context)
    if head.get("gzip"):
        context.set_compression(grpc.Compression.Gzip)
    yield from answers(head, context)


def streaming_input(requests, context):
    return str(sum(unpack(request, context)[1] for request in requests)).encode()


def full_duplex(requests, context):
    echo_metadata(context)
    for request in requests:
        head, _ = unpack(request, context)
        echo_status(head, context)
        yield from answers(head, context)


def all_metadata(_, context):
    """What the client has sent of its own, in order, and back the same way."""
    mine = [pair for pair in context.invocation_metadata() if pair[0].startswith("x-mine")]
    context.send_initial_metadata(mine)
    context.set_trailing_metadata(mine)
    return b""


class InteropTarget(PythonTarget):
    """A running server of the test service."""

    def __init__(self, *options):
        self.together = threading.Barrier(AT_ONCE)
        self.calls = []
        kinds = {
            "EmptyCall": grpc.unary_unary_rpc_method_handler(lambda request, _: request),
            "UnaryCall": grpc.unary_unary_rpc_method_handler(unary),
            "StreamingOutputCall": grpc.unary_stream_rpc_method_handler(streaming_output),
            "StreamingInputCall": grpc.stream_unary_rpc_method_handler(streaming_input),
            "FullDuplexCall": grpc.stream_stream_rpc_method_handler(full_duplex),
            "EchoMetadata": grpc.unary_unary_rpc_method_handler(all_metadata),
            "AllAtOnce": grpc.unary_unary_rpc_method_handler(self.all_at_once),
            "Count": grpc.unary_unary_rpc_method_handler(self.count),
        }
        super().__init__({SERVICE + name: kind for name, kind in kinds.items()}, *options, threads=AT_ONCE)

    def all_at_once(self, request, _):
        """Answers nobody before that many calls are here."""
        self.together.wait(PATIENCE)
        return request

    def count(self, request, _):
        self.calls.append(request)
        return request

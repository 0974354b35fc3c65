# SPDX-License-Identifier: GPL-3.0-or-later
"""The public gRPC interoperability cases, by their names, from grpcio to grpcio through the balancer: over a TLS and
over a cleartext listener. What a case finds is what it would find without the balancer."""
import threading
import unittest

import grpc

from e2e import PATIENCE, EndToEndTest, Outbox, plain_channel, workspace
from interop_target import AT_ONCE, ECHO_INITIAL, ECHO_TRAILING, SERVICE, InteropTarget, pack, pattern

HTTPS = {"protocol": "HTTPS", "port": 0, "certificates": [{"source": "local-ca", "names": ["e2e.localhost"]}]}
HTTP = {"protocol": "HTTP", "port": 0}
LARGE_REQUEST, LARGE_RESPONSE = 271828, 314159
REQUEST_SIZES, RESPONSE_SIZES = [27182, 8, 1828, 45904], [31415, 9, 2653, 58979]
SPECIAL = "\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n"
GZIP = grpc.Compression.Gzip


class Cases:
    """The cases; a test class says which listener they go to."""

    def setUp(self):
        super().setUp()
        self.target = InteropTarget()
        self.addCleanup(self.target.stop)
        self.balancer = self.run_workspace(workspace(self.target.address, listeners=[self.listener]))
        self.channel = self.open(self.connect(self.balancer))

    def method(self, kind, name, service=SERVICE):
        return getattr(self.channel, kind)(service + name)

    def unary(self, request, name="UnaryCall", **options):
        return self.method("unary_unary", name).with_call(request, timeout=PATIENCE, **options)

    def duplex(self, **options):
        """What the client says, and the call."""
        said = Outbox()
        self.addCleanup(said.close)
        return said, self.method("stream_stream", "FullDuplexCall")(iter(said), timeout=PATIENCE, **options)

    def assert_sizes(self, messages, sizes):
        self.assertEqual([len(message) for message in messages], sizes)
        for message in messages:
            self.assertEqual(message, pattern(len(message)))

    def assert_fails(self, code, call):
        with self.assertRaises(grpc.RpcError) as failed:
            call()
        self.assertEqual(failed.exception.code(), code, failed.exception)
        return failed.exception

    def assert_same_connection_serves(self):
        """Only the stream has ended, with one line in the log."""
        self.assertEqual(self.unary(b"", "EmptyCall")[0], b"")
        self.assertEqual(len({entry.connection_trace_id for entry in self.log_entries(2)}), 1)

    def assert_carried(self, field, least, most):
        """How many bytes came or went, by the access log: with a payload that is compressed much less than its
        length."""
        carried = int(getattr(self.log_entries(1)[0], field))
        self.assertTrue(least <= carried <= most, f"{field}: {carried} is not within {least} to {most}")

    # ---- Unary

    def test_empty_unary(self):
        response, call = self.unary(b"", "EmptyCall")
        self.assertEqual((response, call.code()), (b"", grpc.StatusCode.OK))

    def test_large_unary(self):
        response, _ = self.unary(pack(pattern(LARGE_REQUEST), sizes=[LARGE_RESPONSE]))
        self.assert_sizes([response], [LARGE_RESPONSE])
        self.assert_carried("received", LARGE_REQUEST, LARGE_REQUEST + 1000)
        self.assert_carried("sent", LARGE_RESPONSE, LARGE_RESPONSE + 1000)

    def test_client_compressed_unary(self):
        response, _ = self.unary(pack(pattern(LARGE_REQUEST), sizes=[LARGE_RESPONSE]), compression=GZIP)
        self.assert_sizes([response], [LARGE_RESPONSE])
        self.assert_carried("received", 1000, LARGE_REQUEST * 3 // 4)
        self.assert_carried("sent", LARGE_RESPONSE, LARGE_RESPONSE + 1000)

    def test_server_compressed_unary(self):
        response, _ = self.unary(pack(pattern(LARGE_REQUEST), sizes=[LARGE_RESPONSE], gzip=True))
        self.assert_sizes([response], [LARGE_RESPONSE])
        self.assert_carried("received", LARGE_REQUEST, LARGE_REQUEST + 1000)
        self.assert_carried("sent", 1000, LARGE_RESPONSE * 3 // 4)

    # ---- Streams

    def test_client_streaming(self):
        total = self.method("stream_unary", "StreamingInputCall")(
            (pack(pattern(size)) for size in REQUEST_SIZES), timeout=PATIENCE)
        self.assertEqual(total, b"74922")

    def test_client_compressed_streaming(self):
        total = self.method("stream_unary", "StreamingInputCall")(
            (pack(pattern(size)) for size in (LARGE_REQUEST, LARGE_RESPONSE)), timeout=PATIENCE, compression=GZIP)
        self.assertEqual(int(total), LARGE_REQUEST + LARGE_RESPONSE)
        self.assert_carried("received", 1000, (LARGE_REQUEST + LARGE_RESPONSE) * 3 // 4)

    def test_server_streaming(self):
        call = self.method("unary_stream", "StreamingOutputCall")(pack(sizes=RESPONSE_SIZES), timeout=PATIENCE)
        self.assert_sizes(list(call), RESPONSE_SIZES)
        self.assertEqual(call.code(), grpc.StatusCode.OK)

    def test_server_compressed_streaming(self):
        """The first message is compressed, the second is not."""
        request = pack(sizes=[LARGE_RESPONSE, 92653], gzip=True, plain=[False, True])
        self.assert_sizes(list(self.method("unary_stream", "StreamingOutputCall")(request, timeout=PATIENCE)),
                          [LARGE_RESPONSE, 92653])
        self.assert_carried("sent", 92653, 92653 + LARGE_RESPONSE * 3 // 4)

    def test_ping_pong(self):
        said, call = self.duplex()
        for asked, answered in zip(REQUEST_SIZES, RESPONSE_SIZES):
            said.put(pack(pattern(asked), sizes=[answered]))
            self.assert_sizes([next(call)], [answered])
        said.close()
        self.assertEqual((list(call), call.code()), ([], grpc.StatusCode.OK))

    def test_empty_stream(self):
        said, call = self.duplex()
        said.close()
        self.assertEqual((list(call), call.code()), ([], grpc.StatusCode.OK))

    def test_zero_length_messages(self):
        said, call = self.duplex()
        said.put(*[pack(sizes=[0, 0, 0])] * 50)
        said.close()
        self.assertEqual((list(call), call.code()), ([b""] * 150, grpc.StatusCode.OK))

    def test_128_concurrent_streams_on_one_connection(self):
        method = self.method("unary_unary", "AllAtOnce")
        calls = [method.future(str(number).encode(), timeout=PATIENCE) for number in range(AT_ONCE)]
        self.assertEqual([call.result() for call in calls], [str(number).encode() for number in range(AT_ONCE)])
        entries = self.log_entries(AT_ONCE)
        self.assertEqual(len({entry.connection_trace_id for entry in entries}), 1)

    # ---- Metadata and statuses

    def test_custom_metadata(self):
        sent = [(ECHO_INITIAL, "test_initial_metadata_value"), (ECHO_TRAILING, b"\xab\xab\xab")]
        said, duplex = self.duplex(metadata=sent)
        said.put(pack(sizes=[9]))
        said.close()
        self.assert_sizes(list(duplex), [9])
        for call in (self.unary(pack(sizes=[9]), metadata=sent)[1], duplex):
            self.assertEqual(dict(call.initial_metadata())[ECHO_INITIAL], "test_initial_metadata_value")
            self.assertEqual(dict(call.trailing_metadata())[ECHO_TRAILING], b"\xab\xab\xab")

    def test_many_metadata_fields(self):
        """Order, repeated names, empty and binary values stay."""
        sent = [(f"x-mine-{number % 40}", f"value {number}" * (number % 5)) for number in range(80)]
        sent += [(f"x-mine-{number}-bin", bytes(range(number))) for number in range(20)]
        call = self.unary(b"", "EchoMetadata", metadata=sent)[1]
        for metadata in (call.initial_metadata(), call.trailing_metadata()):
            got = [tuple(pair) for pair in metadata if pair[0].startswith("x-mine")]
            for name in {name for name, _ in sent}:
                self.assertEqual([value for key, value in got if key == name],
                                 [value for key, value in sent if key == name], name)

    def test_status_code_and_message(self):
        self.assert_status(2, "test status message")

    def test_special_status_message(self):
        self.assert_status(2, SPECIAL)

    def test_all_status_codes_with_details(self):
        for code in grpc.StatusCode:
            with self.subTest(code):
                self.assert_status(code.value[0], f"the words of {code.name}: 100 % ✓")

    def assert_status(self, code, message):
        """Of a call with one answer at the most, and of a stream."""
        request = pack(sizes=[3], status=code, message=message)
        said, duplex = self.duplex()
        said.put(request)
        said.close()
        self.assertEqual(next(duplex), pattern(3))
        self.assertIsNone(next(self.until_failure(duplex), None))
        unary = self.method("unary_unary", "UnaryCall").future(request, timeout=PATIENCE)
        for call in (unary, duplex):
            self.assertEqual((call.code().value[0], call.details()), (code, message))
            self.assertEqual(dict(call.trailing_metadata())["grpc-status-details-bin"], bytes([0, 255, code]))

    @staticmethod
    def until_failure(call):
        """What still comes of a stream, however it ends."""
        try:
            yield from call
        except grpc.RpcError:
            pass

    def test_unimplemented_method(self):
        self.assert_fails(grpc.StatusCode.UNIMPLEMENTED, lambda: self.unary(b"", "UnimplementedCall"))

    def test_unimplemented_service(self):
        method = self.method("unary_unary", "UnimplementedCall", "/test.Unimplemented/")
        self.assert_fails(grpc.StatusCode.UNIMPLEMENTED, lambda: method(b"", timeout=PATIENCE))

    # ---- Ends

    def test_cancel_after_begin(self):
        said = Outbox()
        call = self.method("stream_unary", "StreamingInputCall").future(iter(said), timeout=PATIENCE)
        call.cancel()
        said.close()
        self.assertEqual(call.code(), grpc.StatusCode.CANCELLED)
        self.assertEqual(self.unary(b"", "EmptyCall")[0], b"")

    def test_cancel_after_first_response(self):
        said, call = self.duplex()
        said.put(pack(pattern(27182), sizes=[31415]))
        self.assert_sizes([next(call)], [31415])
        call.cancel()
        self.assert_fails(grpc.StatusCode.CANCELLED, lambda: next(call))
        self.assert_same_connection_serves()

    def test_timeout_on_sleeping_server(self):
        self.unary(b"", "EmptyCall")
        said = Outbox()
        self.addCleanup(said.close)
        call = self.method("stream_stream", "FullDuplexCall")(iter(said), timeout=0.3)
        said.put(pack(pattern(27182)))
        self.assert_fails(grpc.StatusCode.DEADLINE_EXCEEDED, lambda: next(call))
        self.assert_same_connection_serves()


class OverTls(Cases, EndToEndTest):
    listener = HTTPS

    @staticmethod
    def connect(balancer):
        return balancer.channel()


class OverCleartext(Cases, EndToEndTest):
    listener = HTTP

    @staticmethod
    def connect(balancer):
        return plain_channel(balancer.address)


class TargetLeaves(EndToEndTest):
    def test_connections_that_the_target_ends_lose_no_call(self):
        """The target says GOAWAY on each connection some hundred milliseconds after it began."""
        target = InteropTarget(("grpc.max_connection_age_ms", 150),
                               ("grpc.max_connection_age_grace_ms", PATIENCE * 1000))
        self.addCleanup(target.stop)
        balancer = self.run_workspace(workspace(target.address))
        asked = [str(number).encode() for number in range(8 * 250)]
        failures = []

        def ask(channel, mine):
            count = channel.unary_unary(SERVICE + "Count")
            try:
                for request in mine:
                    count(request, timeout=PATIENCE)
            except grpc.RpcError as error:
                failures.append(error)

        threads = [threading.Thread(target=ask, args=(self.open(balancer.channel()), asked[i::8])) for i in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(failures, [])
        self.assertEqual(sorted(target.calls), sorted(asked), "some call was made twice, or never")


if __name__ == "__main__":
    unittest.main(verbosity=2)

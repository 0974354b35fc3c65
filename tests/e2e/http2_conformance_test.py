# SPDX-License-Identifier: GPL-3.0-or-later
"""The listeners answer wrong HTTP/2 as RFC 9113 and RFC 7541 demand, cleartext and over TLS alike. Each case is a
short exchange of frames; the expectation is the set of error codes the RFC allows ("closed" is always right where it
says connection error), or that the connection lives on."""
import os
import struct
import subprocess
import tempfile
import unittest

import e2e
from raw_http2 import *  # noqa: F401,F403: the frame types and flags are this test's vocabulary

CLOSED = "closed"
WORD = struct.Struct(">I")


def dependency(stream, weight=255):
    return struct.pack(">IB", stream, weight)


def after_request(connection, flags=END_HEADERS | END_STREAM):
    connection.headers(1, flags=flags)


def closed_stream(connection):
    """Stream 1 is closed by an exchange that ended in order."""
    connection.headers(1)
    connection.response(1)


CASES = {}


def case(section, *expected):
    def register(function):
        CASES[f"{section} {function.__doc__}"] = (function, expected)
        return function
    return register


def wrong(section, words, *expected):
    """A case that is one line: what is sent after the settings."""
    def register(function):
        function.__doc__ = words
        case(section, *expected)(function)
    return register


# What only one frame says -----------------------------------------------------------------------------------------
for section, words, sent, *expected in [
    ("4.2", "a DATA frame over the frame size", lambda c: (after_request(c, END_HEADERS), c.send(
        frame(DATA, END_STREAM, 1, bytes(16385)))), FRAME_SIZE_ERROR),
    ("4.2", "a HEADERS frame over the frame size", lambda c: c.send(
        frame(HEADERS, END_HEADERS | END_STREAM, 1, c.block(c.request_fields()) + bytes(16385))), FRAME_SIZE_ERROR),
    ("4.3", "a broken header block", lambda c: c.send(frame(HEADERS, END_HEADERS | END_STREAM, 1, b"\x82\x86\x84\x40")),
     COMPRESSION_ERROR),
    ("4.3", "PRIORITY inside a header block", lambda c: (c.headers(1, flags=END_STREAM), c.send(
        frame(PRIORITY, 0, 1, dependency(0)))), PROTOCOL_ERROR),
    ("4.3", "HEADERS of another stream inside a header block", lambda c: (c.headers(1, flags=END_STREAM),
                                                                       c.headers(3)), PROTOCOL_ERROR),
    ("5.1", "DATA on an idle stream", lambda c: c.send(frame(DATA, END_STREAM, 1, b"x")), PROTOCOL_ERROR),
    ("5.1", "RST_STREAM on an idle stream", lambda c: c.send(frame(RST_STREAM, 0, 1, WORD.pack(CANCEL))),
     PROTOCOL_ERROR),
    ("5.1", "WINDOW_UPDATE on an idle stream", lambda c: c.send(frame(WINDOW_UPDATE, 0, 1, WORD.pack(100))),
     PROTOCOL_ERROR),
    ("5.1", "CONTINUATION on an idle stream", lambda c: c.send(
        frame(CONTINUATION, END_HEADERS, 1, c.block(c.request_fields()))), PROTOCOL_ERROR),
    ("5.1", "DATA on a half-closed stream", lambda c: (after_request(c), c.send(frame(DATA, END_STREAM, 1, b"x"))),
     STREAM_CLOSED),
    ("5.1", "HEADERS on a half-closed stream", lambda c: (after_request(c), c.headers(1)), STREAM_CLOSED),
    ("5.1", "CONTINUATION on a half-closed stream", lambda c: (after_request(c), c.send(
        frame(CONTINUATION, END_HEADERS, 1, c.block(c.request_fields())))), STREAM_CLOSED, PROTOCOL_ERROR),
    ("5.1", "DATA after RST_STREAM", lambda c: (after_request(c, END_HEADERS), c.send(
        frame(RST_STREAM, 0, 1, WORD.pack(CANCEL)) + frame(DATA, END_STREAM, 1, b"x"))), STREAM_CLOSED),
    ("5.1", "HEADERS after RST_STREAM", lambda c: (after_request(c, END_HEADERS), c.send(
        frame(RST_STREAM, 0, 1, WORD.pack(CANCEL))), c.headers(1)), STREAM_CLOSED),
    ("5.1", "DATA on a closed stream", lambda c: (closed_stream(c), c.send(frame(DATA, END_STREAM, 1, b"x"))),
     STREAM_CLOSED),
    ("5.1", "HEADERS on a closed stream", lambda c: (closed_stream(c), c.headers(1)), STREAM_CLOSED, PROTOCOL_ERROR),
    ("5.1", "CONTINUATION on a closed stream", lambda c: (closed_stream(c), c.send(
        frame(CONTINUATION, END_HEADERS, 1, c.block(c.request_fields())))), STREAM_CLOSED, PROTOCOL_ERROR),
    ("5.1.1", "an even stream identifier", lambda c: c.headers(2), PROTOCOL_ERROR),
    ("5.1.1", "a smaller stream identifier", lambda c: (c.headers(5), c.headers(3)), PROTOCOL_ERROR),
    ("5.3.1", "a PRIORITY that depends on its own stream", lambda c: c.send(frame(PRIORITY, 0, 2, dependency(2))),
     PROTOCOL_ERROR),
    ("5.3.1", "HEADERS that depend on their own stream", lambda c: c.send(
        frame(HEADERS, END_HEADERS | END_STREAM | PRIORITY_FLAG, 1, dependency(1) + c.block(c.request_fields()))),
     PROTOCOL_ERROR),
    ("5.5", "an unknown frame inside a header block", lambda c: (c.headers(1, flags=END_STREAM), c.send(
        frame(0xFF, 0, 0, bytes(8)))), PROTOCOL_ERROR),
    ("6.1", "DATA on stream 0", lambda c: c.send(frame(DATA, END_STREAM, 0, b"x")), PROTOCOL_ERROR),
    ("6.1", "DATA padded beyond its length", lambda c: (after_request(c, END_HEADERS), c.send(
        frame(DATA, END_STREAM | PADDED, 1, b"\x06test"))), PROTOCOL_ERROR),
    ("6.2", "HEADERS on stream 0", lambda c: c.headers(0), PROTOCOL_ERROR),
    ("6.2", "HEADERS padded beyond their length", lambda c: c.send(
        frame(HEADERS, END_HEADERS | END_STREAM | PADDED, 1, b"\xff" + c.block(c.request_fields()))), PROTOCOL_ERROR),
    ("6.3", "PRIORITY on stream 0", lambda c: c.send(frame(PRIORITY, 0, 0, dependency(1))), PROTOCOL_ERROR),
    ("6.3", "PRIORITY of a wrong length", lambda c: c.send(frame(PRIORITY, 0, 1, dependency(0)[:4])),
     FRAME_SIZE_ERROR),
    ("6.4", "RST_STREAM on stream 0", lambda c: c.send(frame(RST_STREAM, 0, 0, WORD.pack(CANCEL))), PROTOCOL_ERROR),
    ("6.4", "RST_STREAM of a wrong length", lambda c: (after_request(c, END_HEADERS), c.send(
        frame(RST_STREAM, 0, 1, b"\0\0\0"))), FRAME_SIZE_ERROR),
    ("6.5", "a SETTINGS acknowledgement with a payload", lambda c: c.send(frame(SETTINGS, ACK, 0, bytes(1))),
     FRAME_SIZE_ERROR),
    ("6.5", "SETTINGS on a stream", lambda c: c.send(frame(SETTINGS, 0, 1, settings((MAX_CONCURRENT_STREAMS, 100)))),
     PROTOCOL_ERROR),
    ("6.5", "SETTINGS of a wrong length", lambda c: c.send(frame(SETTINGS, 0, 0, bytes(3))), FRAME_SIZE_ERROR),
    ("6.5.2", "ENABLE_PUSH of 2", lambda c: c.send(frame(SETTINGS, 0, 0, settings((ENABLE_PUSH, 2)))),
     PROTOCOL_ERROR),
    ("6.5.2", "INITIAL_WINDOW_SIZE over its maximum", lambda c: c.send(
        frame(SETTINGS, 0, 0, settings((INITIAL_WINDOW_SIZE, 2**31)))), FLOW_CONTROL_ERROR),
    ("6.5.2", "MAX_FRAME_SIZE under its minimum", lambda c: c.send(
        frame(SETTINGS, 0, 0, settings((MAX_FRAME_SIZE, 16383)))), PROTOCOL_ERROR),
    ("6.5.2", "MAX_FRAME_SIZE over its maximum", lambda c: c.send(
        frame(SETTINGS, 0, 0, settings((MAX_FRAME_SIZE, 2**24)))), PROTOCOL_ERROR),
    ("6.7", "PING on a stream", lambda c: c.send(frame(PING, 0, 1, bytes(8))), PROTOCOL_ERROR),
    ("6.7", "PING of a wrong length", lambda c: c.send(frame(PING, 0, 0, bytes(6))), FRAME_SIZE_ERROR),
    ("6.8", "GOAWAY on a stream", lambda c: c.send(frame(GOAWAY, 0, 1, bytes(8))), PROTOCOL_ERROR),
    ("6.9", "WINDOW_UPDATE of 0 for the connection", lambda c: c.send(frame(WINDOW_UPDATE, 0, 0, WORD.pack(0))),
     PROTOCOL_ERROR),
    ("6.9", "WINDOW_UPDATE of 0 for a stream", lambda c: (after_request(c, END_HEADERS), c.send(
        frame(WINDOW_UPDATE, 0, 1, WORD.pack(0)))), PROTOCOL_ERROR),
    ("6.9", "WINDOW_UPDATE of a wrong length", lambda c: c.send(frame(WINDOW_UPDATE, 0, 0, bytes(3))),
     FRAME_SIZE_ERROR),
    ("6.9.1", "the connection's window over its maximum", lambda c: c.send(
        2 * frame(WINDOW_UPDATE, 0, 0, WORD.pack(2**31 - 1))), FLOW_CONTROL_ERROR),
    ("6.9.1", "a stream's window over its maximum", lambda c: (after_request(c, END_HEADERS), c.send(
        2 * frame(WINDOW_UPDATE, 0, 1, WORD.pack(2**31 - 1)))), FLOW_CONTROL_ERROR),
    ("6.10", "another frame between HEADERS and CONTINUATION", lambda c: (c.headers(1, flags=END_STREAM), c.send(
        frame(DATA, END_STREAM, 1, b"x"))), PROTOCOL_ERROR),
    ("6.10", "CONTINUATION on stream 0", lambda c: (c.headers(1, flags=END_STREAM), c.send(
        frame(CONTINUATION, END_HEADERS, 0, b""))), PROTOCOL_ERROR),
    ("6.10", "CONTINUATION after END_HEADERS", lambda c: (after_request(c, END_HEADERS), c.send(
        frame(CONTINUATION, END_HEADERS, 1, b""))), PROTOCOL_ERROR),
    ("6.10", "CONTINUATION after DATA", lambda c: (after_request(c, END_HEADERS), c.send(
        frame(DATA, 0, 1, b"x") + frame(CONTINUATION, END_HEADERS, 1, b""))), PROTOCOL_ERROR),
    ("8.1", "a second HEADERS without END_STREAM", lambda c: (after_request(c, END_HEADERS), c.send(
        frame(HEADERS, END_HEADERS, 1, c.block([("x-trailer", "a")])))), PROTOCOL_ERROR),
    ("8.4", "PUSH_PROMISE from a client", lambda c: c.send(
        frame(PUSH_PROMISE, END_HEADERS, 1, WORD.pack(2) + c.block(c.request_fields()))), PROTOCOL_ERROR),
    ("7541 2.3.3", "an index beyond the tables", lambda c: c.send(
        frame(HEADERS, END_HEADERS | END_STREAM, 1, c.block(c.request_fields()) + b"\xc6")), COMPRESSION_ERROR),
    ("7541 4.2", "a table size update at the end of a block", lambda c: c.send(
        frame(HEADERS, END_HEADERS | END_STREAM, 1, c.block(c.request_fields()) + b"\x21")), COMPRESSION_ERROR),
    ("7541 5.2", "a Huffman string padded by more than 7 bits", lambda c: c.send(
        frame(HEADERS, END_HEADERS | END_STREAM, 1, c.block(c.request_fields()) + b"\x00\x85\xf2\xb2\x4a\x84\xff\x84"
              b"\x49\x50\x9f\xff")), COMPRESSION_ERROR),
    ("7541 5.2", "a Huffman string padded with zeros", lambda c: c.send(
        frame(HEADERS, END_HEADERS | END_STREAM, 1, c.block(c.request_fields()) + b"\x00\x85\xf2\xb2\x4a\x87\xff\x83"
              b"\x49\x50\x90")), COMPRESSION_ERROR),
    ("7541 6.1", "index 0", lambda c: c.send(
        frame(HEADERS, END_HEADERS | END_STREAM, 1, c.block(c.request_fields()) + b"\x80")), COMPRESSION_ERROR),
    ("7541 6.3", "a table larger than allowed", lambda c: c.send(
        frame(HEADERS, END_HEADERS | END_STREAM, 1, b"\x3f\xe1\xff\x03" + c.block(c.request_fields()))),
     COMPRESSION_ERROR),
]:
    wrong(section, words, *expected)(sent)

# Header fields that make a request malformed (RFC 9113 8.1.1: a stream error of type PROTOCOL_ERROR) -------------------
METHOD, SCHEME, PATH = (":method", "GET"), (":scheme", "http"), (":path", "/")
for section, words, fields in [
    ("8.2", "a field name in upper case", [METHOD, SCHEME, PATH, ("X-UPPER", "a")]),
    ("8.3", "an unknown pseudo-header field", [METHOD, SCHEME, PATH, (":test", "a")]),
    ("8.3", "a response's pseudo-header field", [METHOD, SCHEME, PATH, (":status", "200")]),
    ("8.3", "a pseudo-header field after a regular one", [METHOD, SCHEME, ("x-a", "b"), PATH]),
    ("8.2.2", "a Connection field", [METHOD, SCHEME, PATH, ("connection", "keep-alive")]),
    ("8.2.2", "a Transfer-Encoding field", [METHOD, SCHEME, PATH, ("transfer-encoding", "chunked")]),
    ("8.2.2", "a TE field other than trailers", [METHOD, SCHEME, PATH, ("te", "trailers, deflate")]),
    ("8.3.1", "an empty path", [METHOD, SCHEME, (":path", "")]),
    ("8.3.1", "no method", [SCHEME, PATH]),
    ("8.3.1", "no scheme", [METHOD, PATH]),
    ("8.3.1", "no path", [METHOD, SCHEME]),
    ("8.3.1", "two methods", [METHOD, METHOD, SCHEME, PATH]),
    ("8.3.1", "two schemes", [METHOD, SCHEME, SCHEME, PATH]),
    ("8.3.1", "two paths", [METHOD, SCHEME, PATH, PATH]),
    ("8.2.1", "a line break in a value", [METHOD, SCHEME, PATH, ("x-a", "b\r\nx-c: d")]),
    ("8.2.1", "a NUL in a value", [METHOD, SCHEME, PATH, ("x-a", "b\0c")]),
    ("8.2.1", "a space in a name", [METHOD, SCHEME, PATH, ("x a", "b")]),
]:
    wrong(section, words, PROTOCOL_ERROR)(lambda c, fields=fields: c.headers(1, fields))
for words, data in [("a body longer than its Content-Length", [b"test", b"more"]), ("a shorter body", [b""])]:
    def send_body(c, data=data):
        c.headers(1, c.request_fields("POST", extra=[("content-length", "4" if len(data) > 1 else "1")]), END_HEADERS)
        for i, part in enumerate(data):
            c.send(frame(DATA, END_STREAM if i + 1 == len(data) else 0, 1, part))
    wrong("8.1.1", words, PROTOCOL_ERROR)(send_body)
wrong("8.1", "a pseudo-header field in the trailers", PROTOCOL_ERROR)(lambda c: (
    after_request(c, END_HEADERS), c.headers(1, [(":method", "GET")])))


class Http2Conformance(e2e.EndToEndTest):
    """One balancer before a server that answers with a file of some bytes."""

    @classmethod
    def setUpClass(cls):
        cls.documents = tempfile.TemporaryDirectory(prefix="spillway-e2e-")
        with open(os.path.join(cls.documents.name, "index.html"), "w", encoding="utf-8") as file:
            file.write("0123456789" * 10)

    @classmethod
    def tearDownClass(cls):
        cls.documents.cleanup()

    def setUp(self):
        super().setUp()
        self.server = e2e.start_nghttpd(self, self.documents.name)
        listeners = [{"protocol": "HTTPS", "port": 0,
                      "certificates": [{"source": "local-ca", "names": ["e2e.localhost"]}]},
                     {"name": "clear", "protocol": "HTTP", "port": 0}]
        document = e2e.workspace(self.server, listeners=listeners)
        document["targetGroups"][0]["protocolVersion"] = "HTTP2"
        self.balancer = self.run_workspace(document)
        self.ways = {"TLS": (self.balancer.addresses[0], self.balancer.ca), "cleartext": (self.balancer.addresses[1], None)}

    def connect(self, way, **options):
        connection = RawConnection(*self.ways[way], **options)
        self.addCleanup(connection.close)
        return connection.handshake()

    def test_what_is_wrong_gets_its_error(self):
        for way in self.ways:
            for name, (send, expected) in CASES.items():
                with self.subTest(name, way=way):
                    connection = self.connect(way)
                    try:
                        send(connection)
                    except (BrokenPipeError, ConnectionResetError):
                        pass  # it was ended before all was sent
                    self.assertIn(connection.error(), (*expected, CLOSED))
                    connection.close()

    def test_what_is_allowed_goes_on(self):
        tolerated = {
            "4.1 an unknown frame": frame(0xFF, 0, 0, bytes(8)),
            "4.1 unknown flags": frame(PING, 0x16, 0, bytes(8)),
            "4.1 the reserved bit": frame(PING, 0, 0x80000000, bytes(8)),
            "6.5.2 an unknown setting": frame(SETTINGS, 0, 0, settings((0xFF, 1))),
            "6.7 an acknowledged ping": frame(PING, ACK, 0, b"whatever"),
            "6.3 a priority of an idle stream": frame(PRIORITY, 0, 7, dependency(0)),
        }
        for way in self.ways:
            for name, sent in tolerated.items():
                with self.subTest(name, way=way):
                    connection = self.connect(way)
                    connection.send(sent)
                    self.assertTrue(connection.is_alive())

    def test_an_unknown_error_code_is_an_error_like_others(self):
        for way in self.ways:
            with self.subTest(way):
                connection = self.connect(way)
                connection.headers(1, flags=END_HEADERS)
                connection.send(frame(RST_STREAM, 0, 1, WORD.pack(0xFF)))
                self.assertTrue(connection.is_alive())

    def test_an_invalid_preface_ends_the_connection(self):
        import socket
        for way, (address, ca) in self.ways.items():
            with self.subTest(way):
                if ca:
                    connection = self.connect(way)
                    connection.send(b"INVALID CONNECTION PREFACE\r\n\r\n")
                    self.assertNotEqual(connection.error(), None)
                else:
                    host, port = address.rsplit(":", 1)
                    with socket.create_connection((host, int(port)), 10) as raw:
                        raw.sendall(b"INVALID CONNECTION PREFACE\r\n\r\n")
                        while raw.recv(4096):
                            pass

    def test_a_request_in_many_pieces_is_answered(self):
        for way in self.ways:
            with self.subTest(way):
                connection = self.connect(way)
                block = connection.block(connection.request_fields())
                third = len(block) // 3
                connection.send(frame(HEADERS, END_STREAM, 1, block[:third]) +
                                frame(CONTINUATION, 0, 1, block[third:2 * third]) +
                                frame(CONTINUATION, END_HEADERS, 1, block[2 * third:]))
                self.assertEqual(connection.response(1)[0], 200)
                connection.headers(3, connection.request_fields("POST"), END_HEADERS)
                connection.send(frame(DATA, PADDED, 3, b"\x05test\0\0\0\0\0"))
                connection.headers(3, [("x-trailer", "a")])
                self.assertEqual(connection.response(3)[0], 200)

    def test_windows_of_one_byte_and_below_zero(self):
        for way in self.ways:
            with self.subTest(way):
                connection = self.connect(way, initial=[(INITIAL_WINDOW_SIZE, 1)])
                connection.headers(1)
                self.assertEqual(len(connection.wait_for(DATA, 1).payload), 1)
                connection.send(frame(SETTINGS, 0, 0, settings((INITIAL_WINDOW_SIZE, 0))))  # now it is -1
                connection.send(frame(WINDOW_UPDATE, 0, 1, WORD.pack(3)))
                self.assertEqual(len(connection.wait_for(DATA, 1).payload), 2)
                connection.send(frame(SETTINGS, 0, 0, settings((INITIAL_WINDOW_SIZE, 2), (INITIAL_WINDOW_SIZE, 10))))
                self.assertEqual(len(connection.wait_for(DATA, 1).payload), 10)

    def test_streams_beyond_the_limit_are_refused(self):
        connection = self.connect("cleartext", initial=[(INITIAL_WINDOW_SIZE, 0)])
        for stream in range(1, 2 * 129, 2):
            connection.headers(stream)
        self.assertIn(connection.error(), (REFUSED_STREAM, PROTOCOL_ERROR))


if __name__ == "__main__":
    unittest.main()

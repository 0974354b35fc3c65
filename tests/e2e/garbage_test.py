#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bytes that are no HTTP/2, from clients and from targets, hurt nobody but those who sent them."""
import contextlib
import random
import shlex
import socket
import ssl
import struct
import threading
import unittest

import grpc
import harness
from harness import PATIENCE

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS, PUSH_PROMISE, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = range(10)


def frame(kind, payload=b"", flags=0, stream=0, length=None):
    size = len(payload) if length is None else length
    return struct.pack(">I", size)[1:] + struct.pack(">BBI", kind, flags, stream) + payload


def random_bytes(seed, size):
    return random.Random(seed).randbytes(size)


def random_frames(seed):
    chance = random.Random(seed)
    return b"".join(frame(chance.randrange(12), chance.randbytes(chance.randrange(60)), chance.randrange(256),
                          chance.randrange(8)) for _ in range(50))


# Each follows a valid preface; each is an error of the whole connection.
BROKEN = {
    "no SETTINGS first": frame(PING, bytes(8)),
    "SETTINGS of 5 bytes": frame(SETTINGS, bytes(5)),
    "a frame larger than announced": frame(SETTINGS) + frame(DATA, length=1 << 20, stream=1),
    "DATA on no stream": frame(SETTINGS) + frame(DATA, b"x"),
    "DATA on a stream that never began": frame(SETTINGS) + frame(DATA, b"x", stream=5),
    "HEADERS on an even stream": frame(SETTINGS) + frame(HEADERS, b"\x82", 0x5, 2),
    "headers that HPACK cannot read": frame(SETTINGS) + frame(HEADERS, b"\xff" * 40, 0x5, 1),
    "CONTINUATION of nothing": frame(SETTINGS) + frame(CONTINUATION, b"\x82", 0x4, 1),
    "headers that do not end before another frame":
        frame(SETTINGS) + frame(HEADERS, b"\x82", 0, 1) + frame(PING, bytes(8)),
    "PUSH_PROMISE from a client": frame(SETTINGS) + frame(PUSH_PROMISE, b"\0\0\0\2\x82", 0x4, 1),
    "a window over its limit": frame(SETTINGS) + frame(WINDOW_UPDATE, b"\x7f\xff\xff\xff"),
    "a window raised by nothing": frame(SETTINGS) + frame(WINDOW_UPDATE, bytes(4)),
    "PING of 3 bytes": frame(SETTINGS) + frame(PING, bytes(3)),
}


class Garbage(harness.Case):
    def connect(self, program):
        host, port = program.address.rsplit(":", 1)
        client = socket.create_connection((host, int(port)), PATIENCE)
        self.addCleanup(client.close)
        return client

    def secure(self, program, protocol):
        trust = ssl.create_default_context(cafile=program.ca)
        trust.set_alpn_protocols([protocol])
        client = trust.wrap_socket(self.connect(program), server_hostname="127.0.0.1")
        self.addCleanup(client.close)
        return client

    @staticmethod
    def answer(client, sent):
        """What comes back until the balancer ends the connection, which it has to do."""
        received = b""
        with contextlib.suppress(ConnectionError, ssl.SSLError, BrokenPipeError):
            client.sendall(sent)
            while part := client.recv(65536):
                received += part
        return received


class FromClients(Garbage):
    def setUp(self):
        super().setUp()
        self.program = self.demo()
        self.served = self.guide(self.program)
        self.addCleanup(self.served.served_by)  # to the same connection, whatever happened to others

    def test_random_bytes_instead_of_tls(self):
        for seed in range(20):
            self.answer(self.connect(self.program), b"\x47" + random_bytes(seed, 300 * seed + 20))
            self.served.served_by()

    def test_a_tls_record_with_random_bytes(self):
        for seed in range(20):
            self.answer(self.connect(self.program),
                        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + random_bytes(seed, 507))
        self.served.served_by()

    def test_clients_that_leave_in_the_middle_of_the_handshake(self):
        for _ in range(50):
            self.connect(self.program).close()
        held = [self.connect(self.program) for _ in range(50)]
        for client in held:
            client.sendall(b"\x16\x03\x01\x02\x00\x01")
        self.served.served_by()
        self.guide(self.program).served_by()  # a new one gets in beside those that stall

    def test_random_bytes_inside_tls(self):
        for seed in range(20):
            self.answer(self.secure(self.program, "h2"), random_bytes(seed, 4000))
        self.served.served_by()

    def test_broken_frames(self):
        for name, sent in BROKEN.items():
            with self.subTest(name):
                received = self.answer(self.secure(self.program, "h2"), PREFACE + sent)
                self.assertIn(bytes([GOAWAY]), [received[i + 3:i + 4] for i in frame_starts(received)])
                self.served.served_by()

    def test_random_frames(self):
        for seed in range(40):
            client = self.secure(self.program, "h2")
            with contextlib.suppress(OSError):
                client.sendall(PREFACE + frame(SETTINGS) + random_frames(seed))
                client.unwrap()
        self.served.served_by()

    def test_http1_is_answered_with_464(self):
        request = b"POST /routeguide.RouteGuide/GetFeature HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"
        received = self.answer(self.secure(self.program, "http/1.1"), request)
        self.assertRegex(received, rb"^HTTP/1\.1 464 ")
        line = shlex.split(self.log_lines(1)[0])
        self.assertEqual((line[0], line[8], line[9]), ("https", "464", "-"))

    def test_http1_that_is_none(self):
        for sent in (b"\r\n\r\n", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"GET / HTTP/1.1\r\n" + b"x" * 100_000,
                     random_bytes(1, 5000) + b"\r\n\r\n"):
            with self.subTest(sent[:20]):
                received = self.answer(self.secure(self.program, "http/1.1"), sent)
                self.assertRegex(received, rb"^(HTTP/1\.[01] 4\d\d |$)")
        self.served.served_by()


def frame_starts(received):
    at = 0
    while at + 9 <= len(received):
        yield at
        at += 9 + int.from_bytes(received[at:at + 3], "big")


class ToAPlaintextListener(Garbage):
    def test_tls_and_garbage(self):
        program = self.balancer(harness.workspace([int(self.serve().address.split(":")[1])], "HTTP",
                                                  plaintextHttp2=True))
        program.ca = None
        guide = self.guide(program)
        harness.wait_for("the first answer", lambda: answers(guide))
        trust = ssl.create_default_context()
        with self.assertRaises((ssl.SSLError, ConnectionError)):
            trust.wrap_socket(self.connect(program), server_hostname="127.0.0.1")
        for seed in range(20):
            self.answer(self.connect(program), random_bytes(seed, 1000) + b"\r\n\r\n")
            self.answer(self.connect(program), PREFACE + random_bytes(seed, 1000))
        received = self.answer(self.connect(program), b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        self.assertRegex(received, rb"^HTTP/1\.1 464 ")
        guide.served_by()


def answers(guide):
    try:
        return guide.served_by()
    except grpc.RpcError:
        return None


class FromTargets(Garbage):
    def rude_target(self, words):
        """A server that says its words to everybody who has spoken, and leaves. Its port."""
        server = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.addCleanup(server.close)

        def speak():
            while True:
                try:
                    client, _ = server.accept()
                except OSError:
                    return
                with client, contextlib.suppress(OSError):
                    client.settimeout(PATIENCE)
                    client.recv(65536)
                    client.sendall(words)

        thread = threading.Thread(target=speak, daemon=True)
        thread.start()
        self.addCleanup(server.shutdown, socket.SHUT_RDWR)
        return server.getsockname()[1]

    def test_every_kind_of_nonsense_is_unavailable(self):
        greeting = frame(SETTINGS) + frame(SETTINGS, flags=1)
        for words in (b"", b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", random_bytes(7, 3000), greeting,
                      greeting + random_frames(3), greeting + frame(HEADERS, b"\xff" * 20, 0x5, 1),
                      greeting + frame(GOAWAY, bytes(8))):
            with self.subTest(words[:30]):
                program = self.balancer(harness.workspace([self.rude_target(words)]))
                guide = self.guide(program)
                for _ in range(3):
                    with self.assertRaises(grpc.RpcError) as failed:
                        guide.served_by()
                    self.assertEqual(failed.exception.code(), grpc.StatusCode.UNAVAILABLE, failed.exception)
                program.end()


if __name__ == "__main__":
    unittest.main(verbosity=2)

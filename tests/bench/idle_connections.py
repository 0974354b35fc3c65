# SPDX-License-Identifier: GPL-3.0-or-later
"""HTTP/2 connections that have made one gRPC call each and are held open."""
import socket
import ssl
import struct

PATIENCE = 20
HEADERS, DATA, SETTINGS, PING = 1, 0, 4, 6
END_STREAM, ACK, END_HEADERS = 1, 1, 4
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"


class IdleConnections:
    """A context in which so many connections to the peer are open."""

    def __init__(self, peer, count):
        self.peer = peer
        self.count = count
        self.sockets = []
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self.tls.check_hostname = False
        self.tls.verify_mode = ssl.CERT_NONE
        self.tls.set_alpn_protocols(["h2"])

    def __enter__(self):
        try:
            for _ in range(self.count):
                self.sockets.append(self.connect())
                call(self.sockets[-1], self.peer)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for each in self.sockets:
            each.close()

    def connect(self):
        plain = socket.create_connection(("127.0.0.1", self.peer.port), PATIENCE)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return self.tls.wrap_socket(plain) if self.peer.front.tls else plain


def frame(kind, flags, stream, payload=b""):
    return struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload


def call(connection, peer):
    """One unary call; returns when its answer has ended."""
    fields = b"\x83" + (b"\x87" if peer.front.tls else b"\x86") + b"".join([
        literal(b"\x04", b"/bench.Bench/Unary"), literal(b"\x01", b"127.0.0.1:%d" % peer.port),
        literal(b"\x0f\x10", b"application/grpc"), literal(b"\x00\x02te", b"trailers")])
    connection.sendall(PREFACE + frame(SETTINGS, 0, 0) + frame(HEADERS, END_HEADERS, 1, fields)
                       + frame(DATA, END_STREAM, 1, b"\0\0\0\0\2hi"))
    stream = connection.makefile("rb")
    while True:
        head = stream.read(9)
        if len(head) < 9:
            raise RuntimeError(f"{peer.name} closed a connection")
        kind, flags, number = head[3], head[4], struct.unpack(">I", head[5:])[0]
        payload = stream.read(int.from_bytes(head[:3], "big"))
        if kind in (SETTINGS, PING) and not flags & ACK:
            connection.sendall(frame(kind, ACK, 0, payload if kind == PING else b""))
        elif kind in (HEADERS, DATA) and number == 1 and flags & END_STREAM:
            return


def literal(name, value):
    """A field for HPACK that enters no table; the name comes encoded."""
    return name + bytes([len(value)]) + value

# SPDX-License-Identifier: GPL-3.0-or-later
"""HTTP/2 that sends what it is told, right or wrong: frames are made by hand, nothing is checked."""
import collections
import select
import socket
import ssl
import struct

import hpack

DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS, PUSH_PROMISE, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = range(10)
END_STREAM, ACK, END_HEADERS, PADDED, PRIORITY_FLAG = 0x1, 0x1, 0x4, 0x8, 0x20
(NO_ERROR, PROTOCOL_ERROR, INTERNAL_ERROR, FLOW_CONTROL_ERROR, SETTINGS_TIMEOUT, STREAM_CLOSED, FRAME_SIZE_ERROR,
 REFUSED_STREAM, CANCEL, COMPRESSION_ERROR, CONNECT_ERROR, ENHANCE_YOUR_CALM) = range(12)
HEADER_TABLE_SIZE, ENABLE_PUSH, MAX_CONCURRENT_STREAMS, INITIAL_WINDOW_SIZE, MAX_FRAME_SIZE = range(1, 6)
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

Frame = collections.namedtuple("Frame", "type flags stream payload")


class Closed(Exception):
    """The peer has closed the connection."""


def frame(kind, flags, stream, payload=b""):
    return struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload


def settings(*pairs):
    return b"".join(struct.pack(">HI", name, value) for name, value in pairs)


class Peer:
    """One end of a connection, whichever side it is."""

    def __init__(self, connected):
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket = connected
        self.encoder = hpack.Encoder()
        self.decoder = hpack.Decoder()
        self.received = b""

    def send(self, data):
        self.socket.sendall(data)

    def block(self, fields):
        return self.encoder.encode(fields, huffman=False)

    def read(self):
        """The next frame; settings are acknowledged."""
        while len(self.received) < 9 or len(self.received) < 9 + self.length():
            try:
                got = self.socket.recv(65536)
            except (ConnectionError, ssl.SSLError) as error:
                raise Closed() from error
            if not got:
                raise Closed()
            self.received += got
        size = self.length()
        kind, flags, stream = struct.unpack(">BBI", self.received[3:9])
        payload = self.received[9:9 + size]
        self.received = self.received[9 + size:]
        got = Frame(kind, flags, stream & 0x7FFFFFFF, payload)
        if kind == SETTINGS and not flags & ACK:
            self.send(frame(SETTINGS, ACK, 0))
        return got

    def length(self):
        return struct.unpack(">I", b"\0" + self.received[:3])[0]

    def wait_for(self, kind, stream=None, ack=None):
        while True:
            got = self.read()
            if got.type == kind and (stream is None or got.stream == stream):
                if ack is None or bool(got.flags & ACK) == ack:
                    return got

    def whole_block(self, head):
        """The header block of a HEADERS frame and of the CONTINUATION frames that follow it."""
        block, flags = head.payload, head.flags
        while not flags & END_HEADERS:
            more = self.read()
            block, flags = block + more.payload, more.flags
        return block

    def has_input(self):
        return bool(self.received) or bool(select.select([self.socket], [], [], 0)[0])

    def close(self):
        self.socket.close()


class RawConnection(Peer):
    """A client's connection on which the preface has been sent and the settings exchanged."""

    def __init__(self, address, ca=None, patience=10, initial=(), receive_buffer=0):
        host, port = address.rsplit(":", 1)
        connecting = socket.socket()
        if receive_buffer:
            connecting.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        connecting.settimeout(patience)
        connecting.connect((host, int(port)))
        if ca:
            context = ssl.create_default_context(cafile=ca)
            context.set_alpn_protocols(["h2"])
            connecting = context.wrap_socket(connecting, server_hostname="localhost")
        super().__init__(connecting)
        self.authority = address
        self.send(PREFACE + frame(SETTINGS, 0, 0, settings(*initial)))

    def handshake(self):
        """Waits for the peer's settings and its acknowledgement of ours."""
        seen = set()
        while len(seen) < 2:
            got = self.read()
            if got.type == SETTINGS:
                seen.add(bool(got.flags & ACK))
        return self

    def request_fields(self, method="GET", path="/", extra=()):
        return [(":method", method), (":scheme", "http"), (":path", path), (":authority", self.authority), *extra]

    def headers(self, stream, fields=None, flags=END_HEADERS | END_STREAM):
        self.send(frame(HEADERS, flags, stream, self.block(fields or self.request_fields())))

    def error(self):
        """What the peer ends the stream or the connection with: {code}, or {"closed"} when it just leaves."""
        try:
            while True:
                got = self.read()
                if got.type == GOAWAY:
                    code = struct.unpack(">I", got.payload[4:8])[0]
                    if code != NO_ERROR:
                        return code
                if got.type == RST_STREAM:
                    return struct.unpack(">I", got.payload)[0]
        except Closed:
            return "closed"

    def is_alive(self):
        """Whether a ping comes back."""
        self.send(frame(PING, 0, 0, b"spillway"))
        try:
            while self.wait_for(PING, ack=True).payload != b"spillway":
                pass  # the answer to an earlier ping
            return True
        except Closed:
            return False

    def response(self, stream):
        """(status, fields, body) of a stream that ends in order."""
        fields, body = [], b""
        while True:
            got = self.read()
            if got.stream != stream:
                continue
            if got.type == HEADERS:
                fields += self.decoder.decode(self.whole_block(got))
            elif got.type == DATA:
                body += got.payload
            elif got.type == RST_STREAM:
                raise AssertionError(f"stream {stream} was reset: {got.payload.hex()}")
            if got.type in (HEADERS, DATA) and got.flags & END_STREAM:
                return int(dict(fields)[":status"]), dict(fields), body

# SPDX-License-Identifier: GPL-3.0-or-later
"""HTTP/1 and HTTP/2 as both ends of a connection see them: whole messages with their fields in order, their body and
their trailers; what the balancer must carry from one to the other."""
import contextlib
import dataclasses
import json
import queue
import socket
import ssl
import threading

import hpack
import raw_http2
from raw_http1 import Cut, Reader

CHUNK = 50_000  # bytes; not a multiple of anything


@dataclasses.dataclass
class Message:
    """A request or a response. HTTP/2: `line` is its pseudo fields; HTTP/1: its first line, split."""
    line: tuple
    fields: list
    body: bytes = b""
    trailers: list = dataclasses.field(default_factory=list)
    interim: list = dataclasses.field(default_factory=list)

    def values(self, name):
        return [value for each, value in self.fields if each.lower() == name]

    @property
    def status(self):
        return int(dict(self.line)[":status"] if isinstance(self.line[0], tuple) else self.line[1])

    @property
    def path(self):
        return dict(self.line)[":path"] if isinstance(self.line[0], tuple) else self.line[1]


def pattern(size):
    """A body in which each place is told from its neighbours."""
    return (b"".join(number.to_bytes(4, "big") for number in range((size + 3) // 4)))[:size]


class Http1Peer(Reader):
    """One end of an HTTP/1 connection."""

    def write(self, line, fields=(), body=b"", framing="length", trailers=()):
        """`framing`: length, chunked, close (until the connection ends), or none."""
        fields = list(fields)
        if framing == "length":
            fields.append(("Content-Length", str(len(body))))
        if framing == "chunked":
            fields.append(("Transfer-Encoding", "chunked"))
            if trailers:
                fields.append(("Trailer", ", ".join(name for name, _ in trailers)))
        head = "\r\n".join([line, *(f"{name}: {value}" for name, value in fields), "", ""]).encode("latin-1")
        if framing != "chunked":
            self.socket.sendall(head + body)
            return
        self.socket.sendall(head)
        for at in range(0, len(body), CHUNK):
            part = body[at:at + CHUNK]
            self.socket.sendall(f"{len(part):x}\r\n".encode() + part + b"\r\n")
        end = "".join(f"{name}: {value}\r\n" for name, value in trailers)
        self.socket.sendall(f"0\r\n{end}\r\n".encode())

    def fields(self):
        lines = self.until(b"\r\n\r\n").decode("latin-1").split("\r\n")
        return tuple(lines[0].split(" ", 2)), [tuple(part.strip() for part in each.split(":", 1)) for each in lines[1:]]

    def message(self, has_body=True):
        line, fields = self.fields()
        message = Message(line, fields)
        while line[0].startswith("HTTP/") and 100 <= message.status < 200:
            message = Message(*self.fields(), interim=[*message.interim, message])
        coded, length = message.values("transfer-encoding"), message.values("content-length")
        if not has_body:
            return message
        if coded:
            message.body, message.trailers = self.coded_body()
        elif length:
            message.body = self.take(int(length[0]))
        elif line[0].startswith("HTTP/"):
            message.body = self.rest()
        return message

    def coded_body(self):
        body = bytearray()
        while size := int(self.until(b"\r\n").split(b";")[0], 16):
            body += self.take(size)
            self.take(2)
        trailers = []
        while each := self.until(b"\r\n").decode("latin-1"):
            trailers.append(tuple(part.strip() for part in each.split(":", 1)))
        return bytes(body), trailers

    def rest(self):
        with contextlib.suppress(Cut):
            while True:
                self.more()
        got, self.received = self.received, b""
        return got


class Http2Peer:
    """One end of an HTTP/2 connection, with flow control."""
    WINDOW = 1 << 20

    def __init__(self, connection, is_server):
        self.socket, self.is_server = connection, is_server
        self.received = b""
        self.encoder, self.decoder = hpack.Encoder(), hpack.Decoder()
        self.messages, self.ended, self.block = {}, queue.SimpleQueue(), b""
        self.block_flags = 0
        self.initial_room = self.room = 65535  # what may be sent
        self.rooms = {}
        start = b"" if is_server else raw_http2.PREFACE
        self.send(start + raw_http2.frame(raw_http2.SETTINGS, 0, 0,
                                          raw_http2.settings((raw_http2.INITIAL_WINDOW_SIZE, self.WINDOW))))
        if is_server:
            self.take(len(raw_http2.PREFACE))

    def send(self, data):
        self.socket.sendall(data)

    def take(self, size):
        while len(self.received) < size:
            got = self.socket.recv(65536)
            if not got:
                raise Cut(self.received)
            self.received += got
        taken, self.received = self.received[:size], self.received[size:]
        return taken

    def pump(self):
        """Takes one frame."""
        head = self.take(9)
        kind, flags, stream = head[3], head[4], int.from_bytes(head[5:], "big") & 0x7FFFFFFF
        payload = self.take(int.from_bytes(head[:3], "big"))
        if kind == raw_http2.SETTINGS and not flags & raw_http2.ACK:
            self.apply_settings(payload)
        elif kind == raw_http2.PING and not flags & raw_http2.ACK:
            self.send(raw_http2.frame(raw_http2.PING, raw_http2.ACK, 0, payload))
        elif kind == raw_http2.WINDOW_UPDATE:
            if stream:
                self.rooms[stream] = self.rooms.get(stream, self.initial_room) + int.from_bytes(payload, "big")
            else:
                self.room += int.from_bytes(payload, "big")
        elif kind in (raw_http2.HEADERS, raw_http2.CONTINUATION):
            self.take_block(stream, flags, payload)
        elif kind == raw_http2.DATA:
            self.take_data(stream, flags, payload)
        elif kind in (raw_http2.RST_STREAM, raw_http2.GOAWAY):
            raise Cut(payload)

    def apply_settings(self, payload):
        for at in range(0, len(payload), 6):
            if int.from_bytes(payload[at:at + 2], "big") == raw_http2.INITIAL_WINDOW_SIZE:
                size = int.from_bytes(payload[at + 2:at + 6], "big")
                for stream in self.rooms:
                    self.rooms[stream] += size - self.initial_room
                self.initial_room = size
        self.send(raw_http2.frame(raw_http2.SETTINGS, raw_http2.ACK, 0))

    def take_block(self, stream, flags, payload):
        self.block_flags = flags if not self.block else self.block_flags | flags
        self.block += payload
        if not flags & raw_http2.END_HEADERS:
            return
        fields = self.decoder.decode(self.block)
        self.block = b""
        pseudo = tuple(tuple(each) for each in fields if each[0].startswith(":"))
        plain = [tuple(each) for each in fields if not each[0].startswith(":")]
        old = self.messages.get(stream)
        if old is None or (old.line[0][0] == ":status" and old.status < 200):
            interim = [*old.interim, old] if old else []
            self.messages[stream] = Message(pseudo, plain, bytearray(), interim=interim)
        else:
            old.trailers = plain
        if self.block_flags & raw_http2.END_STREAM:
            self.ended.put(stream)

    def take_data(self, stream, flags, payload):
        self.messages[stream].body += payload
        if payload:
            update = len(payload).to_bytes(4, "big")
            self.send(raw_http2.frame(raw_http2.WINDOW_UPDATE, 0, 0, update)
                      + raw_http2.frame(raw_http2.WINDOW_UPDATE, 0, stream, update))
        if flags & raw_http2.END_STREAM:
            self.ended.put(stream)

    def write(self, stream, fields, body=b"", trailers=(), end=True):
        last = end and not body and not trailers
        flags = raw_http2.END_HEADERS | (raw_http2.END_STREAM if last else 0)
        self.send(raw_http2.frame(raw_http2.HEADERS, flags, stream, self.encoder.encode(list(fields))))
        at = 0
        while at < len(body):
            while (room := min(self.room, self.rooms.setdefault(stream, self.initial_room), 16384)) <= 0:
                self.pump()
            part = body[at:at + room]
            at += len(part)
            self.room -= len(part)
            self.rooms[stream] -= len(part)
            last = end and at == len(body) and not trailers
            self.send(raw_http2.frame(raw_http2.DATA, raw_http2.END_STREAM if last else 0, stream, part))
        if trailers:
            self.send(raw_http2.frame(raw_http2.HEADERS, raw_http2.END_HEADERS | raw_http2.END_STREAM, stream,
                                      self.encoder.encode(list(trailers))))

    def next_message(self):
        """The next whole message and its stream."""
        while self.ended.empty():
            self.pump()
        stream = self.ended.get()
        message = self.messages.pop(stream)
        message.body = bytes(message.body)
        return stream, message


class Origin:
    """A target that keeps each request, and answers as its x-answer field says, in JSON: status, size, framing, fields,
    trailers, interim (statuses). Health checks get 200 and are not kept."""

    def __init__(self, test, is_http2, tls=None):
        self.is_http2, self.tls = is_http2, tls
        self.requests = queue.Queue()
        self.server = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.port = self.server.getsockname()[1]
        test.addCleanup(self.stop)
        threading.Thread(target=self.accept, daemon=True).start()

    def stop(self):
        with contextlib.suppress(OSError):
            self.server.shutdown(socket.SHUT_RDWR)
        self.server.close()

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self.server.accept()
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                threading.Thread(target=self.speak, args=(connection,), daemon=True).start()

    def speak(self, connection):
        with contextlib.suppress(OSError, Cut):
            if self.tls:
                connection = self.tls.wrap_socket(connection, server_side=True)
            with connection:
                if self.is_http2:
                    self.speak_http2(Http2Peer(connection, is_server=True))
                else:
                    self.speak_http1(Http1Peer(connection))

    def wanted(self, request):
        """What to answer; the request is kept."""
        if not request.values("x-answer"):
            return {}
        self.requests.put(request)
        return json.loads(request.values("x-answer")[0])

    def speak_http1(self, peer):
        while True:
            request = peer.message()
            want = self.wanted(request)
            for status in want.get("interim", []):
                peer.write(f"HTTP/1.1 {status} Early", [("X-Early", "1")], framing="none")
            status = want.get("status", 200)
            body = pattern(want.get("size", 0))
            framing = want.get("framing", "length")
            if request.line[0] == "HEAD" or status == 304:
                peer.write(f"HTTP/1.1 {status} Yes", [*want.get("fields", []), ("Content-Length", str(len(body)))],
                           framing="none")
            else:
                peer.write(f"HTTP/1.1 {status} Yes", want.get("fields", []), body,
                           "none" if status == 204 else framing, want.get("trailers", []))
            if framing == "close":
                return

    def speak_http2(self, peer):
        while True:
            stream, request = peer.next_message()
            want = self.wanted(request)
            for status in want.get("interim", []):
                peer.write(stream, [(":status", str(status)), ("x-early", "1")], end=False)
            body = pattern(want.get("size", 0))
            fields = [(":status", str(want.get("status", 200))), *want.get("fields", [])]
            if want.get("framing", "length") == "length":
                fields.append(("content-length", str(len(body))))
            is_head = dict(request.line)[":method"] == "HEAD" or want.get("status") in (204, 304)
            peer.write(stream, fields, b"" if is_head else body, want.get("trailers", []))


def connect(address, ca=None, protocols=()):
    """A client's socket, over TLS when there is a CA."""
    host, port = address.rsplit(":", 1)
    plain = socket.create_connection((host, int(port)), timeout=60)
    plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if not ca:
        return plain
    context = ssl.create_default_context(cafile=ca)
    if protocols:
        context.set_alpn_protocols(list(protocols))
    return context.wrap_socket(plain, server_hostname="e2e.localhost")

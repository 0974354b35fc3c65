# SPDX-License-Identifier: GPL-3.0-or-later
"""WebSocket (RFC 6455) by hand: frames, the client's handshake, and a server whose connections the test drives."""
import base64
import collections
import contextlib
import hashlib
import os
import queue
import select
import socket
import ssl
import struct
import threading

from e2e import PATIENCE

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
FINAL, MASKED = 0x80, 0x80
HANDSHAKE_ID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

Message = collections.namedtuple("Message", "opcode payload")


def accept_of(key):
    """Sec-WebSocket-Accept for a Sec-WebSocket-Key."""
    return base64.b64encode(hashlib.sha1(key.encode() + HANDSHAKE_ID).digest()).decode()


def masked(payload, key):
    size = len(payload)
    mask = (key * (size // 4 + 1))[:size]
    return (int.from_bytes(payload, "big") ^ int.from_bytes(mask, "big")).to_bytes(size, "big")


def frame(opcode, payload, mask=None):
    size = len(payload)
    flag = MASKED if mask else 0
    if size < 126:
        head = struct.pack(">BB", FINAL | opcode, flag | size)
    elif size < 65536:
        head = struct.pack(">BBH", FINAL | opcode, flag | 126, size)
    else:
        head = struct.pack(">BBQ", FINAL | opcode, flag | 127, size)
    return head + mask + masked(payload, mask) if mask else head + payload


def read_head(connection):
    """(first line, fields with names in lower case, what came behind the head) of an HTTP/1 message."""
    data = b""
    while b"\r\n\r\n" not in data:
        got = connection.recv(65536)
        if not got:
            raise EOFError(data)
        data += got
    head, rest = data.split(b"\r\n\r\n", 1)
    first, *lines = head.decode("latin-1").split("\r\n")
    fields = {name.lower(): value.strip() for name, value in (line.split(":", 1) for line in lines)}
    return first, fields, rest


class TwoWay:
    """A TLS connection for a thread that sends beside one that receives: an SSL object serves one at a time."""

    def __init__(self, connection):
        self.connection = connection
        self.lock = threading.Lock()
        connection.setblocking(False)

    def sendall(self, data):
        rest = memoryview(data)
        while rest:
            rest = rest[self.patiently(lambda: self.connection.send(rest)):]

    def recv(self, size):
        return self.patiently(lambda: self.connection.recv(size))

    def patiently(self, step):
        while True:
            with self.lock:
                try:
                    return step()
                except ssl.SSLWantReadError:
                    awaited = [self.connection], []
                except ssl.SSLWantWriteError:
                    awaited = [], [self.connection]
            if not any(select.select(*awaited, [], PATIENCE)):
                raise TimeoutError

    def close(self):
        self.connection.close()


class Peer:
    """One end of a WebSocket connection on anything with sendall() and recv()."""

    def __init__(self, connection, masks, received=b""):
        self.connection = connection
        self.masks = masks  # clients do, servers do not
        self.received = received

    def send(self, opcode, payload=b""):
        self.connection.sendall(frame(opcode, payload, os.urandom(4) if self.masks else None))

    def take(self, count):
        pieces = [self.received]
        missing = count - len(self.received)
        while missing > 0:
            got = self.connection.recv(65536)
            if not got:
                raise EOFError
            pieces.append(got)
            missing -= len(got)
        data = b"".join(pieces)
        self.received = data[count:]
        return data[:count]

    def receive(self):
        """The next message, whose masking must be right for the other end; None when the other end has ended."""
        try:
            first, size = self.take(2)
        except EOFError:
            return None
        if not first & FINAL or bool(size & MASKED) == self.masks:
            raise AssertionError(f"not a whole message of the other end: {first:#x} {size:#x}")
        size &= ~MASKED
        if size == 126:
            size = struct.unpack(">H", self.take(2))[0]
        elif size == 127:
            size = struct.unpack(">Q", self.take(8))[0]
        key = None if self.masks else self.take(4)
        payload = self.take(size)
        return Message(first & 0x0F, masked(payload, key) if key else payload)

    def is_ended(self):
        """Waits for the other end's end, in order or not; nothing may come before it."""
        try:
            return self.receive() is None
        except (ConnectionError, ssl.SSLError):
            return True

    def finish_sending(self):
        self.connection.shutdown(socket.SHUT_WR)

    def close(self):
        self.connection.close()

    def break_off(self):
        """Leaves with a reset."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()


def upgrade_request(path="/chat", protocol="websocket", host="e2e.localhost", key="dGhlIHNhbXBsZSBub25jZQ=="):
    return (f"GET {path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: me\r\nConnection: keep-alive, Upgrade\r\n"
            f"Upgrade: {protocol}\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n").encode()


class Server:
    """A server that does the handshake only: the test takes each connection from `peers`. Health checks get 200."""

    def __init__(self, context=None):
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.address = f"127.0.0.1:{self.listener.getsockname()[1]}"
        self.context = context
        self.instead = None  # what is answered in place of 101
        self.greeting = b""  # what is sent in the same breath as the 101
        self.heads = []      # (first line, fields) of each request that is not a health check
        self.peers = queue.SimpleQueue()
        self.thread = threading.Thread(target=self.accept)
        self.thread.start()

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self.listener.accept()
                connection.settimeout(PATIENCE)
                threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        with contextlib.suppress(OSError, EOFError):
            if self.context:
                connection = self.context.wrap_socket(connection, server_side=True)
            return self.peers.put(self.handshake(connection))
        connection.close()

    def handshake(self, connection):
        """Answers requests until one has become a WebSocket connection; its end."""
        while True:
            first, fields, rest = read_head(connection)
            if fields.get("user-agent", "").startswith("ELB-HealthChecker"):
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
                continue
            self.heads.append((first, fields))
            if self.instead or fields.get("upgrade") != "websocket":
                connection.sendall(self.instead or b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nplain")
                continue
            connection.sendall(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                               b"Connection: Upgrade\r\nSec-WebSocket-Accept: "
                               + accept_of(fields["sec-websocket-key"]).encode() + b"\r\n\r\n" + self.greeting)
            return Peer(connection, masks=False, received=rest)

    def stop(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.thread.join()
        self.listener.close()

# SPDX-License-Identifier: GPL-3.0-or-later
"""An HTTP/2 server, cleartext with prior knowledge, that answers frame by frame as a test tells it."""
import collections
import contextlib
import queue
import socket
import struct
import threading

from e2e import PATIENCE
from raw_http2 import (DATA, END_HEADERS, END_STREAM, GOAWAY, HEADERS, NO_ERROR, PREFACE, RST_STREAM, SETTINGS,
                       WINDOW_UPDATE, Closed, Peer, frame, settings)

HEALTH = "/AWS.ALB/healthcheck"
HEAD = [(":status", "200"), ("content-type", "application/grpc")]
TRAILERS = [("grpc-status", "0")]

# What came on a stream: a frame, its stream and the path of its request.
Event = collections.namedtuple("Event", "connection frame path")


class TargetConnection(Peer):
    """The target's end of a connection; its number, counted from 0, once it has a request."""

    def __init__(self, accepted, initial):
        super().__init__(accepted)
        self.number = None
        self.paths = {}  # by stream
        while len(self.received) < len(PREFACE):
            got = self.socket.recv(65536)
            if not got:
                raise Closed()
            self.received += got
        self.received = self.received[len(PREFACE):]
        self.send(frame(SETTINGS, 0, 0, settings(*initial)))

    def head(self, stream, fields=None, end=False):
        self.send(frame(HEADERS, END_HEADERS | (END_STREAM if end else 0), stream, self.block(fields or HEAD)))

    def data(self, stream, payload, end=False):
        self.send(frame(DATA, END_STREAM if end else 0, stream, payload))

    def answer(self, stream, message=b""):
        """A whole gRPC answer of one message."""
        self.head(stream)
        self.data(stream, struct.pack(">BI", 0, len(message)) + message)
        self.head(stream, TRAILERS, end=True)

    def reset(self, stream, code):
        self.send(frame(RST_STREAM, 0, stream, struct.pack(">I", code)))

    def take(self, got):
        """Gives room for as much as this DATA frame has brought."""
        for stream in (0,) if got.flags & END_STREAM else (0, got.stream):
            self.send(frame(WINDOW_UPDATE, 0, stream, struct.pack(">I", len(got.payload))))

    def go_away(self, last, code=NO_ERROR):
        self.send(frame(GOAWAY, 0, 0, struct.pack(">II", last, code)))


class RawHttp2Target:
    """The server. Its test is told of every HEADERS and DATA frame, by behave(event), in the connection's thread;
    `resets` has the others. Health checks are answered and not told."""

    def __init__(self, test, behave, initial=()):
        self.behave = behave
        self.initial = initial
        self.resets = queue.Queue()
        self.connections = 0
        listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.listener = listener
        self.address = f"127.0.0.1:{listener.getsockname()[1]}"
        thread = threading.Thread(target=self.accept)
        thread.start()
        test.addCleanup(listener.close)
        test.addCleanup(thread.join)
        test.addCleanup(listener.shutdown, socket.SHUT_RDWR)

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                accepted, _ = self.listener.accept()
                accepted.settimeout(PATIENCE)
                threading.Thread(target=self.serve, args=(accepted,), daemon=True).start()

    def serve(self, accepted):
        with accepted, contextlib.suppress(OSError, Closed):
            connection = TargetConnection(accepted, self.initial)
            while True:
                self.tell(connection, connection.read())

    def tell(self, connection, got):
        if got.type == HEADERS and got.stream not in connection.paths:
            path = dict(connection.decoder.decode(connection.whole_block(got)))[":path"]
            if path != HEALTH and connection.number is None:
                connection.number, self.connections = self.connections, self.connections + 1
            connection.paths[got.stream] = path
        event = Event(connection, got, connection.paths.get(got.stream))
        if event.path == HEALTH:
            if got.type == HEADERS:
                connection.head(got.stream, [*HEAD, ("grpc-status", "12")], end=True)
        elif got.type == RST_STREAM:
            self.resets.put(event)
        elif got.type in (HEADERS, DATA):
            self.behave(event)

    def reset_of(self, path):
        """The code with which the stream of this path was reset."""
        while True:
            event = self.resets.get(timeout=PATIENCE)
            if event.path == path:
                return struct.unpack(">I", event.frame.payload)[0]

# SPDX-License-Identifier: GPL-3.0-or-later
"""HTTP messages on the wire, the same for HTTP/1 and HTTP/2: what is to be sent, and all that came, in its order."""
import collections
import dataclasses
import enum
import struct

from raw_http2 import (ACK, DATA, END_HEADERS, END_STREAM, HEADERS, INITIAL_WINDOW_SIZE, NO_ERROR, RST_STREAM, SETTINGS,
                       WINDOW_UPDATE, Closed, frame, settings)

PIECE = 16000  # bytes of a chunk or a DATA frame
LARGEST_WINDOW = 0x7FFFFFFF
WIDE = [(INITIAL_WINDOW_SIZE, LARGEST_WINDOW)]  # settings of a peer that takes all at once


class Framing(enum.Enum):
    """How the end of a body is told."""
    NONE = "none"        # no body
    LENGTH = "length"    # Content-Length
    CHUNKED = "chunked"  # chunks; on HTTP/2, a body without Content-Length
    CLOSE = "close"      # the end of an HTTP/1 connection


@dataclasses.dataclass
class Message:
    """A request (with a method) or a response (with a status); fields are (name, value), without those that frame."""
    method: str = ""
    target: str = ""
    authority: str = ""  # HTTP/2's; HTTP/1 has a Host field
    status: int = 0
    fields: list = dataclasses.field(default_factory=list)
    body: bytes = b""
    trailers: list = dataclasses.field(default_factory=list)
    framing: Framing = Framing.NONE
    version: str = "HTTP/1.1"  # that it came in, or is to go out in
    interim: list = dataclasses.field(default_factory=list)  # the 1xx responses before this one

    def values(self, name):
        return [value for each, value in self.fields if each.lower() == name]

    def value(self, name):
        """The one value of this field, None without one."""
        values = self.values(name)
        if len(values) > 1:
            raise AssertionError(f"{name} comes {len(values)} times: {self.fields}")
        return values[0] if values else None


class Cut(Exception):
    """The connection ended before a message was whole."""


# ---- HTTP/1


def http1_head(message):
    first = (f"{message.method} {message.target} {message.version}" if message.method else
             f"{message.version} {message.status} Words")
    framing = {Framing.LENGTH: [("Content-Length", str(len(message.body)))],
               Framing.CHUNKED: [("Transfer-Encoding", "chunked")]}.get(message.framing, [])
    return field_lines(first, [*message.fields, *framing])


def field_lines(first, fields):
    return "\r\n".join([first, *(f"{name}: {value}" for name, value in fields), "", ""]).encode("latin-1")


def http1_body(message):
    if message.framing is not Framing.CHUNKED:
        return message.body
    pieces = (message.body[at:at + PIECE] for at in range(0, len(message.body), PIECE))
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces)
    return chunks + field_lines("0", message.trailers)


def http1_bytes(message):
    return b"".join(map(http1_bytes, message.interim)) + http1_head(message) + http1_body(message)


def read_line(file):
    line = file.readline()
    if not line.endswith(b"\r\n"):
        raise Cut(line)
    return line[:-2].decode("latin-1")


def read_lines(file):
    """Lines up to the empty one."""
    return list(iter(lambda: read_line(file), ""))


def read_fields(lines):
    return [(name, value.strip()) for name, _, value in (line.partition(":") for line in lines)]


def read_exactly(file, size):
    data = file.read(size)
    if len(data) < size:
        raise Cut(f"{size - len(data)} bytes are missing")
    return data


def read_chunks(file):
    body = []
    while size := int(read_line(file), 16):
        body.append(read_exactly(file, size))
        if read_exactly(file, 2) != b"\r\n":
            raise Cut("a chunk has no end")
    return b"".join(body)


def read_http1_request(file):
    """The next request; None when there is none."""
    if not file.peek(1):
        return None
    lines = read_lines(file)
    method, target, version = lines[0].split(" ")
    request = Message(method=method, target=target, version=version, fields=read_fields(lines[1:]))
    return read_http1_body(file, request, Framing.NONE)


def read_http1_response(file, method="GET"):
    """The next final response, to a request of this method."""
    interim = []
    while True:
        lines = read_lines(file)
        version, status, *_ = lines[0].split(" ")
        response = Message(status=int(status), version=version, fields=read_fields(lines[1:]), interim=interim)
        if response.status >= 200:
            break
        interim.append(response)
    if method == "HEAD" or response.status in (204, 304):
        return response
    return read_http1_body(file, response, Framing.CLOSE)


def read_http1_body(file, message, otherwise):
    length = message.value("content-length")
    if message.value("transfer-encoding") == "chunked":
        message.framing, message.body = Framing.CHUNKED, read_chunks(file)
        message.trailers = read_fields(read_lines(file))
    elif length is not None:
        message.framing, message.body = Framing.LENGTH, read_exactly(file, int(length))
    elif otherwise is Framing.CLOSE:
        message.framing, message.body = Framing.CLOSE, file.read()
    return message


# ---- HTTP/2


class Incoming(Message):
    """A message that comes in pieces."""

    def take_block(self, fields, ends):
        """A header block: an interim response, the head or the trailers."""
        if self.status or self.method:
            self.trailers = fields
            return
        pseudo = {name: value for name, value in fields if name.startswith(":")}
        self.fields = [(name, value) for name, value in fields if not name.startswith(":")]
        self.status = int(pseudo.get(":status", 0))
        if 100 <= self.status < 200:
            self.interim.append(Message(status=self.status, fields=self.fields, version="HTTP/2"))
            self.status = 0
            return
        self.version = "HTTP/2"
        self.method, self.target = pseudo.get(":method", ""), pseudo.get(":path", "")
        self.authority = pseudo.get(":authority", "")
        if self.values("content-length"):
            self.framing = Framing.LENGTH
        elif not ends:
            self.framing = Framing.CHUNKED


class Streams:
    """The messages of an HTTP/2 connection; `peer` is its end of ours, which has sent the settings WIDE."""

    def __init__(self, peer):
        self.peer = peer
        self.initial = 65535
        self.windows = {0: 65535}  # by stream: what the peer takes; 0 is the connection
        self.incoming = collections.defaultdict(Incoming)
        self.pieces = collections.defaultdict(list)
        self.whole = collections.deque()  # the streams whose message has come, as (stream, message)
        peer.send(frame(WINDOW_UPDATE, 0, 0, struct.pack(">I", LARGEST_WINDOW - 65535)))

    def send(self, stream, pseudo, message):
        for interim in message.interim:
            self.send_block(stream, [(":status", str(interim.status)), *interim.fields])
        fields = [*pseudo, *message.fields]
        if message.framing is Framing.LENGTH:
            fields.append(("content-length", str(len(message.body))))
        self.send_block(stream, fields, ends=not message.body and not message.trailers)
        if message.body:
            self.send_data(stream, message.body, ends=not message.trailers)
        if message.trailers:
            self.send_block(stream, message.trailers, ends=True)

    def send_block(self, stream, fields, ends=False):
        small = [(name.lower(), value) for name, value in fields]
        flags = END_HEADERS | (END_STREAM if ends else 0)
        self.peer.send(frame(HEADERS, flags, stream, self.peer.block(small)))

    def send_data(self, stream, body, ends):
        window = self.windows
        window.setdefault(stream, self.initial)
        sent = 0
        while sent < len(body):
            while (size := min(PIECE, window[0], window[stream])) <= 0:
                self.take_frame()
            piece = body[sent:sent + size]
            sent += len(piece)
            window[0] -= len(piece)
            window[stream] -= len(piece)
            flags = END_STREAM if ends and sent == len(body) else 0
            self.peer.send(frame(DATA, flags, stream, piece))

    def next(self):
        """The next (stream, message) that is whole."""
        while not self.whole:
            self.take_frame()
        return self.whole.popleft()

    def take_frame(self):
        got = self.peer.read()
        if got.type == SETTINGS and not got.flags & ACK:
            self.take_settings(got.payload)
        elif got.type == WINDOW_UPDATE:
            self.windows.setdefault(got.stream, self.initial)
            self.windows[got.stream] += struct.unpack(">I", got.payload)[0]
        elif got.type == HEADERS:
            block = self.peer.decoder.decode(self.peer.whole_block(got))
            self.incoming[got.stream].take_block([tuple(field) for field in block], bool(got.flags & END_STREAM))
        elif got.type == DATA:
            self.pieces[got.stream].append(got.payload)
        elif got.type == RST_STREAM and struct.unpack(">I", got.payload)[0] != NO_ERROR:
            raise Closed(f"stream {got.stream} was reset: {got.payload.hex()}")
        if got.type in (HEADERS, DATA) and got.flags & END_STREAM:
            message = self.incoming.pop(got.stream)
            message.body = b"".join(self.pieces.pop(got.stream, []))
            self.whole.append((got.stream, message))

    def take_settings(self, payload):
        for at in range(0, len(payload), 6):
            name, value = struct.unpack(">HI", payload[at:at + 6])
            if name == INITIAL_WINDOW_SIZE:
                for stream in self.windows.keys() - {0}:
                    self.windows[stream] += value - self.initial
                self.initial = value


def greeting():
    return frame(SETTINGS, 0, 0, settings(*WIDE))

# SPDX-License-Identifier: GPL-3.0-or-later
"""An HTTP/1.1 server that reads by the letter of RFC 9112 and keeps what it got: whole requests, what was begun and
not ended, and every byte that two readers might take differently."""
import collections
import contextlib
import re
import socket
import threading

from e2e import PATIENCE

TOKEN = rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
REQUEST_LINE = re.compile(rb"(" + TOKEN + rb") ([!-~]+) HTTP/1\.1")
FIELD = re.compile(rb"(" + TOKEN + rb"): ([\t -~\x80-\xff]*)")  # one space, no control characters
CHUNK = re.compile(rb"[0-9a-f]{1,8}\Z")                # no sign, no white space, no extension
# What belongs to a connection, not to a request, or frames it for those who read names with a squint.
UNWANTED = re.compile(r"upgrade|http2-settings|proxy-connection|keep-alive|expect|"
                      r"(?!content-length$|transfer-encoding$)(content|transfer).?(length|encoding)")

Request = collections.namedtuple("Request", "method target fields body")


class Ambiguous(Exception):
    """Bytes that another reader may take differently."""


class Incomplete(Exception):
    """The connection ended in the middle of a request."""


class Reader:
    """Reads requests from a connection; `bytes` are all that came."""

    def __init__(self, connection):
        self.connection = connection
        self.bytes = b""
        self.at = 0

    def more(self):
        try:
            got = self.connection.recv(65536)
        except ConnectionError:
            got = b""
        if not got:
            raise Incomplete(self.bytes[self.at:])
        self.bytes += got

    def line(self):
        while (end := self.bytes.find(b"\n", self.at)) < 0:
            self.more()
        line, self.at = self.bytes[self.at:end + 1], end + 1
        if not line.endswith(b"\r\n") or b"\r" in line[:-2]:
            raise Ambiguous(f"line end of {line}")
        return line[:-2]

    def take(self, count):
        while len(self.bytes) < self.at + count:
            self.more()
        self.at += count
        return self.bytes[self.at - count:self.at]

    def match(self, pattern, line):
        found = pattern.fullmatch(line)
        if not found:
            raise Ambiguous(line)
        return found

    def fields(self):
        fields = []
        while line := self.line():
            name, value = self.match(FIELD, line).groups()
            fields.append((name.decode().lower(), value.decode("latin-1")))
        return fields

    def request(self):
        """The next request; None when the connection ends before it begins."""
        try:
            method, target = self.match(REQUEST_LINE, self.line()).groups()
        except Incomplete as rest:
            if rest.args[0]:
                raise
            return None
        fields = self.fields()
        return Request(method.decode(), target.decode(), fields, self.body(fields))

    def body(self, fields):
        values = collections.defaultdict(list)
        for name, value in fields:
            values[name].append(value)
            if UNWANTED.fullmatch(name):
                raise Ambiguous(name)
        lengths, codings = values["content-length"], values["transfer-encoding"]
        if (len(values["host"]) != 1 or len(lengths) + len(codings) > 1 or codings not in ([], ["chunked"])
                or values["connection"] not in (["keep-alive"], ["close"], ["keep-alive, TE"])
                or values["te"] not in ([], ["trailers"])):
            raise Ambiguous(dict(values))
        if codings:
            return self.chunks()
        if lengths and not re.fullmatch(r"[0-9]+", lengths[0]):
            raise Ambiguous(lengths)
        return self.take(int(lengths[0])) if lengths else b""

    def chunks(self):
        body = b""
        while size := int(self.match(CHUNK, self.line()).group(), 16):
            body += self.take(size)
            if self.take(2) != b"\r\n":
                raise Ambiguous("a chunk without its end")
        self.fields()
        return body


class RawTarget:
    """The server; it answers each request with an empty 200. Health checks are answered and not kept."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.address = f"127.0.0.1:{self.listener.getsockname()[1]}"
        self.requests = []    # whole ones
        self.incomplete = []  # the bytes of those whose connection ended too soon
        self.faults = []
        self.thread = threading.Thread(target=self.accept)
        self.thread.start()

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self.listener.accept()
                connection.settimeout(PATIENCE)
                threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        with connection, contextlib.suppress(OSError):
            reader = Reader(connection)
            try:
                while request := reader.request():
                    if ("user-agent", "ELB-HealthChecker/2.0") not in request.fields:
                        self.requests.append(request)
                    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            except Incomplete as rest:
                self.incomplete.append(rest.args[0])
            except Ambiguous as fault:
                self.faults.append(f"{fault} in {reader.bytes}")

    def taken(self):
        """The whole requests since the last call."""
        taken, self.requests = self.requests, []
        return taken

    def stop(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.thread.join()
        self.listener.close()

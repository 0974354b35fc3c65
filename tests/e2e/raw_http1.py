# SPDX-License-Identifier: GPL-3.0-or-later
"""HTTP/1 clients and targets that say what they are told, right or wrong: nothing is checked."""
import collections
import contextlib
import select
import socket
import ssl
import threading

Answer = collections.namedtuple("Answer", "status fields body")


class Cut(Exception):
    """The peer left before its message was whole; `got` is what came."""

    def __init__(self, got):
        super().__init__(f"cut after {got[:200]!r}")
        self.got = got


class Reader:
    """Takes HTTP/1 messages from a socket."""

    def __init__(self, connection):
        self.socket = connection
        self.received = b""

    def more(self):
        try:
            got = self.socket.recv(65536)
        except (ConnectionError, ssl.SSLError):
            got = b""
        if not got:
            raise Cut(self.received)
        self.received += got

    def until(self, mark):
        while mark not in self.received:
            self.more()
        taken, _, self.received = self.received.partition(mark)
        return taken

    def take(self, size):
        while len(self.received) < size:
            self.more()
        taken, self.received = self.received[:size], self.received[size:]
        return taken

    def head(self):
        """The first line, and the fields by their small names."""
        line, *fields = self.until(b"\r\n\r\n").decode("latin-1").split("\r\n")
        return line, {name.lower(): value.strip() for name, _, value in (field.partition(":") for field in fields)}

    def chunks(self):
        body = b""
        while size := int(self.until(b"\r\n"), 16):
            body += self.take(size)
            self.take(2)
        while self.until(b"\r\n"):
            pass  # a trailer
        return body


class RawClient(Reader):
    """A client's connection."""

    def __init__(self, address, ca=None, patience=20, receive_buffer=0):
        host, port = address.rsplit(":", 1)
        plain = socket.socket()
        if receive_buffer:
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        plain.settimeout(patience)
        plain.connect((host, int(port)))
        super().__init__(ssl.create_default_context(cafile=ca).wrap_socket(plain, server_hostname="e2e.localhost")
                         if ca else plain)

    def send(self, data):
        self.socket.sendall(data)

    def get(self, path):
        self.send(f"GET {path} HTTP/1.1\r\nHost: e2e.localhost\r\n\r\n".encode())
        return self.answer()

    def answer(self):
        """The next final answer (not to HEAD)."""
        status = 100
        while status < 200:
            line, fields = self.head()
            status = int(line.split()[1])
        if "transfer-encoding" in fields:
            body = self.chunks()
        else:
            body = self.take(int(fields.get("content-length", 0)))
        return Answer(status, fields, body)

    def rest(self):
        """All that comes until the balancer closes."""
        with contextlib.suppress(Cut):
            while True:
                self.more()
        return self.received

    def has_input(self):
        return bool(select.select([self.socket], [], [], 0)[0])

    def close(self):
        self.socket.close()


class RawTarget:
    """A server that lets `serve(reader, head)` deal with each request of each connection, in a thread of its own, until
    that returns False or the peer leaves. `greet(socket)` may speak before. Health checks are not told, they get 200.
    """

    def __init__(self, test, serve, greet=None, send_buffer=0):
        self.serve, self.greet = serve, greet
        self.server = socket.create_server(("127.0.0.1", 0), backlog=4096)
        if send_buffer:
            self.server.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, send_buffer)
        self.port = self.server.getsockname()[1]
        self.ended = threading.Event()
        test.addCleanup(self.stop)
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self.server.accept()
                threading.Thread(target=self.speak, args=(connection,), daemon=True).start()

    def speak(self, connection):
        with connection, contextlib.suppress(OSError, Cut):
            if self.greet:
                self.greet(connection)
            reader = Reader(connection)
            while True:
                line, fields = reader.head()
                if fields.get("user-agent", "").startswith("ELB-HealthChecker"):
                    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
                elif self.serve(reader, (line, fields)) is False:
                    return

    def stop(self):
        self.ended.set()
        with contextlib.suppress(OSError):
            self.server.shutdown(socket.SHUT_RDWR)
        self.server.close()


def path_of(head):
    return head[0].split()[1]

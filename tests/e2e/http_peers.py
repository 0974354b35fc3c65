# SPDX-License-Identifier: GPL-3.0-or-later
"""Clients and targets of HTTP/1 and HTTP/2, plain or over TLS, that tell all of what they got."""
import contextlib
import queue
import socket
import ssl
import threading

from e2e import PATIENCE
from http_messages import (WIDE, Closed, Cut, Framing, Message, Streams, greeting, http1_bytes, read_http1_request,
                           read_http1_response)
from raw_http2 import PREFACE, Peer, RawConnection


class Http1Client:
    """An HTTP/1 connection; each request goes out in the version that it names."""

    def __init__(self, test, address, ca=None):
        host, port = address.rsplit(":", 1)
        self.socket = socket.create_connection((host, int(port)), PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if ca:
            trust = ssl.create_default_context(cafile=ca)
            trust.set_alpn_protocols(["http/1.1"])
            self.socket = trust.wrap_socket(self.socket, server_hostname="localhost")
        self.file = self.socket.makefile("rb")
        test.addCleanup(self.socket.close)
        test.addCleanup(self.file.close)

    def exchange(self, request):
        self.send(http1_bytes(request))
        return self.answer(request.method)

    def send(self, data):
        self.socket.sendall(data)

    def answer(self, method="GET"):
        return read_http1_response(self.file, method)

    def is_closed(self):
        """Whether the balancer ends the connection with nothing more to say; waits for either."""
        return self.file.read(1) == b""


class Http2Client:
    """An HTTP/2 connection. A request's Host field goes out as :authority."""

    def __init__(self, test, address, ca=None):
        self.peer = RawConnection(address, ca, patience=PATIENCE, initial=WIDE)
        test.addCleanup(self.peer.close)
        self.scheme = "https" if ca else "http"
        self.streams = Streams(self.peer)
        self.next = 1

    def exchange(self, request):
        pseudo = [(":method", request.method), (":scheme", self.scheme), (":path", request.target),
                  (":authority", request.authority or request.value("host"))]
        stream, self.next = self.next, self.next + 2
        self.streams.send(stream, pseudo, Message(
            fields=[field for field in request.fields if field[0].lower() != "host"], body=request.body,
            trailers=request.trailers, framing=request.framing))
        answered, response = self.streams.next()
        assert answered == stream, f"stream {answered} is not the one that asked"
        return response


class Origin:
    """A target: `answers` has what to answer by path, as a message or a function of the request; else an empty 200.
    An HTTP/1 target may have bytes to say and to leave. `requests` has what came. Health checks are not told."""

    def __init__(self, test, serves_http2, identity=None):
        self.requests = queue.Queue()
        self.answers = {}
        self.speak = self.speak_http2 if serves_http2 else self.speak_http1
        self.tls = None
        if identity:
            self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.tls.load_cert_chain(identity.certificate, identity.key)
            self.tls.set_alpn_protocols(["h2" if serves_http2 else "http/1.1"])
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.listener.getsockname()[1]
        thread = threading.Thread(target=self.accept)
        thread.start()
        test.addCleanup(self.listener.close)
        test.addCleanup(thread.join)
        test.addCleanup(self.listener.shutdown, socket.SHUT_RDWR)

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                accepted, _ = self.listener.accept()
                threading.Thread(target=self.serve, args=(accepted,), daemon=True).start()

    def serve(self, accepted):
        accepted.settimeout(PATIENCE)
        accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with contextlib.suppress(OSError, Closed, Cut):
            connection = self.tls.wrap_socket(accepted, server_side=True) if self.tls else accepted
            with connection:
                self.speak(connection)

    def speak_http1(self, connection):
        with connection.makefile("rb") as file:
            while request := read_http1_request(file):
                answer = self.answer(request)
                if isinstance(answer, bytes):
                    connection.sendall(answer)
                    break
                connection.sendall(http1_bytes(answer))
                if answer.framing is Framing.CLOSE:
                    break
            if self.tls:
                connection.unwrap()  # says that the end is the end

    def speak_http2(self, connection):
        peer = Peer(connection)
        while len(peer.received) < len(PREFACE):
            if not (got := connection.recv(65536)):
                return
            peer.received += got
        peer.received = peer.received[len(PREFACE):]
        peer.send(greeting())
        streams = Streams(peer)
        while True:
            stream, request = streams.next()
            answer = self.answer(request)
            streams.send(stream, [(":status", str(answer.status))], answer)

    def answer(self, request):
        if (request.value("user-agent") or "").startswith("ELB-HealthChecker"):
            return Message(status=200, framing=Framing.LENGTH)
        self.requests.put(request)
        answer = self.answers.get(request.target, Message(status=200, framing=Framing.LENGTH))
        return answer(request) if callable(answer) else answer

    def request(self):
        """The oldest request that was not asked for yet."""
        return self.requests.get(timeout=PATIENCE)

# SPDX-License-Identifier: GPL-3.0-or-later
"""Clients that speak garbage, or another protocol, get a clean refusal; everybody else is served as before."""
import contextlib
import random
import socket
import ssl
import struct
import subprocess
import unittest

from e2e import PATIENCE, EndToEndTest, RouteGuide, messages, plain_channel, workspace

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, RST_STREAM, SETTINGS, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = 0, 1, 3, 4, 6, 7, 8, 9
END_STREAM, END_HEADERS = 1, 4
SEEDS = 30
POINT = messages.Point(latitude=409146138, longitude=-746188906)


def frame(kind, flags=0, stream=0, payload=b""):
    return struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload


def frames(data):
    """(kind, payload) of each whole frame."""
    while len(data) >= 9:
        length = int.from_bytes(data[:3], "big")
        yield data[3], data[9:9 + length]
        data = data[9 + length:]


def request_head():
    """POST https / with an authority, as HPACK."""
    return b"\x83\x87\x84" + b"\x41\x01x"


GREETING = PREFACE + frame(SETTINGS)
# What RFC 9113 makes a connection error, and floods; each comes after a good greeting.
BROKEN = {
    "settings of a wrong length": frame(SETTINGS, payload=b"12345"),
    "settings on a stream": frame(SETTINGS, stream=1),
    "a frame that is too long": struct.pack(">I", 0xfffff0)[1:] + struct.pack(">BBI", DATA, 0, 1) + b"x" * 1000,
    "data on no stream": frame(DATA, stream=0, payload=b"x"),
    "data on a stream that is not open": frame(DATA, stream=7, payload=b"x"),
    "an even stream": frame(HEADERS, END_HEADERS | END_STREAM, 2, request_head()),
    "a header block that cannot be decoded": frame(HEADERS, END_HEADERS | END_STREAM, 1, b"\xff" * 40),
    "a header block that is interrupted": frame(HEADERS, 0, 1, request_head()) + frame(PING, payload=b"12345678"),
    "a continuation of nothing": frame(CONTINUATION, END_HEADERS, 1, request_head()),
    "a ping of a wrong length": frame(PING, payload=b"123"),
    "a window that overflows": frame(WINDOW_UPDATE, payload=struct.pack(">I", 0x7fffffff)) * 2,
    "a reset of an idle stream": frame(RST_STREAM, stream=9, payload=struct.pack(">I", 8)),
    "a flood of resets": b"".join(
        frame(HEADERS, END_HEADERS, stream, request_head()) +
        frame(RST_STREAM, stream=stream, payload=struct.pack(">I", 8)) for stream in range(1, 10001, 2)),
    "a flood of continuations": frame(HEADERS, 0, 1, request_head()) + frame(CONTINUATION, 0, 1) * 20000,
}


class Garbage(EndToEndTest):
    def setUp(self):
        super().setUp()
        server = self.route_guide_server()
        https = {"protocol": "HTTPS", "port": 0, "certificates": [{"source": "local-ca", "names": ["e2e.localhost"]}]}
        self.balancer = self.run_workspace(workspace(server.ready["address"],
                                                     listeners=[https, {"protocol": "HTTP", "port": 0}]))
        self.secure, self.plain = self.balancer.addresses
        # These calls go on over the same two connections for the whole test.
        self.guides = [RouteGuide(self.open(channel))
                       for channel in (self.balancer.channel(), plain_channel(self.plain))]
        self.assert_all_served()

    def assert_all_served(self):
        """Old connections and new ones."""
        with self.balancer.channel() as secure, plain_channel(self.plain) as plain:
            for guide in (*self.guides, RouteGuide(secure), RouteGuide(plain)):
                self.assertIn("Berkshire Valley", guide.get_feature(POINT, timeout=PATIENCE).name)
        self.assertIsNone(self.balancer.process.poll())

    def connect(self, address):
        host, port = address.rsplit(":", 1)
        client = socket.create_connection((host, int(port)), PATIENCE)
        self.addCleanup(client.close)
        return client

    def connect_tls(self, *protocols):
        trust = ssl.create_default_context(cafile=self.balancer.ca)
        trust.set_alpn_protocols(protocols)
        client = trust.wrap_socket(self.connect(self.secure), server_hostname="e2e.localhost")
        self.addCleanup(client.close)
        return client

    def exchange(self, client, data):
        """What comes back until the balancer closes the connection; it must do so by itself."""
        got = b""
        with contextlib.suppress(ConnectionError, ssl.SSLError):  # refused rudely is refused, too
            client.sendall(data)
            while piece := client.recv(65536):
                got += piece
        return got

    def exchange_half_closed(self, client, data):
        """As exchange(), for data that might be the begin of something good: says that nothing follows."""
        with contextlib.suppress(OSError):
            client.sendall(data)
            client.shutdown(socket.SHUT_WR)
        return self.exchange(client, b"")

    def test_random_bytes(self):
        for seed in range(SEEDS):
            data = random.Random(seed).randbytes(4096)
            for address in (self.secure, self.plain):
                with self.subTest(seed=seed, address=address):
                    self.exchange_half_closed(self.connect(address), data)
            with self.subTest(seed=seed, inside="TLS"):
                self.assertNotIn(b" 200", self.exchange(self.connect_tls("http/1.1"), b"\x01" + data))
        self.assert_all_served()

    def test_clients_that_leave_in_the_middle(self):
        hello = self.client_hello()
        ways = [(lambda: self.connect(self.secure), hello), (lambda: self.connect(self.plain), GREETING),
                (lambda: self.connect_tls("h2"), GREETING)]
        for connect, words in ways:
            for size in (0, 1, 10, len(words) // 2, len(words) - 1, len(words)):
                with connect() as client:
                    client.sendall(words[:size])
        self.assert_all_served()

    @staticmethod
    def client_hello():
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        with contextlib.suppress(ssl.SSLWantReadError):
            ssl.create_default_context().wrap_bio(incoming, outgoing, server_hostname="e2e.localhost").do_handshake()
        return outgoing.read()

    def test_tls_to_a_plaintext_port(self):
        for _ in range(5):
            with self.assertRaises(OSError):
                ssl.create_default_context(cafile=self.balancer.ca).wrap_socket(
                    self.connect(self.plain), server_hostname="e2e.localhost")
        self.assert_all_served()

    def test_plaintext_to_a_tls_port(self):
        for data in (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", GREETING):
            self.assertNotIn(b"HTTP/1.1 200", self.exchange(self.connect(self.secure), data))
        self.assert_all_served()

    def test_http1_to_a_grpc_group_is_464(self):
        for client in (self.connect_tls("http/1.1"), self.connect_tls(), self.connect(self.plain)):
            answer = self.exchange(client, b"GET /some/page?q=1 HTTP/1.1\r\n"
                                           b"Host: e2e.localhost\r\nUser-Agent: me\r\nConnection: close\r\n\r\n")
            head, _, body = answer.decode().partition("\r\n\r\n")
            self.assertRegex(head, r"^HTTP/1\.1 464 ?\r\n")
            self.assertNotIn("content-type", head.lower())
            self.assertIn("connection: close", head.lower())
            self.assertEqual(body, "")
        refused = [entry for entry in self.log_entries(7) if entry.elb_status == "464"]
        self.assertEqual([(entry.type, entry.target, entry.target_status, entry.user_agent) for entry in refused],
                         [("https", "-", "-", "me")] * 2 + [("http", "-", "-", "me")])
        self.assertRegex(refused[0].request, r"^GET https://e2e\.localhost:\d+/some/page\?q=1 HTTP/1\.1$")
        self.assert_all_served()

    def test_http1_that_is_broken_is_refused(self):
        for data, status in ((b"GET\r\n\r\n", b"400 Bad Request"),
                             (b"GET / HTTP/3.0\r\n\r\n", b"505 HTTP Version Not Supported"),
                             (b"lower / HTTP/1.1\r\n\r\n", b"400 Bad Request"),
                             (b"G\x00T / HTTP/1.1\r\n\r\n", b"400 Bad Request"),
                             (b"GET /" + b"x" * 70000 + b" HTTP/1.1\r\n\r\n", b"414 Request-URI Too Large")):
            with self.subTest(data[:30]):
                answer = self.exchange(self.connect_tls("http/1.1"), data)
                self.assertEqual(answer.partition(b"\r\n")[0], b"HTTP/1.1 " + status)
        self.assert_all_served()

    def test_http2_that_is_no_grpc_is_464(self):
        done = subprocess.run(["curl", "-sS", "--http2", "--noproxy", "*", "--cacert", self.balancer.ca,
                               "-m", str(PATIENCE), "-w", "%{http_version} %{http_code} [%{content_type}]",
                               f"https://{self.secure}/page"], capture_output=True, text=True, check=True)
        self.assertEqual(done.stdout, "2 464 []")
        self.assert_all_served()

    def test_a_preface_and_then_garbage(self):
        for seed in range(SEEDS):
            data = PREFACE + random.Random(seed).randbytes(4096)
            for client in (self.connect_tls("h2"), self.connect(self.plain)):
                with self.subTest(seed=seed, client=type(client).__name__):
                    self.exchange_half_closed(client, data)
        self.assert_all_served()

    def test_broken_http2_gets_a_goaway(self):
        for what, data in BROKEN.items():
            for client in (self.connect_tls("h2"), self.connect(self.plain)):
                with self.subTest(what, client=type(client).__name__):
                    got = self.exchange(client, GREETING + data)
                    codes = [int.from_bytes(payload[4:8], "big") for kind, payload in frames(got) if kind == GOAWAY]
                    if "flood" not in what:  # whoever floods may be cut off in the middle of its words
                        self.assertTrue(codes and codes[-1] != 0, f"GOAWAY with codes {codes}")
        self.assert_all_served()

    def test_a_flood_of_pings_whose_answers_are_not_read(self):
        for client in (self.connect_tls("h2"), self.connect(self.plain)):
            self.exchange_half_closed(client, GREETING + frame(PING, payload=b"12345678") * 200000)
        self.assert_all_served()


if __name__ == "__main__":
    unittest.main(verbosity=2)

# SPDX-License-Identifier: GPL-3.0-or-later
"""WebSocket passes the balancer: from an HTTP/1.1 upgrade on either listener, and from an HTTP/2 extended CONNECT."""
import os
import socket
import ssl
import subprocess
import time
import unittest

import raw_http2
import websocket
from e2e import PATIENCE, EndToEndTest, in_background, workspace
from websocket import BINARY, CLOSE, PING, PONG, TEXT, Message

HTTP = {"protocol": "HTTP", "port": 0}
HTTPS = {"protocol": "HTTPS", "port": 0, "certificates": [{"source": "local-ca", "names": ["e2e.localhost"]}]}
# The sizes are those at which the frame's length changes its form.
MESSAGES = [Message(opcode, os.urandom(size)) for opcode, size in (
    (BINARY, 0), (BINARY, 125), (BINARY, 126), (BINARY, 65535), (BINARY, 65536),
    (PING, 4), (PONG, 4), (PING, 0))] + [Message(TEXT, "Grüße".encode())]


class WebSocketTest(EndToEndTest):
    def start(self, version="HTTP1", target_tls=False, **balancer):
        """A server, and a balancer with an HTTP and an HTTPS listener before it."""
        self.server = websocket.Server(self.server_context() if target_tls else None)
        self.addCleanup(self.server.stop)
        document = workspace(self.server.address, listeners=[HTTP, HTTPS])
        document["loadBalancers"][0].update(balancer)
        group = document["targetGroups"][0]
        group.update(protocolVersion=version, protocol="HTTPS" if target_tls else "HTTP")
        self.balancer = self.run_workspace(document)
        self.plain, self.secure = self.balancer.addresses

    def server_context(self):
        certificate, key = (os.path.join(self.folder, name) for name in ("target.pem", "target.key"))
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                        "-subj", "/CN=target", "-keyout", key, "-out", certificate], check=True, capture_output=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        return context

    def connect(self, address):
        host, port = address.rsplit(":", 1)
        connection = socket.create_connection((host, int(port)), PATIENCE)
        if address == self.secure:
            trust = ssl.create_default_context(cafile=self.balancer.ca)
            trust.set_alpn_protocols(["http/1.1"])
            connection = trust.wrap_socket(connection, server_hostname="e2e.localhost")
        self.addCleanup(connection.close)
        return connection

    def taken(self):
        """The server's end of the connection that a client has just opened."""
        peer = self.server.peers.get(timeout=PATIENCE)
        self.addCleanup(peer.close)
        return peer

    def upgraded(self, address):
        """Both ends of a new WebSocket connection."""
        connection = self.connect(address)
        connection.sendall(websocket.upgrade_request())
        first, fields, rest = websocket.read_head(connection)
        self.assertEqual(first, "HTTP/1.1 101 Switching Protocols")
        self.assertEqual((fields["upgrade"].lower(), fields["connection"].lower()), ("websocket", "upgrade"))
        self.assertEqual(fields["sec-websocket-accept"], websocket.accept_of("dGhlIHNhbXBsZSBub25jZQ=="))
        return websocket.Peer(connection, masks=True, received=rest), self.taken()

    def assert_passes_both_ways(self, *ends):
        for sender, receiver in (ends, reversed(ends)):
            for message in MESSAGES:
                sender.send(*message)
                self.assertEqual(receiver.receive(), message)

    def assert_closes(self, begins, answers):
        """The closing handshake of RFC 6455 §7, and the end of the connection on both sides."""
        goodbye = Message(CLOSE, b"\x03\xe8bye")
        begins.send(*goodbye)
        self.assertEqual(answers.receive(), goodbye)
        answers.send(*goodbye)
        self.assertEqual(begins.receive(), goodbye)
        answers.close()
        self.assertTrue(begins.is_ended())
        begins.close()


class Upgrade(WebSocketTest):
    def test_messages_pass_both_ways_on_each_listener_to_each_target(self):
        for target_tls in (False, True):
            self.start(target_tls=target_tls)
            for address in (self.plain, self.secure):
                with self.subTest(target_tls=target_tls, client_tls=address == self.secure):
                    client, target = self.upgraded(address)
                    self.assert_passes_both_ways(client, target)
                    self.assert_closes(client, target)
                    client, target = self.upgraded(address)
                    self.assert_closes(target, client)
            self.balancer.stop()

    def test_what_the_target_is_asked(self):
        self.start()
        self.upgraded(self.secure)
        first, fields = self.server.heads[0]
        self.assertEqual(first, "GET /chat HTTP/1.1")
        self.assertEqual({name: fields.get(name) for name in (
            "upgrade", "connection", "sec-websocket-version", "sec-websocket-key", "x-forwarded-proto",
            "content-length", "transfer-encoding")}, {
                "upgrade": "websocket", "connection": "upgrade", "sec-websocket-version": "13",
                "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==", "x-forwarded-proto": "https",
                "content-length": None, "transfer-encoding": None})

    def test_a_mebibyte_both_ways_at_once(self):
        self.start(target_tls=True)
        for address in (self.plain, self.secure):
            with self.subTest(address=address):
                client, target = self.upgraded(address)
                for end in (client, target):
                    if isinstance(end.connection, ssl.SSLSocket):
                        end.connection = websocket.TwoWay(end.connection)
                messages = [Message(BINARY, os.urandom(1024 * 1024)) for _ in range(2)]
                sent = [in_background(lambda end=end, message=message: end.send(*message))
                        for end, message in zip((client, target), messages)]
                got = in_background(target.receive)
                self.assertEqual(client.receive(), messages[1])
                self.assertEqual(got.result(PATIENCE), messages[0])
                for each in sent:
                    each.result(PATIENCE)

    def test_words_that_come_with_the_handshake(self):
        self.start()
        self.server.greeting = websocket.frame(TEXT, b"welcome")
        connection = self.connect(self.plain)
        connection.sendall(websocket.upgrade_request() + websocket.frame(TEXT, b"hello", b"mask"))
        _, _, rest = websocket.read_head(connection)
        client, target = websocket.Peer(connection, masks=True, received=rest), self.taken()
        self.assertEqual(client.receive(), Message(TEXT, b"welcome"))
        self.assertEqual(target.receive(), Message(TEXT, b"hello"))

    def test_a_half_close_leaves_the_other_way_open(self):
        self.start()
        for reverse in (False, True):
            with self.subTest("the target's" if reverse else "the client's"):
                ends = self.upgraded(self.plain)
                begins, goes_on = reversed(ends) if reverse else ends
                begins.send(TEXT, b"my last word")
                begins.finish_sending()
                self.assertEqual(goes_on.receive(), Message(TEXT, b"my last word"))
                self.assertTrue(goes_on.is_ended())
                more = Message(BINARY, os.urandom(1024 * 1024))  # than any window
                sent = in_background(lambda end=goes_on, message=more: end.send(*message))
                self.assertEqual(begins.receive(), more)
                sent.result(PATIENCE)
                goes_on.close()
                self.assertTrue(begins.is_ended())
        self.assertEqual([entry.elb_status for entry in self.log_entries(2)], ["101", "101"])

    def test_an_end_without_a_goodbye_is_seen_by_the_other_side(self):
        self.start()
        for address in (self.plain, self.secure):
            for leave in (websocket.Peer.close, websocket.Peer.break_off):
                for leaver, left in ((0, 1), (1, 0)):
                    with self.subTest(leave.__name__, address=address, leaver=("client", "target")[leaver]):
                        ends = self.upgraded(address)
                        leave(ends[leaver])
                        self.assertTrue(ends[left].is_ended())
                        ends[left].close()
        self.assertEqual({(entry.elb_status, entry.target_status) for entry in self.log_entries(8)},
                         {("101", "101")})

    def test_a_plain_answer_passes_and_the_connection_stays(self):
        self.start()
        for status in ("200 OK", "403 Forbidden", "426 Upgrade Required"):
            self.server.instead = f"HTTP/1.1 {status}\r\nContent-Length: 6\r\nX-Mine: 1\r\n\r\nno way".encode()
            with self.subTest(status):
                connection = self.connect(self.plain)
                for request in (websocket.upgrade_request(), b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"):
                    connection.sendall(request)
                    first, fields, body = websocket.read_head(connection)
                    while len(body) < 6:
                        body += connection.recv(100)
                    self.assertEqual((first, body), (f"HTTP/1.1 {status}", b"no way"))
                    self.assertEqual(fields["x-mine"], "1")

    def test_a_silent_connection_ends_by_the_idle_timeout(self):
        self.start(attributes={"idleTimeoutSeconds": 1})
        client, target = self.upgraded(self.plain)
        begun = time.monotonic()
        while time.monotonic() < begun + 2.5:  # a word in time keeps it
            client.send(PING, b"?")
            self.assertEqual(target.receive(), Message(PING, b"?"))
            time.sleep(0.2)
        silent = time.monotonic()
        ended = in_background(target.is_ended)
        self.assertTrue(client.is_ended())
        self.assertTrue(ended.result(PATIENCE))
        self.assertGreater(time.monotonic() - silent, 0.5)
        self.assertEqual([(entry.type, entry.elb_status) for entry in self.log_entries(1)], [("ws", "101")])

    def test_the_log_has_one_line_at_the_end_with_all_bytes(self):
        self.start()
        for address, kind, scheme in ((self.plain, "ws", "http"), (self.secure, "wss", "https")):
            with self.subTest(kind):
                client, target = self.upgraded(address)
                client.send(BINARY, bytes(10000))
                target.send(BINARY, bytes(20000))
                self.assertEqual((len(target.receive().payload), len(client.receive().payload)), (10000, 20000))
                self.assert_closes(client, target)
                entry = [each for each in self.log_entries(1 + (kind == "wss")) if each.type == kind]
                self.assertEqual(len(entry), 1)
                self.assertEqual((entry[0].elb_status, entry[0].target_status, entry[0].target, entry[0].user_agent),
                                 ("101", "101", self.server.address, "me"))
                self.assertRegex(entry[0].request, rf"^GET {scheme}://e2e\.localhost:\d+/chat HTTP/1\.1$")
                heads = 1000  # more than a handshake has
                self.assertTrue(10000 < int(entry[0].received) < 10000 + heads, entry[0].received)
                self.assertTrue(20000 < int(entry[0].sent) < 20000 + heads, entry[0].sent)

    def test_an_upgrade_to_another_protocol_is_an_ordinary_request(self):
        self.start()
        for protocol in ("h2c", "foo", "websocket, foo", "TLS/1.0"):
            with self.subTest(protocol):
                connection = self.connect(self.plain)
                connection.sendall(websocket.upgrade_request(protocol=protocol))
                first, fields, body = websocket.read_head(connection)
                self.assertEqual((first, fields.get("upgrade")), ("HTTP/1.1 200 OK", None))
                self.assertEqual(body or connection.recv(5), b"plain")
        seen = [(first, fields.get("upgrade"), fields.get("transfer-encoding")) for first, fields in self.server.heads]
        self.assertEqual(seen, [("GET /chat HTTP/1.1", None, None)] * 4)
        self.assertEqual({(entry.type, entry.elb_status) for entry in self.log_entries(4)}, {("http", "200")})

    def test_a_group_of_another_protocol_is_464(self):
        self.start(version="HTTP2")
        connection = self.connect(self.plain)
        connection.sendall(websocket.upgrade_request())
        self.assertRegex(websocket.read_head(connection)[0], "^HTTP/1.1 464")
        self.assertEqual([(entry.elb_status, entry.target) for entry in self.log_entries(1)], [("464", "-")])


class Tunnel:
    """The stream of an extended CONNECT (RFC 8441), as a connection for websocket.Peer."""

    def __init__(self, client, stream):
        self.client = client
        self.stream = stream
        self.ended = False

    def sendall(self, data):
        self.client.send(b"".join(raw_http2.frame(raw_http2.DATA, 0, self.stream, data[at:at + 16384])
                                  for at in range(0, len(data), 16384)))

    def recv(self, _):
        """The next bytes; b"" at END_STREAM; a reset is an error."""
        while not self.ended:
            got = self.client.read()
            if got.stream != self.stream:
                continue
            if got.type == raw_http2.RST_STREAM:
                raise ConnectionResetError(got.payload.hex())
            self.ended = bool(got.flags & raw_http2.END_STREAM)
            if got.type == raw_http2.DATA and got.payload:
                return got.payload
        return b""

    def shutdown(self, _):
        self.client.send(raw_http2.frame(raw_http2.DATA, raw_http2.END_STREAM, self.stream))

    def close(self):
        self.client.send(raw_http2.frame(raw_http2.RST_STREAM, 0, self.stream, b"\0\0\0\x08"))


class ExtendedConnect(WebSocketTest):
    WINDOW = 0x7fffffff

    def start_allowing(self, **more):
        self.start(beyondAlb={"plaintextHttp2": True, "extendedConnect": True}, **more)

    def http2(self, address):
        client = raw_http2.RawConnection(address, self.balancer.ca if address == self.secure else None,
                                         patience=PATIENCE, initial=[(raw_http2.INITIAL_WINDOW_SIZE, self.WINDOW)])
        self.addCleanup(client.close)
        client.send(raw_http2.frame(raw_http2.WINDOW_UPDATE, 0, 0, (self.WINDOW - 65535).to_bytes(4, "big")))
        return client

    def connect_stream(self, client, stream=1, protocol="websocket"):
        client.headers(stream, [(":method", "CONNECT"), (":protocol", protocol), (":scheme", "https"),
                                (":path", "/chat"), (":authority", "e2e.localhost"), ("user-agent", "me"),
                                ("sec-websocket-version", "13")], raw_http2.END_HEADERS)

    def fields_of(self, client, stream=1):
        return dict(client.decoder.decode(client.wait_for(raw_http2.HEADERS, stream).payload))

    def tunnelled(self, address):
        client = self.http2(address)
        self.connect_stream(client)
        fields = self.fields_of(client)
        self.assertEqual(fields[":status"], "200")
        self.assertFalse({"upgrade", "connection", "sec-websocket-accept"} & fields.keys())
        return websocket.Peer(Tunnel(client, 1), masks=True), self.taken()

    def test_the_switch_is_told_in_the_settings(self):
        for allowed in (True, False):
            self.start(beyondAlb={"plaintextHttp2": True, "extendedConnect": allowed})
            payload = self.http2(self.plain).wait_for(raw_http2.SETTINGS, ack=False).payload
            self.assertEqual(raw_http2.settings((8, 1)) in [payload[at:at + 6] for at in range(0, len(payload), 6)],
                             allowed)
            self.balancer.stop()

    def test_messages_pass_both_ways(self):
        self.start_allowing()
        for address in (self.plain, self.secure):
            with self.subTest(address=address):
                client, target = self.tunnelled(address)
                for message in [each for each in MESSAGES if len(each.payload) < 60000]:
                    for sender, receiver in ((client, target), (target, client)):
                        sender.send(*message)
                        self.assertEqual(receiver.receive(), message)
                big = Message(BINARY, os.urandom(1024 * 1024))
                sent = in_background(lambda end=target, message=big: end.send(*message))
                self.assertEqual(client.receive(), big)
                sent.result(PATIENCE)

    def test_what_the_target_is_asked(self):
        self.start_allowing()
        self.tunnelled(self.secure)
        first, fields = self.server.heads[0]
        self.assertEqual(first, "GET /chat HTTP/1.1")
        self.assertEqual((fields["upgrade"], fields["connection"]), ("websocket", "upgrade"))
        self.assertRegex(fields["sec-websocket-key"], r"^[A-Za-z0-9+/]{22}==$")
        self.assertEqual(fields["sec-websocket-version"], "13")
        self.assertFalse({":protocol", "transfer-encoding", "content-length"} & fields.keys())

    def test_an_end_of_stream_leaves_the_other_way_open(self):
        self.start_allowing()
        for reverse in (False, True):
            with self.subTest("the target's" if reverse else "the client's"):
                ends = self.tunnelled(self.secure)
                begins, goes_on = reversed(ends) if reverse else ends
                begins.send(TEXT, b"my last word")
                begins.finish_sending()
                self.assertEqual(goes_on.receive(), Message(TEXT, b"my last word"))
                self.assertTrue(goes_on.is_ended())
                goes_on.send(*MESSAGES[1])
                goes_on.finish_sending()
                self.assertEqual(begins.receive(), MESSAGES[1])
                self.assertTrue(begins.is_ended())
        entries = [(entry.type, entry.elb_status, entry.target_status) for entry in self.log_entries(2)]
        self.assertEqual(entries, [("wss", "200", "101")] * 2)

    def test_a_reset_is_seen_by_the_other_side_and_the_connection_stays(self):
        self.start_allowing()
        for leaver, left in ((0, 1), (1, 0)):
            with self.subTest(leaver=("client", "target")[leaver]):
                ends = self.tunnelled(self.plain)
                (websocket.Peer.break_off if leaver else websocket.Peer.close)(ends[leaver])
                self.assertTrue(ends[left].is_ended())
                self.assertTrue(ends[0].connection.client.is_alive())

    def test_a_target_that_declines(self):
        self.start_allowing()
        self.server.instead = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno"
        client = self.http2(self.secure)
        self.connect_stream(client)
        status, _, body = client.response(1)
        self.assertEqual((status, body), (403, b"no"))

    def test_another_protocol_is_refused_and_not_seen_by_the_target(self):
        self.start_allowing()
        client = self.http2(self.secure)
        self.connect_stream(client, protocol="foo")
        self.assertEqual(self.fields_of(client)[":status"], "501")
        self.assertTrue(client.is_alive())
        self.assertEqual(self.server.heads, [])

    def test_a_group_of_another_protocol_is_464(self):
        self.start_allowing(version="HTTP2")
        client = self.http2(self.secure)
        self.connect_stream(client)
        self.assertEqual(self.fields_of(client)[":status"], "464")

    def test_without_the_switch_it_is_refused(self):
        self.start()
        client = self.http2(self.plain)
        self.connect_stream(client)
        self.assertEqual(client.error(), raw_http2.PROTOCOL_ERROR)
        self.assertEqual(self.server.heads, [])


if __name__ == "__main__":
    unittest.main(verbosity=2)

# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests that two readers could take differently are refused, or reach the target in a form that has one reading:
never more requests than the client has sent. Every shape is tried under each desync mitigation mode; what the access
log calls it is checked, too."""
import collections
import contextlib
import re
import socket
import unittest

import raw_http2
from e2e import PATIENCE, EndToEndTest, read_log, workspace
from raw_http2 import DATA, END_HEADERS, END_STREAM, HEADERS, frame
from raw_target import RawTarget

MODES = "monitor", "defensive", "strictest"
NOTHING, ACCEPTABLE, AMBIGUOUS, SEVERE = "-", "Acceptable", "Ambiguous", "Severe"
SMUGGLED = "GET /smuggled HTTP/1.1\r\nHost: e2e.localhost\r\n\r\n"
# Follows each shape on its connection: shows where the balancer thinks that the shape has ended.
LAST = "GET /last HTTP/1.1\r\nHost: e2e.localhost\r\nConnection: close\r\n\r\n"
CHUNKED = "5\r\nhello\r\n0\r\n\r\n"
TRANSFER = "Transfer-Encoding: chunked\r\n"


def post(fields, body="", line="POST /a HTTP/1.1"):
    return f"{line}\r\nHost: e2e.localhost\r\n{fields}\r\n{body}"


def get(fields="", body="", target="/a", version="1.1"):
    return post(fields, body, f"GET {target} HTTP/{version}")


# Refused in every mode: no reading mends them. (words, what is sent, status, classification, reason)
REFUSED = [
    # Transfer-Encoding
    ("chunked twice", post(TRANSFER * 2, CHUNKED), 400, SEVERE, "MultipleTransferEncodingChunked"),
    ("chunked twice in one field", post("Transfer-Encoding: chunked, chunked\r\n", CHUNKED), 400, SEVERE,
     "MultipleTransferEncodingChunked"),
    ("TE.TE with another coding", post(TRANSFER + "Transfer-Encoding: cow\r\n", CHUNKED), 501, SEVERE,
     "BadTransferEncoding"),
    ("chunked, identity", post("Transfer-Encoding: chunked, identity\r\n", CHUNKED), 501, SEVERE,
     "BadTransferEncoding"),
    ("xchunked", post("Transfer-Encoding: xchunked\r\n", CHUNKED), 501, SEVERE, "BadTransferEncoding"),
    ("xchunked and a length", post("Transfer-Encoding: xchunked\r\nContent-Length: 15\r\n", CHUNKED), 501, SEVERE,
     "BadTransferEncoding"),
    ("vertical tab before chunked", post("Transfer-Encoding: \x0bchunked\r\n", CHUNKED), 400, SEVERE,
     "BadTransferEncoding"),
    ("quoted chunked", post('Transfer-Encoding: "chunked"\r\n', CHUNKED), 400, SEVERE, "BadTransferEncoding"),
    ("empty Transfer-Encoding", post("Transfer-Encoding:\r\nContent-Length: 5\r\n", "hello"), 400, SEVERE,
     "BadTransferEncoding"),
    ("Transfer-Encoding before a space and a colon", post("Transfer-Encoding : chunked\r\n", CHUNKED), 400, SEVERE,
     "BadHeader"),
    ("Transfer-Encoding before a tab and a colon", post("Transfer-Encoding\t: chunked\r\nContent-Length: 5\r\n",
                                                       CHUNKED), 400, SEVERE, "BadHeader"),
    ("Transfer_Encoding beside a length", post("Transfer_Encoding: chunked\r\nContent-Length: 5\r\n", CHUNKED), 400,
     SEVERE, "SuspiciousTeClPresent"),
    ("folded Transfer-Encoding", post("Transfer-Encoding:\r\n chunked\r\n", CHUNKED), 400, SEVERE, "BadHeader"),
    # Content-Length
    ("differing lengths", post("Content-Length: 5\r\nContent-Length: 6\r\n", "hello"), 400, SEVERE,
     "MultipleContentLength"),
    ("differing lengths in a list", post("Content-Length: 5, 6\r\n", "hello"), 400, SEVERE, "MultipleContentLength"),
    ("negative length", post("Content-Length: -5\r\n", "hello"), 400, SEVERE, "BadContentLength"),
    ("length with a plus", post("Content-Length: +5\r\n", "hello"), 400, SEVERE, "BadContentLength"),
    ("hexadecimal length", post("Content-Length: 0x5\r\n", "hello"), 400, SEVERE, "BadContentLength"),
    ("length in words", post("Content-Length: 5 5\r\n", "hello"), 400, SEVERE, "BadContentLength"),
    ("empty length", post("Content-Length:\r\n", "hello"), 400, SEVERE, "BadContentLength"),
    ("length over 64 bits", post("Content-Length: 18446744073709551621\r\n", "hello"), 400, SEVERE,
     "BadContentLength"),
    ("a bad length beside chunked", post(TRANSFER + "Content-Length: x\r\n", CHUNKED), 400, SEVERE,
     "BadContentLength"),
    ("Content-Length before a space and a colon", post("Content-Length : 5\r\n", "hello"), 400, SEVERE, "BadHeader"),
    # Lines
    ("bare LF after the request line", "GET /a HTTP/1.1\nHost: e2e.localhost\r\n\r\n", 400, SEVERE, "BadHeader"),
    ("bare LF after a field", get("X: a\n"), 400, SEVERE, "BadHeader"),
    ("bare LF that hides a field", get("X: a\nTransfer-Encoding: chunked\r\n"), 400, SEVERE, "BadHeader"),
    ("bare LF as the empty line", "GET /a HTTP/1.1\r\nHost: e2e.localhost\r\n\n", 400, SEVERE, "BadHeader"),
    ("bare CR in a value", get("X: a\rTransfer-Encoding: chunked\r\n"), 400, SEVERE, "BadHeader"),
    ("NUL in a value", get("X: a\0b\r\n"), 400, SEVERE, "BadHeader"),
    ("NUL in a name", get("X\0Y: a\r\n"), 400, SEVERE, "BadHeader"),
    ("folded field", get("X: a\r\n b\r\n"), 400, SEVERE, "BadHeader"),
    ("field that begins with a space", get(" Content-Length: 5\r\n"), 400, SEVERE, "BadHeader"),
    ("line without a colon", get("hello\r\n"), 400, SEVERE, "BadHeader"),
    ("CR in the target", get(target="/a\rb"), 400, SEVERE, "BadUri"),
    ("NUL in the target", get(target="/a\0b"), 400, SEVERE, "BadUri"),
    ("fragment in the target", get(target="/a#b"), 400, SEVERE, "BadUri"),
    ("bad method", post("", line="G(T /a HTTP/1.1"), 400, SEVERE, "BadMethod"),
    ("version that is misspelled", get(version="1.1x"), 400, SEVERE, "BadVersion"),
    ("version of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, SEVERE, "BadVersion"),
    ("HTTP/0.9", "GET /a\r\n", 505, ACCEPTABLE, "NonCompliantVersion"),
    ("many empty lines first", "\r\n" * 5 + get(), 400, NOTHING, NOTHING),
    # Host
    ("two hosts", get("Host: other.localhost\r\n"), 400, NOTHING, NOTHING),
    ("the same host twice", get("Host: e2e.localhost\r\n"), 400, NOTHING, NOTHING),
    ("no host", "GET /a HTTP/1.1\r\n\r\n", 400, NOTHING, NOTHING),
    ("host with a path", "GET /a HTTP/1.1\r\nHost: e2e.localhost/b\r\n\r\n", 400, NOTHING, NOTHING),
    ("host with a user", "GET /a HTTP/1.1\r\nHost: me@e2e.localhost\r\n\r\n", 400, NOTHING, NOTHING),
    ("host with a space", "GET /a HTTP/1.1\r\nHost: e2e.localhost x\r\n\r\n", 400, NOTHING, NOTHING),
]

Passed = collections.namedtuple("Passed", "words sent classification reason seen host closes",
                                defaults=("e2e.localhost", False))
# Made unambiguous, unless the mode refuses their class. `closes`: in monitor mode, too.
PASSED = [
    Passed("plain", get(), NOTHING, NOTHING, [("GET", "/a", b"")]),
    Passed("length", post("Content-Length: 5\r\n", "hello"), NOTHING, NOTHING, [("POST", "/a", b"hello")]),
    Passed("chunked", post(TRANSFER, CHUNKED), NOTHING, NOTHING, [("POST", "/a", b"hello")]),
    Passed("white space around chunked", post("TRANSFER-encoding:   CHUNKED  \r\n", CHUNKED), NOTHING, NOTHING,
           [("POST", "/a", b"hello")]),
    Passed("a request in a body", post(f"Content-Length: {len(SMUGGLED)}\r\n", SMUGGLED), NOTHING, NOTHING,
           [("POST", "/a", SMUGGLED.encode())]),
    Passed("pipelined requests", get() + get(target="/b"), NOTHING, NOTHING, [("GET", "/a", b""), ("GET", "/b", b"")]),
    Passed("empty lines first", "\r\n\r\n" + get(), NOTHING, NOTHING, [("GET", "/a", b"")]),
    Passed("h2c upgrade", get("Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n"),
           NOTHING, NOTHING, [("GET", "/a", b"")]),
    Passed("h2c upgrade that Connection does not name", get("Upgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n"),
           NOTHING, NOTHING, [("GET", "/a", b"")]),
    Passed("length that Connection names", post("Connection: Content-Length\r\nContent-Length: 5\r\n", "hello"),
           NOTHING, NOTHING, [("POST", "/a", b"hello")]),
    Passed("absolute form with another host", get(target="http://other.localhost/a"), NOTHING, NOTHING,
           [("GET", "/a", b"")], "other.localhost"),
    Passed("chunk extensions and trailers",
           post(TRANSFER, "5;a=b\r\nhello\r\n0;d\r\nX: y\r\nContent-Length: 9\r\nTransfer-Encoding: x\r\n\r\n"),
           NOTHING, NOTHING, [("POST", "/a", b"hello")]),
    Passed("length of zero on GET", get("Content-Length: 0\r\n"), ACCEPTABLE, "GetHeadZeroContentLength",
           [("GET", "/a", b"")]),
    Passed("control character in a value", get("X: a\x01b\r\n"), ACCEPTABLE, "NonCompliantHeader",
           [("GET", "/a", b"")]),
    Passed("letter beyond ASCII in a value", get("X: \xe9\r\n"), ACCEPTABLE, "NonCompliantHeader",
           [("GET", "/a", b"")]),
    Passed("extra spaces", "GET  /a  HTTP/1.1\r\nHost: e2e.localhost\r\n\r\n", ACCEPTABLE, "NonCompliantVersion",
           [("GET", "/a", b"")]),
    Passed("HTTP/1.2", get(version="1.2"), ACCEPTABLE, "NonCompliantVersion", [("GET", "/a", b"")]),
    Passed("space in the target", get(target="/a b"), ACCEPTABLE, "SpaceInUri", [("GET", "/a%20b", b"")]),
    Passed("control character in the target", get(target="/a\x01b"), AMBIGUOUS, "AmbiguousUri",
           [("GET", "/a%01b", b"")]),
    Passed("CL.TE", post(f"Content-Length: {5 + len(SMUGGLED)}\r\n" + TRANSFER, "0\r\n\r\n" + SMUGGLED), AMBIGUOUS,
           "BothTeClPresent", [("POST", "/a", b"")], closes=True),
    Passed("TE.CL", post("Content-Length: 4\r\n" + TRANSFER, f"{len(SMUGGLED):x}\r\n{SMUGGLED}\r\n0\r\n\r\n"),
           AMBIGUOUS, "BothTeClPresent", [("POST", "/a", SMUGGLED.encode())], closes=True),
    Passed("equal lengths", post("Content-Length: 5\r\n" * 2, "hello"), AMBIGUOUS, "DuplicateContentLength",
           [("POST", "/a", b"hello")]),
    Passed("equal lengths in a list", post("Content-Length: 5, 5\r\n", "hello"), AMBIGUOUS, "DuplicateContentLength",
           [("POST", "/a", b"hello")]),
    Passed("empty name", get(": a\r\n"), AMBIGUOUS, "EmptyHeader", [("GET", "/a", b"")]),
    Passed("Content_Length", post("Content_Length: 5\r\n"), AMBIGUOUS, "SuspiciousHeader", [("POST", "/a", b"")]),
    Passed("GET with a body", get("Content-Length: 5\r\n", "hello"), AMBIGUOUS, "UndefinedContentLengthSemantics",
           [("GET", "/a", b"hello")]),
    Passed("GET with a request as its body", get(f"Content-Length: {len(SMUGGLED)}\r\n", SMUGGLED), AMBIGUOUS,
           "UndefinedContentLengthSemantics", [("GET", "/a", SMUGGLED.encode())]),
    Passed("GET with chunks", get(TRANSFER, CHUNKED), AMBIGUOUS, "UndefinedTransferEncodingSemantics",
           [("GET", "/a", b"hello")]),
    Passed("HTTP/1.0 with chunks", post("Connection: keep-alive\r\n" + TRANSFER, CHUNKED, "POST /a HTTP/1.0"),
           AMBIGUOUS, "UndefinedTransferEncodingSemantics", [("POST", "/a", b"hello")], closes=True),
]

# Chunked bodies that are broken: the head is good and on its way; the target never gets a whole request.
BAD_CHUNKS = {
    "size over 64 bits": "FFFFFFFFFFFFFFFFF\r\nhello\r\n0\r\n\r\n",
    "size that wraps to 5": "10000000000000005\r\nhello\r\n0\r\n\r\n",
    "hexadecimal prefix": "0x5\r\nhello\r\n0\r\n\r\n",
    "negative size": "-5\r\nhello\r\n0\r\n\r\n",
    "size with a plus": "+5\r\nhello\r\n0\r\n\r\n",
    "space before the size": " 5\r\nhello\r\n0\r\n\r\n",
    "space after the size": "5 \r\nhello\r\n0\r\n\r\n",
    "no size": "\r\nhello\r\n0\r\n\r\n",
    "no size but an extension": ";a\r\nhello\r\n0\r\n\r\n",
    "bare LF after the size": "5\nhello\r\n0\r\n\r\n",
    "bare LF in an extension": "5;a\nb\r\nhello\r\n0\r\n\r\n",
    "bare CR in an extension": "5;a\rb\r\nhello\r\n0\r\n\r\n",
    "NUL in an extension": "5;a\0b\r\nhello\r\n0\r\n\r\n",
    "endless extension": "5;" + "a" * 70000 + "\r\nhello\r\n0\r\n\r\n",
    "content longer than its size": "5\r\nhelloworld\r\n0\r\n\r\n",
    "bare LF after the content": "5\r\nhello\n0\r\n\r\n",
    "no end after the content": "5\r\nhello0\r\n\r\n",
    "bare LF after the last chunk": "5\r\nhello\r\n0\n\r\n",
    "bare LF at the end": "5\r\nhello\r\n0\r\n\n",
    "folded trailer": "5\r\nhello\r\n0\r\nX: a\r\n b\r\n\r\n",
    "trailer with a bare LF": "5\r\nhello\r\n0\r\nX: a\nY: b\r\n\r\n",
    "trailer without a colon": "5\r\nhello\r\n0\r\nhello\r\n\r\n",
}


def shown(requests):
    return [(request.method, request.target, request.body) for request in requests]


class SmugglingTest(EndToEndTest):
    def setUp(self):
        super().setUp()
        self.expected_log = {}  # by client address: (status, classification, reason) of each request

    def start(self, mode, **balancer):
        self.target = RawTarget()
        self.addCleanup(self.target.stop)
        document = workspace(self.target.address, listeners=[{"protocol": "HTTP", "port": 0}])
        document["targetGroups"][0]["protocolVersion"] = "HTTP1"
        document["loadBalancers"][0].update({"beyondAlb": {}, "attributes": {"desyncMitigationMode": mode}, **balancer})
        self.balancer = self.run_workspace(document)
        self.port = int(self.balancer.address.rsplit(":", 1)[1])

    def exchange(self, text, expected_log):
        """The statuses of the answers to these bytes, once the balancer has closed the connection."""
        with socket.create_connection(("127.0.0.1", self.port), PATIENCE) as client:
            self.expected_log["%s:%d" % client.getsockname()] = expected_log
            answers = b""
            with contextlib.suppress(ConnectionError):
                client.sendall(text.encode("latin-1"))
                while got := client.recv(65536):
                    answers += got
        return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3}) ", answers)]

    def assert_log(self):
        count = sum(map(len, self.expected_log.values()))
        self.log_entries(count)
        logged = collections.defaultdict(list)
        for entry in read_log(self.log):
            logged[entry.client].append((int(entry.elb_status), entry.classification, entry.classification_reason))
        self.assertEqual(logged, self.expected_log)

    def stop(self):
        """What is certain only when nothing is under way any more."""
        self.assert_log()
        self.balancer.stop()
        self.assert_target_is_clean()

    def assert_target_is_clean(self):
        self.assertEqual(shown(self.target.taken()), [], "after all answers")
        self.assertEqual(self.target.faults, [])


class Http1(SmugglingTest):
    def test_what_no_reading_mends_is_refused_in_every_mode(self):
        for mode in MODES:
            self.start(mode)
            for words, sent, status, *classification in REFUSED:
                with self.subTest(words, mode=mode):
                    self.assertEqual(self.exchange(sent + LAST, [(status, *classification)]), [status])
                    self.assertEqual(shown(self.target.taken()), [])
            self.assertEqual(self.target.incomplete, [])
            self.stop()

    def test_what_can_be_mended_has_one_reading_at_the_target(self):
        for mode in MODES:
            self.start(mode)
            for shape in PASSED:
                with self.subTest(shape.words, mode=mode):
                    self.assert_as_the_mode_says(shape, mode)
            self.assertEqual(self.target.incomplete, [])
            self.stop()

    def assert_as_the_mode_says(self, shape, mode):
        is_refused = mode == "strictest" and shape.classification != NOTHING
        closes = shape.closes or (mode == "defensive" and shape.classification == AMBIGUOUS)
        status = 400 if is_refused else 200
        logged = [(status, shape.classification, shape.reason)] * (1 if is_refused else len(shape.seen))
        last = [] if is_refused or closes else [(200, NOTHING, NOTHING)]
        answers = self.exchange(shape.sent + LAST, logged + last)
        self.assertEqual(answers, [entry[0] for entry in logged + last])
        seen = self.target.taken()
        self.assertEqual(shown(seen), ([] if is_refused else shape.seen) + ([("GET", "/last", b"")] if last else []))
        if not is_refused:
            self.assertIn(("host", f"{shape.host}:{self.port}"), seen[0].fields)
            if closes:  # nobody's request follows on the same connection to the target
                self.assertIn(("connection", "close"), seen[0].fields)

    def test_broken_chunks_are_refused_and_never_a_whole_request(self):
        for mode in MODES:
            self.start(mode)
            for words, body in BAD_CHUNKS.items():
                with self.subTest(words, mode=mode):
                    answers = self.exchange(post(TRANSFER, body) + LAST, [(400, NOTHING, NOTHING)])
                    self.assertEqual(answers, [400])
                    self.assertEqual(shown(self.target.taken()), [])
            self.stop()


def http2_fields(*extra, without=(), **changed):
    """The fields of a POST, with pseudo-header fields changed (method=, path=, …) or left out."""
    fields = {"method": "POST", "scheme": "http", "path": "/a", "authority": "e2e.localhost", **changed}
    return [(":" + name, value) for name, value in fields.items() if name not in without] + list(extra)


RESET = "reset"
# Refused in every mode: (words, fields, data, how)
HTTP2_REFUSED = [
    ("length over the content", http2_fields(("content-length", "50")), b"hello", RESET),
    ("length below the content", http2_fields(("content-length", "3")), b"hello", RESET),
    ("length of zero before content", http2_fields(("content-length", "0")), SMUGGLED.encode(), RESET),
    ("two lengths", http2_fields(("content-length", "5"), ("content-length", "6")), b"hello", RESET),
    ("two equal lengths", http2_fields(("content-length", "5"), ("content-length", "5")), b"hello", RESET),
    ("list of lengths", http2_fields(("content-length", "5, 5")), b"hello", RESET),
    ("length with a plus", http2_fields(("content-length", "+5")), b"hello", RESET),
    ("transfer-encoding", http2_fields(("transfer-encoding", "chunked")), b"0\r\n\r\n" + SMUGGLED.encode(), RESET),
    ("connection", http2_fields(("connection", "close")), b"hello", RESET),
    ("keep-alive", http2_fields(("keep-alive", "timeout=5")), b"hello", RESET),
    ("proxy-connection", http2_fields(("proxy-connection", "close")), b"hello", RESET),
    ("upgrade", http2_fields(("upgrade", "h2c")), b"hello", RESET),
    ("te that is not trailers", http2_fields(("te", "gzip")), b"hello", RESET),
    ("CR LF in a value", http2_fields(("x", "a\r\ntransfer-encoding: chunked")), b"hello", RESET),
    ("LF in a value", http2_fields(("x", "a\nb: c")), b"hello", RESET),
    ("CR in a value", http2_fields(("x", "a\rb: c")), b"hello", RESET),
    ("NUL in a value", http2_fields(("x", "a\0b")), b"hello", RESET),
    ("space around a value", http2_fields(("x", " a ")), b"hello", RESET),
    ("CR LF in a name", http2_fields(("x\r\ny", "a")), b"hello", RESET),
    ("colon in a name", http2_fields(("x: y", "a")), b"hello", RESET),
    ("space in a name", http2_fields(("transfer-encoding ", "chunked")), b"hello", RESET),
    ("capitals in a name", http2_fields(("Transfer-Encoding", "chunked")), b"hello", RESET),
    ("empty name", http2_fields(("", "a")), b"hello", RESET),
    ("CR LF in the method", http2_fields(method="GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\nPOST"), b"hello", RESET),
    ("space in the method", http2_fields(method="GET /smuggled"), b"hello", RESET),
    ("CR LF in the path", http2_fields(path="/a HTTP/1.1\r\nHost: x\r\n\r\nGET /smuggled"), b"hello", RESET),
    ("space in the path", http2_fields(path="/a HTTP/1.1"), b"hello", RESET),
    ("no slash in the path", http2_fields(path="smuggled"), b"hello", RESET),
    ("absolute path", http2_fields(path="http://other.localhost/a"), b"hello", RESET),
    ("fragment in the path", http2_fields(path="/a#b"), b"hello", 400),
    ("empty path", http2_fields(path=""), b"hello", RESET),
    ("no path", http2_fields(without=["path"]), b"hello", RESET),
    ("no method", http2_fields(without=["method"]), b"hello", RESET),
    ("no scheme", http2_fields(without=["scheme"]), b"hello", RESET),
    ("two paths", http2_fields((":path", "/smuggled")), b"hello", RESET),
    ("two authorities", http2_fields((":authority", "other.localhost")), b"hello", RESET),
    ("pseudo-header field after another", http2_fields(("x", "a"), (":path", "/smuggled"), without=["path"]),
     b"hello", RESET),
    ("unknown pseudo-header field", http2_fields((":smuggled", "a")), b"hello", RESET),
    ("pseudo-header field of responses", http2_fields((":status", "200")), b"hello", RESET),
    ("CR LF in the scheme", http2_fields(scheme="http\r\nx: y"), b"hello", RESET),
    ("CR LF in the authority", http2_fields(authority="e2e.localhost\r\nx: y"), b"hello", RESET),
    ("space in the authority", http2_fields(authority="e2e.localhost x"), b"hello", RESET),
    ("path in the authority", http2_fields(authority="e2e.localhost/x"), b"hello", RESET),
    ("two hosts", http2_fields(("host", "a"), ("host", "b"), without=["authority"]), b"hello", RESET),
    ("protocol without CONNECT", http2_fields((":protocol", "websocket")), b"hello", RESET),
]
HELLO = [("POST", "/a", b"hello")]
# The HTTP/1.1 request that is to be made of them is judged: (words, fields, data, classification, reason, seen)
HTTP2_PASSED = [
    ("plain", http2_fields(), b"hello", NOTHING, NOTHING, HELLO),
    ("right length", http2_fields(("content-length", "5")), b"hello", NOTHING, NOTHING, HELLO),
    ("te of trailers", http2_fields(("te", "trailers")), b"hello", NOTHING, NOTHING, HELLO),
    ("another host beside the authority", http2_fields(("host", "other.localhost")), b"hello", NOTHING, NOTHING, HELLO),
    ("expect", http2_fields(("expect", "100-continue")), b"hello", NOTHING, NOTHING, HELLO),
    ("GET", http2_fields(method="GET"), None, NOTHING, NOTHING, [("GET", "/a", b"")]),
    ("GET with a length of zero", http2_fields(("content-length", "0"), method="GET"), None, ACCEPTABLE,
     "GetHeadZeroContentLength", [("GET", "/a", b"")]),
    ("letter beyond ASCII in a value", http2_fields(("x", "\xe9")), b"hello", ACCEPTABLE, "NonCompliantHeader", HELLO),
    ("GET with a length", http2_fields(("content-length", "5"), method="GET"), b"hello", AMBIGUOUS,
     "UndefinedContentLengthSemantics", [("GET", "/a", b"hello")]),
    ("GET with content", http2_fields(method="GET"), b"hello", AMBIGUOUS, "UndefinedTransferEncodingSemantics",
     [("GET", "/a", b"hello")]),
    ("content_length", http2_fields(("content_length", "3")), None, AMBIGUOUS, "SuspiciousHeader",
     [("POST", "/a", b"")]),
    ("content_length before content", http2_fields(("content_length", "3")), b"hello", SEVERE,
     "SuspiciousTeClPresent", HELLO),
    ("transfer_encoding beside a length", http2_fields(("transfer_encoding", "chunked"), ("content-length", "5")),
     b"hello", SEVERE, "SuspiciousTeClPresent", HELLO),
]


class Http2(SmugglingTest):
    def answer(self, fields, data):
        """The status, or that the stream or the connection was reset."""
        with contextlib.closing(raw_http2.RawConnection(self.balancer.address, patience=PATIENCE)) as client:
            self.client = "%s:%d" % client.socket.getsockname()
            head = frame(HEADERS, END_HEADERS | (END_STREAM if data is None else 0), 1, client.block(fields))
            # In one write, so that a request is known to be malformed before any of it is passed on.
            client.send(head + (b"" if data is None else frame(DATA, END_STREAM, 1, data)))
            try:
                return client.response(1)[0]
            except (AssertionError, raw_http2.Closed):
                return RESET

    def start(self, mode):
        super().start(mode, beyondAlb={"plaintextHttp2": True})

    def test_what_is_malformed_is_refused_in_every_mode(self):
        for mode in MODES:
            self.start(mode)
            for words, fields, data, expected in HTTP2_REFUSED:
                with self.subTest(words, mode=mode):
                    self.assertEqual(self.answer(fields, data), expected)
                    self.assertEqual(shown(self.target.taken()), [])
            self.balancer.stop()  # the log has no line where there was no request to speak of
            self.assert_target_is_clean()

    def test_content_that_follows_a_length_of_zero_stays_here(self):
        self.start("monitor")
        with contextlib.closing(raw_http2.RawConnection(self.balancer.address, patience=PATIENCE)) as client:
            client.headers(1, http2_fields(("content-length", "0")), END_HEADERS)
            self.assertEqual(client.response(1)[0], 200)  # its end was no news to the target
            client.send(frame(DATA, END_STREAM, 1, SMUGGLED.encode()))
            client.headers(3, http2_fields(method="GET", path="/last"))
            self.assertEqual(client.response(3)[0], 200)
        self.assertEqual(shown(self.target.taken()), [("POST", "/a", b""), ("GET", "/last", b"")])
        self.balancer.stop()
        self.assert_target_is_clean()

    def test_what_becomes_http1_is_judged_as_such(self):
        for mode in MODES:
            self.start(mode)
            blocked = {"monitor": (), "defensive": (SEVERE,), "strictest": (ACCEPTABLE, AMBIGUOUS, SEVERE)}[mode]
            for words, fields, data, classification, reason, expected in HTTP2_PASSED:
                with self.subTest(words, mode=mode):
                    status = 400 if classification in blocked else 200
                    self.assertEqual(self.answer(fields, data), status)
                    self.expected_log[self.client] = [(status, classification, reason)]
                    seen = self.target.taken()
                    self.assertEqual(shown(seen), expected if status == 200 else [])
                    for request in seen:
                        self.assertIn(("host", f"e2e.localhost:{self.port}"), request.fields)
                        closes = mode == "defensive" and classification == AMBIGUOUS
                        self.assertIn(("connection", "close" if closes else "keep-alive"), request.fields)
            self.assertEqual(self.target.incomplete, [])
            self.stop()


if __name__ == "__main__":
    unittest.main(verbosity=2)

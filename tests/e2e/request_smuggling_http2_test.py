# SPDX-License-Identifier: GPL-3.0-or-later
"""HTTP/2 requests that would be two, or none, once they are HTTP/1.1: refused, or made to have one reading. They are
judged by the desync mitigation as the requests that they become (alb-behaviour 5.6)."""
import contextlib
import unittest

import raw_http2
from e2e import PATIENCE
from raw_http2 import DATA, END_HEADERS, END_STREAM, HEADERS, frame
from smuggling import ACCEPTABLE, AMBIGUOUS, MODES, NOTHING, SEVERE, SMUGGLED, SmugglingTest, shown


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
                    # Leaves a connection to the target that is open and idle, and could be written to at once.
                    self.assertEqual(self.answer(http2_fields(), b"hello"), 200)
                    self.assertEqual(shown(self.target.taken()), HELLO)
                    self.assertEqual(self.answer(fields, data), expected)
                    self.assertEqual(shown(self.target.taken()), [])
            self.balancer.stop()  # the log has no line where there was no request to speak of
            self.assertEqual(self.target.incomplete, [])
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
                    self.expected_log[self.client] += [(status, classification, reason)]
                    seen = self.target.taken()
                    self.assertEqual(shown(seen), expected if status == 200 else [])
                    for request in seen:
                        self.assertIn(("host", f"e2e.localhost:{self.port}"), request.fields)
                        closes = mode == "defensive" and classification == AMBIGUOUS
                        connection = ("close" if closes else "keep-alive") + ", TE" * ("te" in dict(request.fields))
                        self.assertIn(("connection", connection), request.fields)
            self.assertEqual(self.target.incomplete, [])
            self.stop()


if __name__ == "__main__":
    unittest.main(verbosity=2)

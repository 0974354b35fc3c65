# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests that two readers could take differently are refused, or reach the target in a form that has one reading:
never more requests than the client has sent. Every shape is tried under each desync mitigation mode; what the access
log calls it is checked, too."""
import collections
import unittest

from smuggling import ACCEPTABLE, AMBIGUOUS, MODES, NOTHING, SEVERE, SMUGGLED, SmugglingTest, shown

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


if __name__ == "__main__":
    unittest.main(verbosity=2)

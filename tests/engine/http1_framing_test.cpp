// SPDX-License-Identifier: GPL-3.0-or-later
// What an HTTP/1 head means, and how the desync mitigation sees it.
#include "engine/http/http1_framing.h"

#include <gtest/gtest.h>

#include "engine/http/http1_fields.h"
#include "engine/http/http1_parser.h"
#include "engine/http/http1_writer.h"

namespace spillway::http {
namespace {

using enum ComplianceReason;
using config::DesyncMitigationMode;
using std::string_literals::operator""s;

Http1Request read(const std::string& head, DesyncMitigationMode mode = DesyncMitigationMode::Defensive) {
  return readRequestHead(head, mode, "http");
}

constexpr BodyFraming kNone{BodyKind::None, 0};
constexpr BodyFraming kChunked{BodyKind::Chunked, 0};
constexpr BodyFraming length(std::uint64_t bytes) {
  return {BodyKind::Length, bytes};
}

// ---- Refused in every mode
// -----------------------------------------------------------------------------------------

struct RefusedCase {
  const char* name;
  std::string head;
  RefusalKind kind;
  ComplianceReason reason;
};
void PrintTo(const RefusedCase& each, std::ostream* out) {
  *out << each.name;
}

std::string post(const std::string& fields) {
  return "POST /a HTTP/1.1\r\nHost: example.com\r\n" + fields + "\r\n";
}
std::string get(const std::string& target) {
  return "GET " + target + " HTTP/1.1\r\nHost: example.com\r\n\r\n";
}

class Http1Refused : public testing::TestWithParam<RefusedCase> {};

TEST_P(Http1Refused, InEveryMode) {
  for (const auto mode :
       {DesyncMitigationMode::Monitor, DesyncMitigationMode::Defensive, DesyncMitigationMode::Strictest}) {
    const Http1Request request = read(GetParam().head, mode);
    ASSERT_TRUE(request.isRefused);
    EXPECT_EQ(request.refusal, GetParam().kind);
    EXPECT_STREQ(toString(request.head.complianceReason), toString(GetParam().reason));
    EXPECT_FALSE(request.detail.empty());
  }
}

const auto kBad = RefusalKind::BadRequest;

INSTANTIATE_TEST_SUITE_P(
    TransferEncoding, Http1Refused,
    testing::Values(
        RefusedCase{"GzipThenLength", post("Transfer-Encoding: gzip\r\nContent-Length: 5\r\n"),
                    RefusalKind::UnsupportedTransferCoding, BadTransferEncoding},
        RefusedCase{"Gzip", post("Transfer-Encoding: gzip\r\n"), RefusalKind::UnsupportedTransferCoding,
                    BadTransferEncoding},
        RefusedCase{"ChunkedGzip", post("Transfer-Encoding: chunked, gzip\r\n"),
                    RefusalKind::UnsupportedTransferCoding, BadTransferEncoding},
        RefusedCase{"GzipChunked", post("Transfer-Encoding: gzip, chunked\r\n"),
                    RefusalKind::UnsupportedTransferCoding, BadTransferEncoding},
        RefusedCase{"Xchunked", post("Transfer-Encoding: xchunked\r\n"),
                    RefusalKind::UnsupportedTransferCoding, BadTransferEncoding},
        RefusedCase{"Identity", post("Transfer-Encoding: identity\r\n"),
                    RefusalKind::UnsupportedTransferCoding, BadTransferEncoding},
        RefusedCase{"TwoFields", post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"), kBad,
                    MultipleTransferEncodingChunked},
        RefusedCase{"TwiceInOne", post("Transfer-Encoding: chunked, chunked\r\n"), kBad,
                    MultipleTransferEncodingChunked},
        RefusedCase{"TeTe", post("Transfer-Encoding: chunked\r\nTransfer-Encoding: cow\r\n"),
                    RefusalKind::UnsupportedTransferCoding, BadTransferEncoding},
        RefusedCase{"Empty", post("Transfer-Encoding:\r\n"), kBad, BadTransferEncoding},
        RefusedCase{"VerticalTab", post("Transfer-Encoding: \vchunked\r\n"), kBad, BadTransferEncoding},
        RefusedCase{"Quoted", post("Transfer-Encoding: \"chunked\"\r\n"), kBad, BadTransferEncoding},
        RefusedCase{"SpaceBeforeColon", post("Transfer-Encoding : chunked\r\n"), kBad, BadHeader},
        RefusedCase{"TabBeforeColon", post("Transfer-Encoding\t: chunked\r\n"), kBad, BadHeader},
        RefusedCase{"Underscore", post("Transfer_Encoding: chunked\r\nContent-Length: 5\r\n"), kBad,
                    SuspiciousTeClPresent}),
    testing::PrintToStringParamName());

INSTANTIATE_TEST_SUITE_P(
    ContentLength, Http1Refused,
    testing::Values(
        RefusedCase{"SpaceBeforeColon", post("Content-Length : 5\r\n"), kBad, BadHeader},
        RefusedCase{"Differing", post("Content-Length: 5\r\nContent-Length: 6\r\n"), kBad,
                    MultipleContentLength},
        RefusedCase{"DifferingList", post("Content-Length: 5, 6\r\n"), kBad, MultipleContentLength},
        RefusedCase{"Plus", post("Content-Length: +5\r\n"), kBad, BadContentLength},
        RefusedCase{"Minus", post("Content-Length: -5\r\n"), kBad, BadContentLength},
        RefusedCase{"Hex", post("Content-Length: 0x5\r\n"), kBad, BadContentLength},
        RefusedCase{"Space", post("Content-Length: 5 6\r\n"), kBad, BadContentLength},
        RefusedCase{"Empty", post("Content-Length:\r\n"), kBad, BadContentLength},
        RefusedCase{"EmptyMember", post("Content-Length: 5,\r\n"), kBad, BadContentLength},
        RefusedCase{"Over63Bits", post("Content-Length: 9223372036854775808\r\n"), kBad, BadContentLength},
        RefusedCase{"Overflow", post("Content-Length: 18446744073709551621\r\n"), kBad, BadContentLength},
        RefusedCase{"VerticalTab", post("Content-Length: 5\v\r\n"), kBad, BadContentLength}),
    testing::PrintToStringParamName());

INSTANTIATE_TEST_SUITE_P(
    Lines, Http1Refused,
    testing::Values(
        RefusedCase{"BareLfAfterRequestLine", "GET / HTTP/1.1\nHost: a\r\n\r\n", kBad, BadHeader},
        RefusedCase{"BareLfAfterField", "GET / HTTP/1.1\r\nHost: a\nX: y\r\n\r\n", kBad, BadHeader},
        RefusedCase{"BareLfAtEnd", "GET / HTTP/1.1\r\nHost: a\r\n\n", kBad, BadHeader},
        RefusedCase{"ObsFold", post("X: a\r\n b\r\n"), kBad, BadHeader},
        RefusedCase{"FoldedTransferEncoding", post("Transfer-Encoding:\r\n chunked\r\n"), kBad, BadHeader},
        RefusedCase{"SpaceFirst", "GET / HTTP/1.1\r\n Host: a\r\nHost: a\r\n\r\n", kBad, BadHeader},
        RefusedCase{"NoColon", post("hello\r\n"), kBad, BadHeader},
        RefusedCase{"NulInValue", post("X: a\0b\r\n"s), kBad, BadHeader},
        RefusedCase{"CrInValue", post("X: a\rTransfer-Encoding: chunked\r\n"), kBad, BadHeader},
        RefusedCase{"NulInName", post("X\0Y: a\r\n"s), kBad, BadHeader},
        RefusedCase{"ParenthesisInName", post("X(Y): a\r\n"), kBad, BadHeader},
        RefusedCase{"ControlInName", post("Content\x01-Length: 5\r\n"), kBad, BadHeader}),
    testing::PrintToStringParamName());

INSTANTIATE_TEST_SUITE_P(
    RequestLine, Http1Refused,
    testing::Values(RefusedCase{"NoHost", "GET / HTTP/1.1\r\n\r\n", kBad, None},
                    RefusedCase{"TwoHosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", kBad, None},
                    RefusedCase{"BadHost", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n", kBad, None},
                    RefusedCase{"HostWithPath", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", kBad, None},
                    RefusedCase{"Http09", "GET /\r\n", RefusalKind::UnsupportedVersion, NonCompliantVersion},
                    RefusedCase{"Http20", "GET / HTTP/2.0\r\nHost: a\r\n\r\n",
                                RefusalKind::UnsupportedVersion, BadVersion},
                    RefusedCase{"Preface", "PRI * HTTP/2.0\r\n\r\n", RefusalKind::UnsupportedVersion,
                                BadVersion},
                    RefusedCase{"LowerCaseVersion", "GET / http/1.1\r\nHost: a\r\n\r\n", kBad, BadVersion},
                    RefusedCase{"LongVersion", "GET / HTTP/1.10\r\nHost: a\r\n\r\n", kBad, BadVersion},
                    RefusedCase{"BadMethod", "G@T / HTTP/1.1\r\nHost: a\r\n\r\n", kBad, BadMethod},
                    RefusedCase{"NoMethod", " / HTTP/1.1\r\nHost: a\r\n\r\n", kBad, BadMethod},
                    RefusedCase{"TabbedLine", "GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n", kBad, BadMethod},
                    RefusedCase{"CrInUri", get("/a\rb"), kBad, BadUri},
                    RefusedCase{"NulInUri", get("/a\0b"s), kBad, BadUri},
                    RefusedCase{"Fragment", get("/a#b"), kBad, BadUri},
                    RefusedCase{"RelativeTarget", get("a/b"), kBad, BadUri},
                    RefusedCase{"OtherScheme", get("ftp://a/b"), kBad, BadUri},
                    RefusedCase{"UserInfo", get("http://me@a/b"), kBad, BadUri},
                    RefusedCase{"NoAuthority", get("http:///b"), kBad, BadUri},
                    RefusedCase{"AsteriskOfGet", get("*"), kBad, BadUri},
                    RefusedCase{"ConnectToPath", "CONNECT /a HTTP/1.1\r\nHost: a\r\n\r\n", kBad, BadUri}),
    testing::PrintToStringParamName());

// ---- Classified, and allowed or not as the mode says
// ---------------------------------------------------------------

struct ClassCase {
  const char* name;
  std::string head;
  Compliance compliance;
  ComplianceReason reason;
  BodyFraming body;
  bool closesInMonitor = false;
};
void PrintTo(const ClassCase& each, std::ostream* out) {
  *out << each.name;
}

class Http1Classes : public testing::TestWithParam<ClassCase> {};

TEST_P(Http1Classes, Monitor) {
  const Http1Request request = read(GetParam().head, DesyncMitigationMode::Monitor);
  EXPECT_FALSE(request.isRefused) << request.detail;
  EXPECT_EQ(request.head.compliance, GetParam().compliance);
  EXPECT_STREQ(toString(request.head.complianceReason), toString(GetParam().reason));
  EXPECT_EQ(request.body, GetParam().body);
  EXPECT_EQ(request.head.closeAfter, GetParam().closesInMonitor);
}

TEST_P(Http1Classes, Defensive) {
  const Http1Request request = read(GetParam().head, DesyncMitigationMode::Defensive);
  EXPECT_FALSE(request.isRefused) << request.detail;
  EXPECT_EQ(request.head.closeAfter, GetParam().compliance == Compliance::Ambiguous);
}

TEST_P(Http1Classes, Strictest) {
  const Http1Request request = read(GetParam().head, DesyncMitigationMode::Strictest);
  EXPECT_EQ(request.isRefused, GetParam().compliance != Compliance::Compliant);
  if (request.isRefused) {
    EXPECT_EQ(request.refusal, RefusalKind::DesyncBlocked);
  }
}

TEST_P(Http1Classes, WhatIsPassedOnIsCompliant) {
  const Http1Request request = read(GetParam().head, DesyncMitigationMode::Monitor);
  BodyFraming body = request.body;
  const std::string again = requestHead(request.head, body, Reuse::Yes);
  const Http1Request second = read(again, DesyncMitigationMode::Strictest);
  const bool isAboutMeaning = GetParam().reason == UndefinedContentLengthSemantics ||
                              GetParam().reason == UndefinedTransferEncodingSemantics ||
                              GetParam().reason == GetHeadZeroContentLength ||
                              GetParam().reason == NonCompliantHeader;
  if (!isAboutMeaning) {
    EXPECT_FALSE(second.isRefused) << again << second.detail;
  }
  EXPECT_EQ(second.body, body);
}

INSTANTIATE_TEST_SUITE_P(
    All, Http1Classes,
    testing::Values(
        ClassCase{"Plain", get("/a?b=c"), Compliance::Compliant, None, kNone},
        ClassCase{"Length", post("Content-Length: 5\r\n"), Compliance::Compliant, None, length(5)},
        ClassCase{"LengthZero", post("Content-Length: 0\r\n"), Compliance::Compliant, None, kNone},
        ClassCase{"LargestLength", post("Content-Length: 9223372036854775807\r\n"), Compliance::Compliant,
                  None, length(9223372036854775807u)},
        ClassCase{"Chunked", post("Transfer-Encoding: chunked\r\n"), Compliance::Compliant, None, kChunked},
        ClassCase{"ChunkedInCapitals", post("TRANSFER-ENCODING: Chunked \r\n"), Compliance::Compliant, None,
                  kChunked},
        ClassCase{"CustomMethod", "BREW /pot HTTP/1.1\r\nHost: a\r\n\r\n", Compliance::Compliant, None,
                  kNone},
        ClassCase{"Http10", "GET / HTTP/1.0\r\n\r\n", Compliance::Compliant, None, kNone},
        ClassCase{"UpgradeH2c",
                  "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
                  "HTTP2-Settings: AAMAAABk\r\n\r\n",
                  Compliance::Compliant, None, kNone},
        ClassCase{"GetZero", "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", Compliance::Acceptable,
                  GetHeadZeroContentLength, kNone},
        ClassCase{"NonAscii", "GET / HTTP/1.1\r\nHost: a\r\nX: \xc3\xa9\r\n\r\n", Compliance::Acceptable,
                  NonCompliantHeader, kNone},
        ClassCase{"ControlInValue", "GET / HTTP/1.1\r\nHost: a\r\nX: a\x01z\r\n\r\n", Compliance::Acceptable,
                  NonCompliantHeader, kNone},
        ClassCase{"Http12", "GET / HTTP/1.2\r\nHost: a\r\n\r\n", Compliance::Acceptable, NonCompliantVersion,
                  kNone},
        ClassCase{"ExtraSpaces", "GET  /  HTTP/1.1\r\nHost: a\r\n\r\n", Compliance::Acceptable,
                  NonCompliantVersion, kNone},
        ClassCase{"SpaceInUri", get("/a b"), Compliance::Acceptable, SpaceInUri, kNone},
        ClassCase{"ControlInUri", get("/a\x01z"), Compliance::Ambiguous, AmbiguousUri, kNone},
        ClassCase{"BothTeCl", post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"),
                  Compliance::Ambiguous, BothTeClPresent, kChunked, true},
        ClassCase{"ChunkedOn10", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n",
                  Compliance::Ambiguous, UndefinedTransferEncodingSemantics, kChunked, true},
        ClassCase{"EqualLengths", post("Content-Length: 5\r\nContent-Length: 5\r\n"), Compliance::Ambiguous,
                  DuplicateContentLength, length(5)},
        ClassCase{"EqualLengthsInOne", post("Content-Length: 5, 5\r\n"), Compliance::Ambiguous,
                  DuplicateContentLength, length(5)},
        ClassCase{"EmptyName", post(": a\r\n"), Compliance::Ambiguous, EmptyHeader, kNone},
        ClassCase{"Suspicious", post("Content_Length: 5\r\n"), Compliance::Ambiguous, SuspiciousHeader,
                  kNone},
        ClassCase{"GetWithLength", "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n",
                  Compliance::Ambiguous, UndefinedContentLengthSemantics, length(3)},
        ClassCase{"HeadWithChunks", "HEAD / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
                  Compliance::Ambiguous, UndefinedTransferEncodingSemantics, kChunked}),
    testing::PrintToStringParamName());

// ---- What a request becomes
// ---------------------------------------------------------------------------------------

TEST(Http1Request, TargetForms) {
  EXPECT_EQ(read(get("/a/b?c=d")).head.path, "/a/b?c=d");
  EXPECT_EQ(read(get("/a/b?c=d")).head.authority, "example.com");
  const Http1Request absolute = read(get("HTTP://Other.example:8080/x?y"));
  EXPECT_EQ(absolute.head.authority, "Other.example:8080");
  EXPECT_EQ(absolute.head.path, "/x?y");
  EXPECT_EQ(absolute.head.fields.find("host"), "example.com") << "for preserve_host_header";
  EXPECT_EQ(read(get("http://a")).head.path, "/");
  EXPECT_EQ(read(get("http://a?b")).head.path, "/?b");
  EXPECT_EQ(read("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n").head.path, "*");
  EXPECT_EQ(read("CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n").head.authority, "a:443");
  EXPECT_EQ(read(get("/a b\xc3\xa9")).head.path, "/a%20b%C3%A9");
}

TEST(Http1Request, KeepAlive) {
  EXPECT_TRUE(read(get("/")).keepAlive);
  EXPECT_FALSE(read("GET / HTTP/1.1\r\nHost: a\r\nConnection: foo, Close\r\n\r\n").keepAlive);
  EXPECT_FALSE(read("GET / HTTP/1.0\r\n\r\n").keepAlive);
  EXPECT_TRUE(read("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n").keepAlive);
}

TEST(Http1Request, HopByHopFieldsAreLeftOut) {
  const Http1Request request = read(
      post("Connection: keep-alive, X-Mine\r\nX-Mine: 1\r\nX-Yours: 2\r\nKeep-Alive: timeout=5\r\n"
           "Proxy-Connection: close\r\nTE: gzip, trailers\r\nExpect: 100-continue\r\nContent-Length: 3\r\n"));
  const Headers& fields = request.head.fields;
  EXPECT_FALSE(fields.find("connection") || fields.find("x-mine") || fields.find("keep-alive") ||
               fields.find("proxy-connection") || fields.find("expect") || fields.find("host"));
  EXPECT_EQ(fields.find("x-yours"), "2");
  EXPECT_EQ(fields.find("te"), "trailers");
  EXPECT_EQ(fields.find("content-length"), "3");
  EXPECT_TRUE(request.expectsContinue);
}

TEST(Http1Request, ControlCharactersBecomeSpaces) {
  EXPECT_EQ(read("GET / HTTP/1.1\r\nHost: a\r\nX: a\x01z\r\n\r\n").head.fields.find("x"), "a z");
}

TEST(Http1Request, OnlyWebSocketIsTakenForAnUpgrade) {
  const auto protocol = [](const std::string& fields) {
    return read("GET / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n").head.protocol;
  };
  EXPECT_EQ(protocol("Connection: Upgrade\r\nUpgrade: WebSocket\r\n"), "websocket");
  EXPECT_EQ(protocol("Upgrade: websocket\r\n"), "");
  EXPECT_EQ(protocol("Connection: Upgrade\r\nUpgrade: h2c\r\n"), "");
  EXPECT_EQ(protocol("Connection: Upgrade\r\nUpgrade: irc\r\n"), "");
  EXPECT_EQ(protocol("Connection: Upgrade\r\nUpgrade: websocket, h2c\r\n"), "");
  EXPECT_EQ(protocol("Connection: Upgrade\r\nUpgrade: websocket\r\nUpgrade: h2c\r\n"), "");
  EXPECT_EQ(read("GET / HTTP/1.0\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n").head.protocol, "");
}

TEST(Http1Request, ARefusalTellsWhatCouldBeRead) {
  const Http1Request request =
      read("POST /a HTTP/1.1\r\nHost: example.com\r\nUser-Agent: curl/8\r\nContent-Length: x\r\n\r\n");
  ASSERT_TRUE(request.isRefused);
  EXPECT_EQ(request.head.method, "POST");
  EXPECT_EQ(request.target, "/a");
  EXPECT_EQ(request.head.authority, "example.com");
  EXPECT_EQ(request.head.fields.find("user-agent"), "curl/8");
}

// ---- Responses
// ----------------------------------------------------------------------------------------------------

TEST(Http1Response, Framing) {
  const auto body = [](const std::string& fields, const char* method = "GET", const char* status = "200 OK") {
    const auto response = readResponseHead("HTTP/1.1 "s + status + "\r\n" + fields + "\r\n", method);
    EXPECT_EQ(response.fault, "");
    return response.body;
  };
  EXPECT_EQ(body("Content-Length: 7\r\n"), length(7));
  EXPECT_EQ(body("Content-Length: 7\r\nContent-Length: 7\r\n"), length(7));
  EXPECT_EQ(body("Transfer-Encoding: chunked\r\n"), kChunked);
  EXPECT_EQ(body(""), (BodyFraming{BodyKind::UntilClose, 0}));
  EXPECT_EQ(body("Content-Length: 7\r\n", "HEAD"), kNone);
  EXPECT_EQ(body("Content-Length: 7\r\n", "GET", "304 Not Modified"), kNone);
  EXPECT_EQ(body("", "GET", "204 No Content"), kNone);
  EXPECT_EQ(body("", "GET", "100 Continue"), kNone);
}

TEST(Http1Response, Faults) {
  for (const std::string& head :
       {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n"s,
        "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n"s,
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n"s, "HTTP/1.1 200 OK\r\nX: a\r\n b\r\n\r\n"s,
        "HTTP/1.1 200 OK\nX: a\r\n\r\n"s, "HTTP/1.1 200 OK\r\nX : a\r\n\r\n"s, "HTTP/1.1 20 OK\r\n\r\n"s,
        "HTTP/2.0 200 OK\r\n\r\n"s, "ICY 200 OK\r\n\r\n"s,
        "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"s, "HTTP/1.1 200 OK\r\nX: a\0b\r\n\r\n"s}) {
    EXPECT_NE(readResponseHead(head, "GET").fault, "") << head;
  }
}

TEST(Http1Response, ChunkedBesideLengthEndsTheConnection) {
  const auto response =
      readResponseHead("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", "GET");
  EXPECT_EQ(response.fault, "");
  EXPECT_EQ(response.body, kChunked);
  EXPECT_FALSE(response.keepAlive);
  EXPECT_FALSE(response.head.fields.find("content-length"));
}

// ---- Chunks
// --------------------------------------------------------------------------------------------------------

std::span<const std::uint8_t> bytesOf(const std::string& text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

/// The content of a chunked body that comes in steps of `step` bytes; "!" and the fault when malformed.
std::string dechunk(const std::string& wire, std::size_t step) {
  Http1BodyReader reader;
  reader.begin(kChunked);
  std::string content;
  for (std::size_t at = 0; at < wire.size() && !reader.hasEnded(); at += step) {
    const std::string part = wire.substr(at, step);
    reader.take(bytesOf(part));
    if (!reader.fault().empty()) return "!" + reader.fault();
    for (const auto& piece : reader.pieces())
      content += part.substr(piece.offset, piece.size);
  }
  return reader.hasEnded() ? content : "?";
}

TEST(Http1Chunks, AreReadHoweverTheyCome) {
  for (const std::size_t step : {1, 2, 3, 7, 1000}) {
    EXPECT_EQ(dechunk("5\r\nhello\r\n6;a=b\r\n world\r\n0\r\n\r\n", step), "hello world");
    EXPECT_EQ(dechunk("0\r\n\r\n", step), "");
  }
}

TEST(Http1Chunks, OfOddShapeAreRefused) {
  for (const std::string& wire :
       {"0x5\r\nhello\r\n0\r\n\r\n"s, "-5\r\nhello\r\n0\r\n\r\n"s, "+5\r\nhello\r\n0\r\n\r\n"s,
        "5\nhello\r\n0\r\n\r\n"s, "5\r\nhelloX\r\n0\r\n\r\n"s, "5\r\nhello\n0\r\n\r\n"s,
        "5 \r\nhello\r\n0\r\n\r\n"s, " 5\r\nhello\r\n0\r\n\r\n"s, "FFFFFFFFFFFFFFFFF\r\nhello\r\n"s,
        "\r\nhello\r\n"s, "5;a\nb\r\nhello\r\n"s, "g\r\n"s}) {
    EXPECT_EQ(dechunk(wire, 1000).front(), '!') << wire;
    EXPECT_EQ(dechunk(wire, 1).front(), '!') << wire;
  }
}

TEST(Http1Chunks, AFloodOfExtensionsEnds) {
  EXPECT_EQ(dechunk("1;" + std::string(64 * 1024, 'a') + "\r\nx\r\n0\r\n\r\n", 4096).front(), '!');
  std::string tiny;
  for (int i = 0; i < 20'000; ++i)
    tiny += "1\r\nx\r\n";
  EXPECT_EQ(dechunk(tiny + "0\r\n\r\n", 4096), std::string(20'000, 'x'));
}

// ---- Heads in pieces
// ---------------------------------------------------------------------------------------------

TEST(Http1Heads, LimitsAreKeptBeforeTheHeadIsWhole) {
  using State = Http1HeadReader::State;
  const auto state = [](const std::string& text) {
    Http1HeadReader reader;
    reader.begin(Http1HeadReader::Kind::Request, {64, 64, 256, 4});
    reader.take(bytesOf(text));
    return reader.state();
  };
  const std::string line = "GET / HTTP/1.1\r\n";
  EXPECT_EQ(state(line + "Host: a\r\n"), State::Reading);
  EXPECT_EQ(state(line + "Host: a\r\n\r\n"), State::Complete);
  EXPECT_EQ(state("\r\n" + line + "Host: a\r\n\r\n"), State::Complete);
  EXPECT_EQ(state("GET /" + std::string(64, 'a')), State::LineTooLong);
  EXPECT_EQ(state(line + "X: " + std::string(64, 'a')), State::FieldTooLong);
  EXPECT_EQ(state(line + "A: b\r\nA: b\r\nA: b\r\nA: b\r\nA: b\r\n"), State::TooMany);
  const std::string field = "X: " + std::string(60, 'a') + "\r\n";
  EXPECT_EQ(state(line + field + field + field + field), State::TooLarge);
  EXPECT_EQ(state("\x16\x03\x01"), State::Garbage);
  EXPECT_EQ(state("\r\n\r\n\r\n\r\n\r\n"), State::Garbage);
  EXPECT_EQ(state("GET /\r\n"), State::Complete);
}

TEST(Http1Heads, NothingBehindTheHeadIsTaken) {
  Http1HeadReader reader;
  reader.begin(Http1HeadReader::Kind::Request, {64, 64, 256, 4});
  EXPECT_EQ(reader.take(bytesOf("GET / HTTP/1.1\r\n\r\nabc")), 18u);
  EXPECT_EQ(reader.text(), "GET / HTTP/1.1\r\n\r\n");
}

// ---- Writing
// -------------------------------------------------------------------------------------------------------

TEST(Http1Writer, ARequestAsAlbWritesIt) {
  MessageHead head;
  head.method = "POST";
  head.authority = "example.com";
  head.path = "/a b";
  head.fields.add("cookie", "a=1");
  head.fields.add("x-forwarded-for", "127.0.0.1");
  head.fields.add("x-amzn-trace-id", "Root=1");
  head.fields.add("expect", "100-continue");
  head.fields.add("x-other", "y");
  head.fields.add("cookie", "b=2");
  EXPECT_EQ(
      requestHead(head, kChunked, Reuse::Yes),
      "POST /a%20b HTTP/1.1\r\nHost: example.com\r\nX-Forwarded-For: 127.0.0.1\r\nX-Amzn-Trace-Id: Root=1\r\n"
      "x-other: y\r\ncookie: a=1; b=2\r\ntransfer-encoding: chunked\r\nConnection: keep-alive\r\n\r\n");
}

TEST(Http1Writer, WhatHttp2MaySayAndHttp1MayNot) {
  MessageHead head;
  head.method = "GET";
  head.authority = "a";
  head.path = "/";
  EXPECT_EQ(whyNotWritable(head), "");
  MessageHead bad = head;
  bad.method = "GET / HTTP/1.1\r\nX:";
  EXPECT_NE(whyNotWritable(bad), "");
  bad = head;
  bad.authority = "a\r\nX: y";
  EXPECT_NE(whyNotWritable(bad), "");
  bad = head;
  bad.path = "a";
  EXPECT_NE(whyNotWritable(bad), "");
  bad = head;
  bad.fields.add("x", "a\r\nTransfer-Encoding: chunked");
  EXPECT_NE(whyNotWritable(bad), "");
  bad = head;
  bad.fields.add("x: y\r\nz", "a");
  EXPECT_NE(whyNotWritable(bad), "");
}

TEST(Http1Writer, Responses) {
  MessageHead head;
  head.status = 503;
  head.fields.add("server", "awselb/2.0");
  head.fields.add("content-length", "5");
  EXPECT_EQ(responseHead(head, BodyKind::Length, Reuse::No),
            "HTTP/1.1 503 Service Temporarily Unavailable\r\nserver: awselb/2.0\r\ncontent-length: 5\r\n"
            "Connection: close\r\n\r\n");
  head.status = 464;
  EXPECT_TRUE(responseHead(head, BodyKind::Chunked, Reuse::Yes).starts_with("HTTP/1.1 464 \r\n"));
}

}  // namespace
}  // namespace spillway::http

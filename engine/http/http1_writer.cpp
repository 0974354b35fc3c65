// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/http/http1_writer.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "engine/http/http1_fields.h"

namespace spillway::http {
namespace {

/// As ALB writes them to targets; all other names stay in lower case.
struct MixedCase {
  std::string_view lower, written;
};
constexpr std::array kMixedCase{
    MixedCase{"x-forwarded-for", "X-Forwarded-For"}, MixedCase{"x-forwarded-proto", "X-Forwarded-Proto"},
    MixedCase{"x-forwarded-port", "X-Forwarded-Port"}, MixedCase{"x-amzn-trace-id", "X-Amzn-Trace-Id"}};

std::string_view writtenName(std::string_view name) {
  if (!name.starts_with("x-")) return name;
  for (const MixedCase& each : kMixedCase) {
    if (each.lower == name) return each.written;
  }
  return name;
}

bool splitsLines(std::string_view text) {
  return std::ranges::any_of(text, [](char c) {
    // Nearly all characters are told by one comparison.
    return static_cast<unsigned char>(c) <= '\r' && (c == '\r' || c == '\n' || c == '\0');
  });
}

void addField(std::string& to, std::string_view name, std::string_view value) {
  // Grows once for the whole line.
  const std::size_t begin = to.size();
  to.resize(begin + name.size() + value.size() + 4);
  char* at = to.data() + begin;
  at += name.copy(at, name.size());
  *at++ = ':';
  *at++ = ' ';
  at += value.copy(at, value.size());
  *at++ = '\r';
  *at = '\n';
}

/// Writes the fields that `chosen` takes.
template <class Chosen>
void addFields(std::string& to, const Headers& fields, Chosen&& chosen) {
  for (std::size_t i = 0; i < fields.count(); ++i) {
    const auto [name, value] = fields.at(i);
    if (!isHopByHop(name) && chosen(name)) addField(to, writtenName(name), value);
  }
}

/// HTTP/2 clients split cookies for compression; HTTP/1 allows one field only (RFC 9113 §8.2.3).
void addCookies(std::string& to, const Headers& fields) {
  std::string cookies;
  for (std::size_t i = 0; i < fields.count(); ++i) {
    const auto [name, value] = fields.at(i);
    if (name != "cookie") continue;
    if (!cookies.empty()) cookies += "; ";
    cookies += value;
  }
  if (!cookies.empty()) addField(to, "cookie", cookies);
}

/// nginx's words, as ALB has them for its own answers; the RFCs' for the rest.
std::string_view phraseOf(int status) {
  struct Phrase {
    int status;
    std::string_view words;
  };
  static constexpr std::array kPhrases{
      Phrase{100, "Continue"},
      Phrase{101, "Switching Protocols"},
      Phrase{102, "Processing"},
      Phrase{103, "Early Hints"},
      Phrase{200, "OK"},
      Phrase{201, "Created"},
      Phrase{202, "Accepted"},
      Phrase{204, "No Content"},
      Phrase{206, "Partial Content"},
      Phrase{207, "Multi-Status"},
      Phrase{300, "Multiple Choices"},
      Phrase{301, "Moved Permanently"},
      Phrase{302, "Found"},
      Phrase{303, "See Other"},
      Phrase{304, "Not Modified"},
      Phrase{307, "Temporary Redirect"},
      Phrase{308, "Permanent Redirect"},
      Phrase{400, "Bad Request"},
      Phrase{401, "Unauthorized"},
      Phrase{403, "Forbidden"},
      Phrase{404, "Not Found"},
      Phrase{405, "Not Allowed"},
      Phrase{406, "Not Acceptable"},
      Phrase{408, "Request Time-out"},
      Phrase{409, "Conflict"},
      Phrase{410, "Gone"},
      Phrase{411, "Length Required"},
      Phrase{412, "Precondition Failed"},
      Phrase{413, "Request Entity Too Large"},
      Phrase{414, "Request-URI Too Large"},
      Phrase{415, "Unsupported Media Type"},
      Phrase{416, "Requested Range Not Satisfiable"},
      Phrase{417, "Expectation Failed"},
      Phrase{418, "I'm a teapot"},
      Phrase{422, "Unprocessable Entity"},
      Phrase{426, "Upgrade Required"},
      Phrase{429, "Too Many Requests"},
      Phrase{431, "Request Header Fields Too Large"},
      Phrase{500, "Internal Server Error"},
      Phrase{501, "Not Implemented"},
      Phrase{502, "Bad Gateway"},
      Phrase{503, "Service Temporarily Unavailable"},
      Phrase{504, "Gateway Time-out"},
      Phrase{505, "HTTP Version Not Supported"},
      Phrase{507, "Insufficient Storage"},
  };
  for (const Phrase& phrase : kPhrases) {
    if (phrase.status == status) return phrase.words;
  }
  return "";
}

/// A sender of TE names it in Connection (RFC 9110 §10.1.4).
void addConnection(std::string& to, std::string_view option, const Headers& fields) {
  if (!fields.find("te")) return addField(to, "Connection", option);
  addField(to, "Connection", fmt::format("{}, TE", option));
}

bool expectsContent(std::string_view method) {
  return method == "POST" || method == "PUT" || method == "PATCH";
}

}  // namespace

std::string whyNotWritable(const MessageHead& head) {
  if (head.status == 0) {
    if (!isToken(head.method)) return "The method is no token.";
    if (!head.authority.empty() && !isAuthority(head.authority)) return "The authority is no host name.";
    if (head.path != "*" && !head.path.starts_with('/')) return "The path does not begin with a slash.";
    if (head.path.find('#') != std::string::npos) return "The path contains a fragment.";
  }
  if (!head.protocol.empty() && !isToken(head.protocol)) return "The protocol is no token.";
  for (std::size_t i = 0; i < head.fields.count(); ++i) {
    const auto [name, value] = head.fields.at(i);
    if (!isToken(name) || splitsLines(value)) return "A header field would break HTTP/1.1's lines.";
  }
  return {};
}

std::string requestHead(const MessageHead& head, BodyFraming body, Reuse reuse) {
  std::string text;
  text.reserve(256 + head.path.size() + head.fields.bytes() + 4 * head.fields.count());
  text.append(head.method).append(" ").append(percentEncoded(head.path)).append(" HTTP/1.1\r\n");
  addField(text, "Host", head.authority);
  addFields(text, head.fields, [](std::string_view name) {
    return name != "host" && name != "expect" && name != "cookie" && name != "content-length";
  });
  addCookies(text, head.fields);
  if (body.kind == BodyKind::Chunked) addField(text, "transfer-encoding", "chunked");
  // Without a body, only a length of zero that the client sent, or that its method calls for, is told.
  const bool tellsZero = head.fields.find("content-length") || expectsContent(head.method);
  if (body.kind == BodyKind::Length || (body.kind == BodyKind::None && tellsZero)) {
    addField(text, "content-length", std::to_string(body.length));
  }
  if (head.protocol.empty()) {
    addConnection(text, reuse == Reuse::Yes ? "keep-alive" : "close", head.fields);
  } else {
    addField(text, "Upgrade", head.protocol);
    addConnection(text, "upgrade", head.fields);
  }
  return text.append("\r\n");
}

std::string responseHead(const MessageHead& head, BodyKind body, Reuse reuse) {
  std::string text;
  text.reserve(128 + head.fields.bytes() + 4 * head.fields.count());
  text.append("HTTP/1.1 ").append(std::to_string(head.status)).append(" ");
  text.append(phraseOf(head.status)).append("\r\n");
  const bool noLength =
      body == BodyKind::Chunked || body == BodyKind::UntilClose || head.status == 204 || head.status < 200;
  addFields(text, head.fields, [&](std::string_view name) { return !noLength || name != "content-length"; });
  if (body == BodyKind::Chunked) addField(text, "transfer-encoding", "chunked");
  if (head.status == 101) {
    addField(text, "Upgrade", head.protocol);
    addField(text, "Connection", "upgrade");
  } else if (head.status >= 200) {
    addField(text, "Connection", reuse == Reuse::Yes ? "keep-alive" : "close");
  }
  return text.append("\r\n");
}

std::string lastChunk(const Headers& trailers) {
  std::string text = "0\r\n";
  for (std::size_t i = 0; i < trailers.count(); ++i) {
    const auto [name, value] = trailers.at(i);
    if (isToken(name) && !splitsLines(value) && mayTrail(name)) addField(text, name, value);
  }
  return text.append("\r\n");
}

}  // namespace spillway::http

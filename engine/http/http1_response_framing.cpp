// SPDX-License-Identifier: GPL-3.0-or-later
#include <charconv>

#include "engine/http/http1_fields.h"
#include "engine/http/http1_framing.h"
#include "engine/http/http1_lengths.h"
#include "engine/http/http1_parser.h"

namespace spillway::http {
namespace {

bool isDigit(char c) {
  return c >= '0' && c <= '9';
}

/// Reads one response head.
class ResponseReader {
 public:
  ResponseReader(std::string_view head, std::string_view requestMethod)
      : text_(head), method_(requestMethod) {}

  Http1Response read() {
    const std::size_t lf = text_.find('\n');
    readLine(text_.substr(0, lf));
    if (failed()) return std::move(response_);
    section_ = readFields(text_.substr(lf + 1));
    if (section_.fault != FieldFault::None) {
      response_.fault = toString(section_.fault);
      return std::move(response_);
    }
    addEndToEndFields(section_, response_.head.fields);
    readFraming();
    readConnection();
    const bool framed = method_ != "HEAD" && response_.head.status != 304 && response_.head.status >= 200 &&
                        response_.head.status != 204 && !mustClose_ && !isMended_;
    if (!failed() && framed && !strictParserAgrees(text_.substr(lf + 1), response_.body)) {
      response_.fault = "The header fields are malformed.";
    }
    return std::move(response_);
  }

 private:
  bool failed() const { return !response_.fault.empty(); }

  void readLine(std::string_view line) {
    // "HTTP/1.1 200 reason", where the reason and the space before it may be missing.
    const bool ok = line.size() >= 13 && line.ends_with('\r') && line.starts_with("HTTP/1.") &&
                    isDigit(line[7]) && line[8] == ' ' && line[9] >= '1' && line[9] <= '9' &&
                    isDigit(line[10]) && isDigit(line[11]) && (line[12] == ' ' || line[12] == '\r');
    if (!ok || line.find('\0') != std::string_view::npos) {
      response_.fault = "The answer does not begin with an HTTP/1 status line.";
      return;
    }
    response_.head.version = line[7] == '0' ? Version::Http10 : Version::Http11;
    std::from_chars(line.data() + 9, line.data() + 12, response_.head.status);
  }

  void readFraming() {
    const LengthFields lengths = readLengthFields(section_);
    const bool hasTe = lengths.transferEncoding != TransferEncoding::Absent;
    MessageHead& head = response_.head;
    if (lengths.contentLength == ContentLength::Bad) response_.fault = "Content-Length is no valid number.";
    if (lengths.contentLength == ContentLength::Differing)
      response_.fault = "There are differing Content-Lengths.";
    if (hasTe && lengths.transferEncoding != TransferEncoding::Chunked) {
      response_.fault = "The only transfer coding that is understood is chunked.";
    }
    if (hasTe && head.version == Version::Http10) response_.fault = "HTTP/1.0 has no Transfer-Encoding.";
    if (failed()) return;
    const bool hasLength = lengths.contentLength != ContentLength::Absent;
    const bool noContent = head.status < 200 || head.status == 204;
    if (hasLength && !hasTe && !noContent) head.fields.add("content-length", std::to_string(lengths.length));
    isMended_ = lengths.contentLength == ContentLength::Repeated;
    // TE beside CL may be an attack on us: chunked wins, and nothing more is read from such a connection.
    mustClose_ = hasTe && hasLength;
    if (noContent || head.status == 304 || method_ == "HEAD") return;
    if (hasTe) {
      response_.body = {BodyKind::Chunked, 0};
    } else if (hasLength) {
      response_.body = {lengths.length > 0 ? BodyKind::Length : BodyKind::None, lengths.length};
    } else {
      response_.body = {BodyKind::UntilClose, 0};
    }
  }

  void readConnection() {
    bool close = false, keep = false;
    for (const RawField& field : section_.fields) {
      if (equalsIgnoringCase(field.name, "connection")) {
        forEachMember(field.value, [&](std::string_view option) {
          close |= equalsIgnoringCase(option, "close");
          keep |= equalsIgnoringCase(option, "keep-alive");
        });
      } else if (response_.head.status == 101 && equalsIgnoringCase(field.name, "upgrade")) {
        response_.head.protocol = lowerCase(field.value);
      }
    }
    response_.keepAlive = !close && !mustClose_ && (response_.head.version == Version::Http11 || keep) &&
                          response_.body.kind != BodyKind::UntilClose;
  }

  std::string_view text_, method_;
  FieldSection section_;
  Http1Response response_;
  bool mustClose_ = false;
  bool isMended_ = false;  ///< the same Content-Length twice became one
};

}  // namespace

Http1Response readResponseHead(std::string_view head, std::string_view requestMethod) {
  return ResponseReader(head, requestMethod).read();
}

}  // namespace spillway::http

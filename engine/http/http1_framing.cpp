// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/http/http1_framing.h"

#include <algorithm>

#include "engine/http/http1_fields.h"
#include "engine/http/http1_lengths.h"
#include "engine/http/http1_parser.h"

namespace spillway::http {
namespace {

using config::DesyncMitigationMode;

bool isDigit(char c) {
  return c >= '0' && c <= '9';
}

bool isAlphanumeric(char c) {
  return isDigit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool isControl(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

/// Reads one request head. Each step may refuse; the steps after it are then left out.
class RequestReader {
 public:
  RequestReader(std::string_view head, DesyncMitigationMode mode, std::string_view scheme)
      : text_(head), mode_(mode) {
    request_.head.scheme = scheme;
    request_.head.version = Version::Http11;
  }

  Http1Request read() {
    const std::size_t lf = text_.find('\n');
    const auto line = text_.substr(0, lf);
    section_ = readFields(lf == std::string_view::npos ? std::string_view{} : text_.substr(lf + 1));
    readNames();
    readLine(line);
    if (!request_.isRefused) checkFields();
    if (!request_.isRefused) readTarget();
    if (!request_.isRefused) readFraming();
    if (!request_.isRefused) readConnection();
    if (!request_.isRefused) compareParsers();
    judge();
    return std::move(request_);
  }

 private:
  /// What a refusal's log line tells, as far as the head can be read at all.
  void readNames() {
    for (const RawField& field : section_.fields) {
      if (equalsIgnoringCase(field.name, "host") && request_.head.authority.empty()) {
        request_.head.authority = withoutControls(field.value);
      }
      if (equalsIgnoringCase(field.name, "user-agent")) userAgent_ = withoutControls(field.value);
    }
  }

  void note(Compliance compliance, ComplianceReason reason) {
    if (compliance <= request_.head.compliance) return;
    request_.head.compliance = compliance;
    request_.head.complianceReason = reason;
  }

  void refuse(RefusalKind kind, std::string detail) {
    request_.isRefused = true;
    request_.refusal = kind;
    request_.detail = std::move(detail);
  }

  /// Malformed in a way that no reading mends: refused in every mode, monitor included, because what two
  /// parsers may read differently is never passed on.
  void refuseSevere(ComplianceReason reason, std::string detail) {
    note(Compliance::Severe, reason);
    refuse(RefusalKind::BadRequest, std::move(detail));
  }

  void readLine(std::string_view line) {
    if (!line.ends_with('\r')) {
      return refuseSevere(ComplianceReason::BadHeader, "The request line ends in LF without CR.");
    }
    line.remove_suffix(1);
    const std::size_t space = line.find(' ');
    const auto method = line.substr(0, space);
    if (!isToken(method)) {
      return refuseSevere(ComplianceReason::BadMethod, "The request line does not begin with a method.");
    }
    request_.head.method = method;
    if (space == std::string_view::npos) {
      return refuseSevere(ComplianceReason::BadUri, "The request line has no target.");
    }
    readTargetAndVersion(line.substr(space + 1));
  }

  void readTargetAndVersion(std::string_view rest) {
    const auto kept = rest;
    while (rest.ends_with(' '))
      rest.remove_suffix(1);
    const std::size_t space = rest.rfind(' ');
    if (space == std::string_view::npos || !rest.substr(space + 1).starts_with("HTTP/")) {
      request_.target = kept;
      return readOddVersion(rest.substr(space == std::string_view::npos ? rest.size() : space + 1));
    }
    const auto version = rest.substr(space + 1);
    auto target = rest.substr(0, space);
    while (target.starts_with(' '))
      target.remove_prefix(1);
    while (target.ends_with(' '))
      target.remove_suffix(1);
    if (target.size() + 1 + version.size() != kept.size()) {
      note(Compliance::Acceptable, ComplianceReason::NonCompliantVersion);
    }
    request_.target = target;
    readVersion(version);
  }

  void readOddVersion(std::string_view version) {
    if (version.size() >= 5 && equalsIgnoringCase(version.substr(0, 5), "http/")) {
      return refuseSevere(ComplianceReason::BadVersion, "The HTTP version is misspelled.");
    }
    note(Compliance::Acceptable, ComplianceReason::NonCompliantVersion);
    refuse(RefusalKind::UnsupportedVersion, "HTTP/0.9 is not spoken here.");
  }

  void readVersion(std::string_view version) {
    const auto digits = version.substr(5);
    if (digits.size() != 3 || !isDigit(digits[0]) || digits[1] != '.' || !isDigit(digits[2])) {
      return refuseSevere(ComplianceReason::BadVersion, "The HTTP version is misspelled.");
    }
    if (digits[0] != '1') {
      note(Compliance::Severe, ComplianceReason::BadVersion);
      return refuse(RefusalKind::UnsupportedVersion, "This HTTP version is not spoken here.");
    }
    if (digits[2] == '0') request_.head.version = Version::Http10;
    if (digits[2] > '1') note(Compliance::Acceptable, ComplianceReason::NonCompliantVersion);
  }

  void checkFields() {
    if (section_.fault != FieldFault::None) {
      return refuseSevere(ComplianceReason::BadHeader, toString(section_.fault));
    }
    if (section_.hasEmptyName) note(Compliance::Ambiguous, ComplianceReason::EmptyHeader);
    if (section_.hasOddBytes) note(Compliance::Acceptable, ComplianceReason::NonCompliantHeader);
    std::size_t hosts = 0;
    for (const RawField& field : section_.fields) {
      if (!equalsIgnoringCase(field.name, "host")) continue;
      ++hosts;
      if (!field.value.empty() && !isAuthority(field.value)) {
        return refuse(RefusalKind::BadRequest, "The Host field is no host name.");
      }
    }
    if (hosts > 1) return refuse(RefusalKind::BadRequest, "There is more than one Host field.");
    if (hosts == 0 && request_.head.version == Version::Http11) {
      return refuse(RefusalKind::BadRequest, "The Host field is missing.");
    }
  }

  void readTarget() {
    const std::string& target = request_.target;
    if (target.empty()) return refuseSevere(ComplianceReason::BadUri, "The target is empty.");
    for (const char c : target) {
      // A fragment is cut off by some servers and not by others (RFC 9112 §3.2.1 has none).
      if (c == '\0' || c == '\r' || c == '#') {
        return refuseSevere(ComplianceReason::BadUri, "The target has a character that targets cannot have.");
      }
      if (c == ' ') note(Compliance::Acceptable, ComplianceReason::SpaceInUri);
      if (isControl(c) || static_cast<unsigned char>(c) >= 0x80) {
        note(Compliance::Ambiguous, ComplianceReason::AmbiguousUri);
      }
    }
    MessageHead& head = request_.head;
    if (head.method == "CONNECT") {
      if (!isAuthority(target)) return refuseSevere(ComplianceReason::BadUri, "CONNECT needs host and port.");
      head.authority = target;
      return;
    }
    if (target == "*" && head.method == "OPTIONS") {
      head.path = target;
    } else if (target.front() == '/') {
      head.path = percentEncoded(target);
    } else {
      readAbsoluteTarget(target);
    }
  }

  /// RFC 9112 §3.2.2: the target's authority counts, Host does not; it is kept for whoever is to preserve it.
  void readAbsoluteTarget(std::string_view target) {
    const std::size_t colon = target.find("://");
    const std::string scheme = lowerCase(target.substr(0, colon == std::string_view::npos ? 0 : colon));
    if (scheme != "http" && scheme != "https") {
      return refuseSevere(ComplianceReason::BadUri, "The target is neither a path nor an http URL.");
    }
    target.remove_prefix(colon + 3);
    const std::size_t end = std::min(target.find_first_of("/?"), target.size());
    if (end == 0 || !isAuthority(target.substr(0, end))) {
      return refuseSevere(ComplianceReason::BadUri, "The target has no valid host.");
    }
    MessageHead& head = request_.head;
    head.scheme = scheme;
    if (!head.authority.empty()) head.fields.add("host", head.authority);
    head.authority = target.substr(0, end);
    head.path = percentEncoded(target.substr(end));
    if (head.path.empty()) head.path = head.method == "OPTIONS" ? "*" : "/";
    if (head.path.front() == '?') head.path.insert(0, "/");
  }

  void readFraming() {
    const LengthFields lengths = readLengthFields(section_);
    const bool hasTe = lengths.transferEncoding != TransferEncoding::Absent;
    const bool hasCl = lengths.contentLength != ContentLength::Absent;
    if (lengths.suspicious) {
      if (hasTe || hasCl) {
        return refuseSevere(ComplianceReason::SuspiciousTeClPresent,
                            "A field that looks like Content-Length or Transfer-Encoding stands beside one.");
      }
      note(Compliance::Ambiguous, ComplianceReason::SuspiciousHeader);
    }
    if (lengths.contentLength == ContentLength::Bad) {
      return refuseSevere(ComplianceReason::BadContentLength, "Content-Length is no valid number.");
    }
    if (lengths.contentLength == ContentLength::Differing) {
      return refuseSevere(ComplianceReason::MultipleContentLength, "There are differing Content-Lengths.");
    }
    if (hasTe) return readTransferEncoding(lengths);
    if (!hasCl) return;
    if (lengths.contentLength == ContentLength::Repeated) {
      note(Compliance::Ambiguous, ComplianceReason::DuplicateContentLength);
    }
    noteLengthOnGet(lengths.length);
    request_.body = {lengths.length > 0 ? BodyKind::Length : BodyKind::None, lengths.length};
    request_.head.fields.add("content-length", std::to_string(lengths.length));
  }

  void noteLengthOnGet(std::uint64_t length) {
    if (request_.head.method != "GET" && request_.head.method != "HEAD") return;
    if (length == 0) {
      note(Compliance::Acceptable, ComplianceReason::GetHeadZeroContentLength);
    } else {
      note(Compliance::Ambiguous, ComplianceReason::UndefinedContentLengthSemantics);
    }
  }

  void readTransferEncoding(const LengthFields& lengths) {
    switch (lengths.transferEncoding) {
      case TransferEncoding::Repeated:
        return refuseSevere(ComplianceReason::MultipleTransferEncodingChunked, "chunked is named twice.");
      case TransferEncoding::Bad:
        return refuseSevere(ComplianceReason::BadTransferEncoding, "Transfer-Encoding cannot be read.");
      case TransferEncoding::Unknown:
        note(Compliance::Severe, ComplianceReason::BadTransferEncoding);
        return refuse(RefusalKind::UnsupportedTransferCoding,
                      "The only transfer coding that is understood is chunked.");
      default:
        break;
    }
    request_.body = {BodyKind::Chunked, 0};
    // RFC 9112 §6.1: HTTP/1.0 has no chunked coding, and Content-Length beside it may be an attack. Both are
    // read as chunked, passed on in one framing only, and their connection ends in every mode.
    const bool isOld = request_.head.version == Version::Http10;
    if (lengths.contentLength != ContentLength::Absent) {
      note(Compliance::Ambiguous, ComplianceReason::BothTeClPresent);
      mustClose_ = true;
    } else if (isOld || request_.head.method == "GET" || request_.head.method == "HEAD") {
      note(Compliance::Ambiguous, ComplianceReason::UndefinedTransferEncodingSemantics);
      mustClose_ = isOld;
    }
  }

  void readConnection() {
    bool close = false, keep = false, upgrade = false;
    std::string protocol;
    for (const RawField& field : section_.fields) {
      if (equalsIgnoringCase(field.name, "connection")) {
        forEachMember(field.value, [&](std::string_view option) {
          close |= equalsIgnoringCase(option, "close");
          keep |= equalsIgnoringCase(option, "keep-alive");
          upgrade |= equalsIgnoringCase(option, "upgrade");
        });
      } else if (equalsIgnoringCase(field.name, "expect")) {
        request_.expectsContinue |= equalsIgnoringCase(field.value, "100-continue");
      } else if (equalsIgnoringCase(field.name, "upgrade")) {
        protocol = protocol.empty() ? lowerCase(field.value) : "more than one";
      }
    }
    MessageHead& head = request_.head;
    const bool isOld = head.version == Version::Http10;
    request_.keepAlive = !close && (!isOld || keep);
    request_.expectsContinue &= !isOld && request_.body.kind != BodyKind::None;
    addEndToEndFields(section_, head.fields);
    // h2c would let a client speak past us (RFC 9113 §3.1 has dropped it), and what others are we would not
    // know. Offers may be ignored (RFC 9110 §7.8): all but WebSocket are.
    const bool offered = upgrade && !isOld && request_.body.kind == BodyKind::None;
    if (offered && protocol == "websocket") head.protocol = protocol;
  }

  /// What we take for compliant must be framed by a second parser as by this one.
  void compareParsers() {
    if (request_.head.compliance != Compliance::Compliant) return;
    if (!strictParserAgrees(text_.substr(text_.find('\n') + 1), request_.body)) {
      refuseSevere(ComplianceReason::BadHeader, "The header fields are malformed.");
    }
  }

  void judge() {
    MessageHead& head = request_.head;
    if (head.compliance == Compliance::Ambiguous) {
      head.closeAfter = mustClose_ || mode_ == DesyncMitigationMode::Defensive;
    }
    if (request_.isRefused) {
      head.fields = {};
      if (!userAgent_.empty()) head.fields.add("user-agent", userAgent_);
      return;
    }
    if (mode_ == DesyncMitigationMode::Strictest && head.compliance != Compliance::Compliant) {
      refuse(RefusalKind::DesyncBlocked,
             "The desync mitigation mode strictest lets only compliant requests through.");
    }
  }

  std::string_view text_;
  DesyncMitigationMode mode_;
  FieldSection section_;
  Http1Request request_;
  std::string userAgent_;
  bool mustClose_ = false;
};

bool isPort(std::string_view text) {
  return text.size() <= 5 && std::ranges::all_of(text, isDigit);
}

}  // namespace

bool isAuthority(std::string_view text) {
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos || end < 3) return false;
    const bool isAddress = std::ranges::all_of(text.substr(1, end - 1), [](char c) {
      return isDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == ':' || c == '.';
    });
    const auto rest = text.substr(end + 1);
    return isAddress && (rest.empty() || (rest[0] == ':' && isPort(rest.substr(1))));
  }
  const std::size_t colon = text.find(':');
  const auto name = text.substr(0, colon);
  if (colon != std::string_view::npos && !isPort(text.substr(colon + 1))) return false;
  return !name.empty() && std::ranges::all_of(name, [](char c) {
    return isAlphanumeric(c) || std::string_view("-._~!$&'()*+,;=%").find(c) != std::string_view::npos;
  });
}

std::string percentEncoded(std::string_view target) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  const auto isPlain = [](char c) { return c > 0x20 && c < 0x7f; };
  if (std::ranges::all_of(target, isPlain)) return std::string(target);
  std::string result;
  result.reserve(target.size());
  for (const char c : target) {
    if (isPlain(c)) {
      result += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      result += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
    }
  }
  return result;
}

Http1Request readRequestHead(std::string_view head, DesyncMitigationMode mode, std::string_view scheme) {
  return RequestReader(head, mode, scheme).read();
}

}  // namespace spillway::http

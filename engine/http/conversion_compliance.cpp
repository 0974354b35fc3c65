// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/http/conversion_compliance.h"

#include <algorithm>

#include "engine/http/http1_lengths.h"

namespace spillway::http {
namespace {

bool isOdd(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && c != '\t') || byte >= 0x7f;
}

void note(MessageHead& head, Compliance compliance, ComplianceReason reason) {
  if (compliance <= head.compliance) return;
  head.compliance = compliance;
  head.complianceReason = reason;
}

/// A body whose length is not told becomes chunks.
void noteContentOnGet(MessageHead& head, End end) {
  if (head.method != "GET" && head.method != "HEAD") return;
  const auto length = head.fields.find("content-length");
  if (length == "0") {
    note(head, Compliance::Acceptable, ComplianceReason::GetHeadZeroContentLength);
  } else if (length) {
    note(head, Compliance::Ambiguous, ComplianceReason::UndefinedContentLengthSemantics);
  } else if (end == End::No) {
    note(head, Compliance::Ambiguous, ComplianceReason::UndefinedTransferEncodingSemantics);
  }
}

}  // namespace

void classifyAsHttp1(MessageHead& head, End end) {
  bool suspicious = false, odd = false;
  head.fields.removeIf([&](std::string_view name, std::string_view value) {
    odd |= std::ranges::any_of(value, isOdd);
    const bool unwanted = looksLikeLengthField(name);
    suspicious |= unwanted;
    return unwanted;
  });
  const bool hasLength = head.fields.find("content-length").has_value() || end == End::No;
  if (suspicious && hasLength) note(head, Compliance::Severe, ComplianceReason::SuspiciousTeClPresent);
  if (suspicious) note(head, Compliance::Ambiguous, ComplianceReason::SuspiciousHeader);
  if (std::ranges::any_of(head.path, isOdd))
    note(head, Compliance::Ambiguous, ComplianceReason::AmbiguousUri);
  noteContentOnGet(head, end);
  if (odd) note(head, Compliance::Acceptable, ComplianceReason::NonCompliantHeader);
}

}  // namespace spillway::http

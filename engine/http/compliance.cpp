// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/http/compliance.h"

namespace spillway::http {

const char* toString(ComplianceReason reason) {
  switch (reason) {
    case ComplianceReason::None:
      return "";
    case ComplianceReason::GetHeadZeroContentLength:
      return "GetHeadZeroContentLength";
    case ComplianceReason::NonCompliantHeader:
      return "NonCompliantHeader";
    case ComplianceReason::NonCompliantVersion:
      return "NonCompliantVersion";
    case ComplianceReason::SpaceInUri:
      return "SpaceInUri";
    case ComplianceReason::AmbiguousUri:
      return "AmbiguousUri";
    case ComplianceReason::BothTeClPresent:
      return "BothTeClPresent";
    case ComplianceReason::DuplicateContentLength:
      return "DuplicateContentLength";
    case ComplianceReason::EmptyHeader:
      return "EmptyHeader";
    case ComplianceReason::SuspiciousHeader:
      return "SuspiciousHeader";
    case ComplianceReason::UndefinedContentLengthSemantics:
      return "UndefinedContentLengthSemantics";
    case ComplianceReason::UndefinedTransferEncodingSemantics:
      return "UndefinedTransferEncodingSemantics";
    case ComplianceReason::BadContentLength:
      return "BadContentLength";
    case ComplianceReason::BadHeader:
      return "BadHeader";
    case ComplianceReason::BadMethod:
      return "BadMethod";
    case ComplianceReason::BadTransferEncoding:
      return "BadTransferEncoding";
    case ComplianceReason::BadUri:
      return "BadUri";
    case ComplianceReason::BadVersion:
      return "BadVersion";
    case ComplianceReason::MultipleContentLength:
      return "MultipleContentLength";
    case ComplianceReason::MultipleTransferEncodingChunked:
      return "MultipleTransferEncodingChunked";
    case ComplianceReason::SuspiciousTeClPresent:
      return "SuspiciousTeClPresent";
  }
  return "";
}

}  // namespace spillway::http

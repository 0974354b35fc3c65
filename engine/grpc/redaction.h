// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/grpc/message_decoder.h"
#include "engine/http/headers.h"

namespace spillway::grpc {

/// What stands in the place of a value that is not shown.
inline constexpr std::string_view kRedacted = "(redacted)";

/// Hides the values of fields that are secret by their names. Names are compared by their words: "token"
/// covers "token", "access_token", "accessToken" and "Access-Token", but not "token_count". A value: never
/// changes once made; any thread.
class Redaction {
 public:
  /// Passwords, tokens, keys, cookies, authorization.
  static std::vector<std::string> defaultNames();

  explicit Redaction(const std::vector<std::string>& names = defaultNames());

  bool covers(std::string_view name) const;
  /// A covered field's children go with it. Entries of maps are covered by their keys.
  void redact(DecodedMessage& message) const;
  /// The same in a message's JSON; an error when the text is no JSON.
  Result<std::string> redactJson(std::string_view json) const;
  http::Headers redactHeaders(const http::Headers& headers) const;
  /// The same in a message's bytes, before they are stored: they keep their number, and the message its
  /// fields; texts become asterisks, numbers 0; of a message that was cut, the field in which it ends becomes
  /// zeros. What the type does not know, and what is behind a byte that does not fit it, has no names and
  /// stays.
  void redactBytes(const Schemas& schemas, const MessageType& type, std::span<std::uint8_t> message) const;

 private:
  bool redactNodes(std::vector<FieldNode>& nodes) const;

  std::set<std::string> names_;  ///< words in lower case, joined by "_"
};

}  // namespace spillway::grpc

// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/proxy/trace_id.h"

#include <chrono>
#include <cstdint>

#include "engine/balance/random.h"
#include "engine/base/text.h"

namespace spillway::proxy {
namespace {

constexpr std::size_t kLargeHead = 7 * 1024;

std::uint64_t randomBits() {
  thread_local balance::Random random = balance::Random::unpredictable();
  return random.next();
}

/// "1-69a554f5-0a1b2c3d4e5f60718293a4b5" behind the prefix: epoch seconds and 24 random hexadecimal digits.
std::string newTraceId(std::string_view prefix) {
  constexpr std::string_view kShape = "1-00000000-000000000000000000000000";
  const auto seconds = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  std::string id;
  id.reserve(prefix.size() + kShape.size());
  id.append(prefix).append(kShape);
  char* at = id.data() + prefix.size();
  writeHex(at + 2, static_cast<std::uint64_t>(seconds), 8);
  writeHex(writeHex(at + 11, randomBits(), 16), randomBits(), 8);
  return id;
}

}  // namespace

std::string newConnectionTraceId() {
  std::string id = "TID_00000000000000000000000000000000";
  writeHex(writeHex(id.data() + 4, randomBits(), 16), randomBits(), 16);
  return id;
}

std::string nextTrace(std::string_view incoming, std::size_t headerBytes) {
  if (headerBytes > kLargeHead) incoming = {};
  if (incoming.empty()) return newTraceId("Root=");
  std::string rest;
  bool hasSelf = false, hasRoot = false;
  forEachMember(incoming, ';', [&](std::string_view field) {
    if (field.starts_with("Self=")) {
      if (!hasSelf) rest.append(newTraceId(";Self="));
      hasSelf = true;
      return;
    }
    hasRoot |= field.starts_with("Root=");
    rest.append(";").append(field);
  });
  // Fields without Root and Self are kept behind a new Root: AWS does not say.
  if (hasSelf) return rest.substr(1);
  return newTraceId(hasRoot ? "Self=" : "Root=").append(rest);
}

}  // namespace spillway::proxy

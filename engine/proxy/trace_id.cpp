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

}  // namespace

std::string newTraceId() {
  const auto seconds = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  std::string id = "1-00000000-000000000000000000000000";
  writeHex(id.data() + 2, static_cast<std::uint64_t>(seconds), 8);
  writeHex(writeHex(id.data() + 11, randomBits(), 16), randomBits(), 8);
  return id;
}

std::string newConnectionTraceId() {
  std::string id = "TID_00000000000000000000000000000000";
  writeHex(writeHex(id.data() + 4, randomBits(), 16), randomBits(), 16);
  return id;
}

std::string nextTrace(std::string_view incoming, std::size_t headerBytes) {
  if (headerBytes > kLargeHead) incoming = {};
  std::string rest;
  bool hasSelf = false, hasRoot = false;
  if (incoming.empty()) return "Root=" + newTraceId();
  forEachMember(incoming, ';', [&](std::string_view field) {
    if (field.starts_with("Self=")) {
      if (!hasSelf) rest.append(";Self=").append(newTraceId());
      hasSelf = true;
      return;
    }
    hasRoot |= field.starts_with("Root=");
    rest.append(";").append(field);
  });
  // Fields without Root and Self are kept behind a new Root: AWS does not say.
  if (hasSelf) return rest.substr(1);
  return std::string(hasRoot ? "Self=" : "Root=").append(newTraceId()).append(rest);
}

}  // namespace spillway::proxy

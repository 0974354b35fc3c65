// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/proxy/trace_id.h"

#include <chrono>
#include <cstdint>
#include <random>

#include "engine/base/text.h"

namespace spillway::proxy {
namespace {

constexpr std::size_t kLargeHead = 7 * 1024;
constexpr std::size_t kTraceIdSize = 35;

std::uint64_t randomBits() {
  thread_local std::mt19937_64 generator{std::random_device{}()};
  return generator();
}

}  // namespace

std::string newTraceId() {
  const auto seconds = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  std::string id("1-");
  id.reserve(kTraceIdSize);
  appendHex(id, static_cast<std::uint32_t>(seconds), 8);
  id += '-';
  appendHex(id, randomBits(), 16);
  appendHex(id, randomBits() >> 32, 8);
  return id;
}

std::string newConnectionTraceId() {
  std::string id("TID_");
  appendHex(id, randomBits(), 16);
  appendHex(id, randomBits(), 16);
  return id;
}

std::string nextTrace(std::string_view incoming, std::size_t headerBytes) {
  if (headerBytes > kLargeHead) incoming = {};
  std::string rest;
  bool hasSelf = false, hasRoot = false;
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

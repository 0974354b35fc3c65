// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/proxy/trace_id.h"

#include <fmt/core.h>

#include <chrono>
#include <cstdint>
#include <random>

#include "engine/base/text.h"

namespace spillway::proxy {
namespace {

constexpr std::size_t kLargeHead = 7 * 1024;

std::uint64_t randomBits() {
  thread_local std::mt19937_64 generator{std::random_device{}()};
  return generator();
}

}  // namespace

std::string newTraceId() {
  const auto seconds = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  return fmt::format("1-{:08x}-{:016x}{:08x}", static_cast<std::uint32_t>(seconds), randomBits(),
                     static_cast<std::uint32_t>(randomBits()));
}

std::string newConnectionTraceId() {
  return fmt::format("TID_{:016x}{:016x}", randomBits(), randomBits());
}

std::string nextTrace(std::string_view incoming, std::size_t headerBytes) {
  if (headerBytes > kLargeHead) incoming = {};
  std::string rest;
  bool hasSelf = false, hasRoot = false;
  forEachMember(incoming, ';', [&](std::string_view field) {
    if (field.starts_with("Self=")) {
      if (!hasSelf) rest += fmt::format(";Self={}", newTraceId());
      hasSelf = true;
      return;
    }
    hasRoot |= field.starts_with("Root=");
    rest += fmt::format(";{}", field);
  });
  // Fields without Root and Self are kept behind a new Root: AWS does not say.
  if (hasSelf) return rest.substr(1);
  return fmt::format("{}={}{}", hasRoot ? "Self" : "Root", newTraceId(), rest);
}

}  // namespace spillway::proxy

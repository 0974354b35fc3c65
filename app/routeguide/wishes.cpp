// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/routeguide/wishes.h"

#include <grpcpp/server_context.h>

#include <algorithm>
#include <charconv>

namespace spillway::routeguide {
namespace {

constexpr unsigned kSlowestPace = 2000, kLongestDelay = 10'000;  // milliseconds
constexpr unsigned kLongestName = 1'000'000;                     // bytes
constexpr unsigned kLastStatus = 16;

std::string_view field(const grpc::ServerContext& context, const char* name) {
  const auto found = context.client_metadata().find(name);
  return found == context.client_metadata().end()
             ? std::string_view()
             : std::string_view(found->second.data(), found->second.size());
}

std::optional<unsigned> number(const grpc::ServerContext& context, const char* name, unsigned most) {
  const std::string_view text = field(context, name);
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return std::min(value, most);
}

}  // namespace

Wishes wishesOf(const grpc::ServerContext& context, std::string_view servedBy) {
  const std::string_view only = field(context, "x-only");
  if (!only.empty() && only != servedBy) return {};
  Wishes wishes;
  wishes.pace = std::chrono::milliseconds(number(context, "x-pace-ms", kSlowestPace).value_or(0));
  wishes.delay = std::chrono::milliseconds(number(context, "x-delay-ms", kLongestDelay).value_or(0));
  wishes.nameBytes = number(context, "x-name-bytes", kLongestName).value_or(0);
  wishes.status = number(context, "x-status", kLastStatus);
  return wishes;
}

}  // namespace spillway::routeguide

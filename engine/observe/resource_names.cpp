// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/observe/resource_names.h"

#include <fmt/core.h>

#include <cstdint>
#include <string_view>

namespace spillway::observe {
namespace {

/// FNV-1a: a stable number from a name, for ids that have to look like AWS's.
std::uint64_t hashOf(std::string_view text) {
  std::uint64_t hash = 14695981039346656037ULL;
  for (const char c : text)
    hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  return hash;
}

}  // namespace

std::string loadBalancerResource(const std::string& name) {
  return fmt::format("app/{}/{:016x}", name, hashOf(name));
}

std::string targetGroupResource(const std::string& name) {
  return fmt::format("targetgroup/{}/{:016x}", name, hashOf(name));
}

std::string targetGroupArn(const std::string& name) {
  return "arn:aws:elasticloadbalancing:local-1:000000000000:" + targetGroupResource(name);
}

}  // namespace spillway::observe

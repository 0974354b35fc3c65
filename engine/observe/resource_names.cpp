// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/observe/resource_names.h"

#include <cstdint>
#include <string_view>

#include "engine/base/text.h"

namespace spillway::observe {
namespace {

/// FNV-1a: a stable number from a name, for ids that have to look like AWS's.
std::uint64_t hashOf(std::string_view text) {
  std::uint64_t hash = 14695981039346656037ULL;
  for (const char c : text)
    hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  return hash;
}

std::string withHash(std::string_view prefix, std::string_view name) {
  constexpr std::size_t kDigits = 16;
  std::string text;
  text.reserve(prefix.size() + name.size() + 1 + kDigits);
  text.append(prefix).append(name).append(1, '/').append(kDigits, '0');
  writeHex(text.data() + text.size() - kDigits, hashOf(name), kDigits);
  return text;
}

}  // namespace

std::string loadBalancerResource(const std::string& name) {
  return withHash("app/", name);
}

std::string targetGroupResource(const std::string& name) {
  return withHash("targetgroup/", name);
}

std::string targetGroupArn(const std::string& name) {
  return withHash("arn:aws:elasticloadbalancing:local-1:000000000000:targetgroup/", name);
}

}  // namespace spillway::observe

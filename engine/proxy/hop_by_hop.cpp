// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/proxy/hop_by_hop.h"

#include <algorithm>
#include <array>
#include <vector>

#include "engine/base/text.h"
#include "engine/http/name_set.h"

namespace spillway::proxy {
namespace {

constexpr http::NameSet kHopByHop{
    std::array<std::string_view, 8>{"connection", "keep-alive", "proxy-connection", "proxy-authenticate",
                                    "upgrade", "http2-settings", "proxy-authorization", "transfer-encoding"}};

/// Fields that a sender cannot talk us out of by naming them in Connection: who is asked, and what frames
/// the body.
constexpr std::array<std::string_view, 3> kNeverNamed{"host", "content-length", "te"};

std::vector<std::string> namesInConnection(const http::Headers& fields) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < fields.count(); ++i) {
    const auto field = fields.at(i);
    if (field.name != "connection") continue;
    forEachMember(field.value, ',', [&](std::string_view name) {
      if (std::ranges::find(kNeverNamed, lowerCase(name)) == kNeverNamed.end())
        names.push_back(lowerCase(name));
    });
  }
  return names;
}

bool allowsTrailers(std::string_view te) {
  bool found = false;
  forEachMember(te, ',', [&](std::string_view member) { found |= lowerCase(member) == "trailers"; });
  return found;
}

}  // namespace

void removeHopByHopFields(http::Headers& fields, Towards way) {
  const std::vector<std::string> named = namesInConnection(fields);
  bool trailersInList = false;
  fields.removeIf([&](std::string_view name, std::string_view value) {
    if (name == "te") {
      if (value == "trailers") return false;
      trailersInList |= allowsTrailers(value);
      return true;
    }
    if (name == "expect") return way == Towards::Target;
    return kHopByHop.contains(name) || (!named.empty() && std::ranges::find(named, name) != named.end());
  });
  if (trailersInList) fields.set("te", "trailers");
}

}  // namespace spillway::proxy

// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/balance/weighted_groups.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "engine/balance/sticky_cookie.h"

namespace spillway::balance {
namespace {

constexpr std::string_view kGroupCookie = "AWSALBTG";

const ForwardGroup* byWeight(const ActionSnapshot& action, Random& random) {
  std::uint32_t sum = 0;
  for (const ForwardGroup& group : action.groups)
    sum += group.weight;
  if (sum == 0) return nullptr;
  std::uint32_t drawn = random.below(sum);
  for (const ForwardGroup& group : action.groups) {
    if (drawn < group.weight) return &group;
    drawn -= group.weight;
  }
  return nullptr;
}

/// The group that the sealed text "<expires> <group>" names; null when it has expired or gets nothing now.
/// AWS does not say whether weight 0 ends sessions: whoever takes a group out of service wants it empty.
const ForwardGroup* byCookie(const ActionSnapshot& action, std::string_view text, WallTime now) {
  std::int64_t expires = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), expires);
  if (error != std::errc{} || expires <= secondsOf(now)) return nullptr;
  const std::string_view name = text.substr(static_cast<std::size_t>(end - text.data()) + 1);
  const auto at = std::ranges::find_if(action.groups, [&](const ForwardGroup& item) {
    return item.weight > 0 && item.group->settings.name == name;
  });
  return at == action.groups.end() ? nullptr : &*at;
}

}  // namespace

GroupChoice chooseGroup(const ActionSnapshot& action, const http::Headers& request,
                        const CookieSealer& sealer, WallTime now, Random& random) {
  GroupChoice choice;
  if (action.settings.targetGroupStickiness.enabled) {
    if (const auto value = findCookiePair(request, kGroupCookie)) {
      const auto text = sealer.open(CookieUse::TargetGroup, *value);
      if (text) choice.group = byCookie(action, *text, now);
      choice.cookie = !text ? GroupCookie::Invalid : choice.group ? GroupCookie::Held : GroupCookie::Past;
    }
  }
  if (!choice.group) choice.group = byWeight(action, random);
  return choice;
}

void addGroupCookies(http::Headers& response, const ActionSnapshot& action, const GroupSnapshot& group,
                     const CookieSealer& sealer, WallTime now) {
  const config::TargetGroupStickiness& stickiness = action.settings.targetGroupStickiness;
  if (!stickiness.enabled) return;
  const std::string text =
      fmt::format("{} {}", secondsOf(now) + stickiness.durationSeconds, group.settings.name);
  addCookiePair(response, kGroupCookie, sealer.seal(CookieUse::TargetGroup, text), now);
}

}  // namespace spillway::balance

// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/balance/stickiness.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace spillway::balance {
namespace {

using Type = config::Stickiness::Type;

constexpr std::string_view kBalancerCookie = "AWSALB";
constexpr std::size_t kMostShards = 4;
constexpr std::size_t kShardSize = 4096;           // name, "=" and value: what browsers take
constexpr std::size_t kMostSessionBytes = 12'000;  // sealed, they fit into four shards

std::string shardName(std::size_t index) {
  return fmt::format("AWSALBAPP-{}", index);
}

/// One line for each: "<expires> <group> <address> <port>".
std::string textOf(const SessionEntry& entry) {
  const TargetId& target = entry.target;
  return fmt::format("{} {} {} {}\n", entry.expires, target.group, target.address, target.port);
}

std::string_view takeUntil(std::string_view& text, char end) {
  const auto at = text.find(end);
  const std::string_view taken = text.substr(0, at);
  text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
  return taken;
}

template <class Number>
Number numberIn(std::string_view text) {
  Number number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

/// Text that was sealed by us: its form is not checked again.
std::vector<SessionEntry> entriesIn(std::string_view text) {
  std::vector<SessionEntry> entries;
  while (!text.empty()) {
    std::string_view line = takeUntil(text, '\n');
    SessionEntry entry;
    entry.expires = numberIn<std::int64_t>(takeUntil(line, ' '));
    entry.target.group = takeUntil(line, ' ');
    entry.target.address = takeUntil(line, ' ');
    entry.target.port = numberIn<std::uint16_t>(line);
    entries.push_back(std::move(entry));
  }
  return entries;
}

/// What the entries mean for this group; those of other groups are kept.
void look(StickySession& session, std::vector<SessionEntry> entries, const GroupSnapshot& group,
          WallTime now) {
  session.state = SessionState::OtherGroup;
  for (SessionEntry& entry : entries) {
    const bool expired = entry.expires <= secondsOf(now);
    if (entry.target.group != group.settings.name) {
      if (!expired) session.others.push_back(std::move(entry));
      continue;
    }
    session.state = expired ? SessionState::Expired : SessionState::TargetGone;
    if (expired) continue;
    const auto at = std::ranges::find_if(
        group.targets, [&](const TargetSnapshot& target) { return target.runtime->id == entry.target; });
    if (at == group.targets.end()) continue;
    session.state = SessionState::Found;
    session.target = &*at;
  }
}

void readBalancerCookie(StickySession& session, const http::Headers& request, const GroupSnapshot& group,
                        const CookieSealer& sealer, WallTime now) {
  const auto value = findCookiePair(request, kBalancerCookie);
  if (!value) return;
  const auto text = sealer.open(CookieUse::TargetSession, *value);
  session.state = SessionState::Undecodable;
  if (text) look(session, entriesIn(*text), group, now);
}

void readApplicationCookie(StickySession& session, const http::Headers& request, const GroupSnapshot& group,
                           const CookieSealer& sealer, WallTime now) {
  std::string value;
  for (; session.shards < kMostShards; ++session.shards) {
    const auto shard = findCookie(request, shardName(session.shards));
    if (!shard) break;
    value += *shard;
  }
  session.scope = scopeFor(request);
  if (session.shards == 0) return;
  const auto text = sealer.open(CookieUse::ApplicationSession, value);
  session.state = SessionState::Undecodable;
  if (text) look(session, entriesIn(*text), group, now);
  if (findCookie(request, group.settings.attributes.stickiness.appCookieName)) return;
  session.state = SessionState::NoCookie;
  session.target = nullptr;
}

/// The newest session first; when there are too many, the last ones go.
std::string textOfAll(const SessionEntry& newest, const std::vector<SessionEntry>& others) {
  std::string all = textOf(newest);
  for (const SessionEntry& other : others) {
    const std::string text = textOf(other);
    if (all.size() + text.size() > kMostSessionBytes) break;
    all += text;
  }
  return all;
}

void addShards(http::Headers& response, std::string_view value, const StickySession& session, WallTime now) {
  if (value.empty()) return;
  std::size_t shard = 0;
  for (; !value.empty(); ++shard) {
    const std::string name = shardName(shard);
    const std::string_view part = value.substr(0, kShardSize - name.size() - 1);
    addCookie(response, name, part, session.scope, now);
    value.remove_prefix(part.size());
  }
  // A shard of an earlier, longer value would be read along.
  for (; shard < session.shards; ++shard)
    addCookieRemoval(response, shardName(shard));
}

}  // namespace

StickySession readSession(const http::Headers& request, const GroupSnapshot& group,
                          const CookieSealer& sealer, WallTime now) {
  StickySession session;
  const config::Stickiness& settings = group.settings.attributes.stickiness;
  if (!settings.enabled) return session;
  session.state = SessionState::NoCookie;
  if (settings.type == Type::LbCookie) {
    readBalancerCookie(session, request, group, sealer, now);
  } else {
    readApplicationCookie(session, request, group, sealer, now);
  }
  return session;
}

void addSessionCookies(http::Headers& response, const StickySession& session, const GroupSnapshot& group,
                       const TargetSnapshot& chosen, const CookieSealer& sealer, WallTime now) {
  const config::Stickiness& settings = group.settings.attributes.stickiness;
  if (!settings.enabled) return;
  SessionEntry entry{chosen.runtime->id, secondsOf(now)};
  if (settings.type == Type::LbCookie) {
    entry.expires += settings.lbCookieDurationSeconds;
    return addCookiePair(response, kBalancerCookie, sealer.seal(CookieUse::TargetSession, textOf(entry)),
                         now);
  }
  if (session.target != &chosen && !setsCookie(response, settings.appCookieName)) return;
  entry.expires += settings.appCookieDurationSeconds;
  const std::string text = textOfAll(entry, session.others);
  addShards(response, sealer.seal(CookieUse::ApplicationSession, text), session, now);
}

void countSession(observe::RequestCounts& counts, const StickySession& session, const GroupSnapshot& group,
                  const Pick& pick) {
  const config::Stickiness& settings = group.settings.attributes.stickiness;
  const bool kept = session.target && session.target == pick.target;
  if (!settings.enabled || kept) return;
  (settings.type == Type::LbCookie ? counts.nonSticky : counts.appCookieNonSticky) = true;
}

}  // namespace spillway::balance

// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/balance/decide.h"

#include <algorithm>
#include <cmath>

#include "engine/balance/router.h"
#include "engine/balance/slow_start.h"
#include "engine/config/words.h"

namespace spillway::balance {
namespace {

using observe::GroupReason;
using observe::TargetReason;

/// In percent, as kFullWeight is.
std::uint32_t weightOf(const TargetRuntime& target, const GroupSnapshot& group, TimePoint now) {
  const config::TargetGroupAttributes& attributes = group.settings.attributes;
  if (attributes.algorithm == config::Algorithm::WeightedRandom)
    return target.weight.load(std::memory_order_relaxed);
  const double share = slowStartShare(target, now, std::chrono::seconds(attributes.slowStartSeconds));
  return static_cast<std::uint32_t>(std::lround(share * kFullWeight));
}

observe::CandidateTarget candidate(const TargetSnapshot& target, const GroupSnapshot& group,
                                   const PickRequest& request, bool failOpen) {
  const TargetRuntime& runtime = *target.runtime;
  observe::CandidateTarget result;
  result.target = target.text;
  result.state = runtime.state.load(std::memory_order_relaxed);
  result.weight = weightOf(runtime, group, request.now);
  result.outstanding = runtime.outstanding.load(std::memory_order_relaxed);
  result.anomalous = runtime.anomalous.load(std::memory_order_relaxed);
  result.mayBeChosen = mayUse(target, failOpen) && !isPassedOver(request, target);
  return result;
}

observe::TargetChoice candidatesOf(const GroupSnapshot& group, const PickRequest& request, bool failOpen) {
  observe::TargetChoice choice;
  choice.algorithm = config::wordOf(group.settings.attributes.algorithm);
  choice.failOpen = failOpen;
  for (const TargetSnapshot& target : group.targets)
    choice.candidates.push_back(candidate(target, group, request, failOpen));
  return choice;
}

GroupReason reasonOf(const ActionSnapshot& action, const GroupChoice& choice) {
  if (!choice.group) return GroupReason::NoGroup;
  if (action.groups.size() == 1) return GroupReason::OnlyOne;
  if (choice.cookie == GroupCookie::Held) return GroupReason::Cookie;
  return choice.cookie == GroupCookie::None ? GroupReason::Weight : GroupReason::CookieRefused;
}

}  // namespace

void noteGroup(observe::Decision& decision, const ActionSnapshot& action, const GroupChoice& choice,
               const StickySession& session) {
  for (const ForwardGroup& group : action.groups)
    decision.groups.push_back({group.group->settings.name, group.weight});
  decision.groupReason = reasonOf(action, choice);
  if (choice.group) decision.group = choice.group->group->settings.name;
  decision.session = session.state;
}

observe::TargetChoice describe(const GroupSnapshot& group, const PickRequest& request, const Pick& pick) {
  observe::TargetChoice choice = candidatesOf(group, request, pick.failOpen);
  if (!pick.target) return choice;
  choice.target = pick.target->text;
  choice.reason = pick.target == request.sticky ? TargetReason::Session : TargetReason::Algorithm;
  return choice;
}

observe::Decision explain(const ListenerSnapshot& listener, const http::MessageHead& request,
                          const net::SocketAddress& client, const CookieSealer& sealer, TimePoint now) {
  observe::Decision decision;
  const RuleMatch found = match(listener, request, client, &decision.rules);
  const ActionSnapshot& last = found.rule.actions.back();
  decision.action = config::wordOf(last.settings.type);
  if (last.settings.type != config::ActionType::Forward) return decision;
  Random random = Random::unpredictable();
  const GroupChoice chosen = chooseGroup(last, request.fields, sealer, wallNow(), random);
  const StickySession session =
      chosen.group ? readSession(request.fields, *chosen.group->group, sealer, wallNow()) : StickySession{};
  noteGroup(decision, last, chosen, session);
  if (!chosen.group) return decision;
  const GroupSnapshot& group = *chosen.group->group;
  observe::TargetChoice choice = candidatesOf(group, {.now = now}, failsOpen(group));
  const bool isAny = std::ranges::any_of(choice.candidates, &observe::CandidateTarget::mayBeChosen);
  if (isAny) choice.reason = TargetReason::NotAskedYet;
  if (session.target && mayUse(*session.target, choice.failOpen)) {
    choice.target = session.target->text;
    choice.reason = TargetReason::Session;
  }
  decision.choices.push_back(std::move(choice));
  return decision;
}

}  // namespace spillway::balance

// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/balance/router.h"

#include "engine/balance/rule_matcher.h"

namespace spillway::balance {

RuleMatch match(const ListenerSnapshot& listener, const RequestView& request, RuleTrace* trace) {
  std::uint32_t evaluated = 0;
  for (const RuleSnapshot& rule : listener.rules) {
    if (!rule.matcher) break;
    ++evaluated;
    const auto failing = rule.matcher->firstFailing(request);
    if (trace) {
      trace->push_back({rule.priority, !failing, failing ? rule.matcher->inWords(*failing) : std::string()});
    }
    if (!failing) return {rule, evaluated};
  }
  const RuleSnapshot& last = listener.rules.back();
  if (trace) trace->push_back({last.priority, true, {}});
  return {last, evaluated};
}

}  // namespace spillway::balance

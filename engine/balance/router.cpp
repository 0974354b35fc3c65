// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/balance/router.h"

#include <optional>

#include "engine/balance/request_view.h"
#include "engine/balance/rule_matcher.h"

namespace spillway::balance {

RuleMatch match(const ListenerSnapshot& listener, const http::MessageHead& request,
                const net::SocketAddress& client, RuleTrace* trace) {
  std::uint32_t evaluated = 0;
  std::optional<RequestView> view;  // made only where there is a rule to look at it
  for (const RuleSnapshot& rule : listener.rules) {
    if (!rule.matcher) break;
    ++evaluated;
    if (!view) view.emplace(request, client);
    const auto failing = rule.matcher->firstFailing(*view);
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

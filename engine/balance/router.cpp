// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/balance/router.h"

#include <algorithm>

#include "engine/balance/request_view.h"
#include "engine/balance/rule_matcher.h"

namespace spillway::balance {

namespace {

/// All rules one after the other, up to the one that matches.
std::size_t tryInOrder(const RuleList& rules, const RequestView& request, RuleTrace& trace) {
  for (std::size_t position = 0; position + 1 < rules.size(); ++position) {
    const RuleSnapshot& rule = rules[position];
    const auto failing = rule.matcher->firstFailing(request);
    trace.push_back({rule.priority, !failing, failing ? rule.matcher->inWords(*failing) : std::string()});
    if (!failing) return position;
  }
  trace.push_back({rules.back().priority, true, {}});
  return rules.size() - 1;
}

}  // namespace

RuleMatch match(const ListenerSnapshot& listener, const http::MessageHead& request,
                const net::SocketAddress& client, RuleTrace* trace) {
  const RuleList& rules = listener.rules;
  const std::size_t last = rules.size() - 1;
  if (last == 0 && !trace) return {rules.back(), 0};
  const RequestView view(request, client);
  const std::size_t position = trace ? tryInOrder(rules, view, *trace) : rules.firstMatch(view);
  return {rules[position], static_cast<std::uint32_t>(std::min(position + 1, last))};
}

}  // namespace spillway::balance

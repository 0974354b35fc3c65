// SPDX-License-Identifier: GPL-3.0-or-later
// What an exchange does with its request: which rule it meets, and that rule's actions.
#include <fmt/core.h>

#include "engine/balance/decide.h"
#include "engine/balance/redirect.h"
#include "engine/balance/router.h"
#include "engine/balance/transforms.h"
#include "engine/balance/uri.h"
#include "engine/balance/weighted_groups.h"
#include "engine/config/words.h"
#include "engine/http/grpc_status.h"
#include "engine/proxy/exchange.h"
#include "engine/proxy/outcome.h"

namespace spillway::proxy {

using observe::Outcome;

/// Finds the rule and, where it forwards, the group: before anything is counted, since counts name both.
void Exchange::route() {
  if (request_.authority.empty()) request_.authority = request_.fields.find("host").value_or("");
  if (request_.problem != http::HeadProblem::None) return;
  if (host_.sink.wantsDecision(received_)) decision_ = std::make_shared<observe::Decision>();
  const balance::RuleMatch found =
      balance::match(*listener_, request_, facts_->clientAddress, decision_ ? &decision_->rules : nullptr);
  rule_ = &found.rule;
  counts_.ruleEvaluations = found.evaluated;
  slots_.route = rule_->route;
  const balance::ActionSnapshot& last = rule_->actions.back();
  if (decision_) decision_->action = config::wordOf(last.settings.type);
  if (last.settings.type != config::ActionType::Forward) return;
  const balance::GroupChoice choice = balance::chooseGroup(last, request_.fields, host_.sealer,
                                                           host_.loop.wallNow(), host_.selector.random());
  if (choice.cookie == balance::GroupCookie::Invalid) errorReason_ = balance::kGroupCookieInvalid;
  if (choice.group) {
    group_ = choice.group->group.get();
    slots_.route = choice.group->route;
    session_ = balance::readSession(request_.fields, *group_, host_.sealer, host_.loop.wallNow());
  }
  if (decision_) balance::noteGroup(*decision_, last, choice, session_);
}

/// The target's answer brings the client's sessions with it.
void Exchange::addCookies(http::Headers& fields) const {
  balance::addSessionCookies(fields, session_, *group_, *chosen_, host_.sealer, host_.loop.wallNow());
  balance::addGroupCookies(fields, rule_->actions.back(), *group_, host_.sealer, host_.loop.wallNow());
}

/// For the access log's actions_executed.
void Exchange::noteAction(config::ActionType type) {
  if (!actions_.empty()) actions_ += ',';
  actions_ += config::wordOf(type);
}

/// Runs the rule's actions from this one on; the last one routes.
void Exchange::act(std::size_t index) {
  const balance::ActionSnapshot& action = rule_->actions[index];
  if (action.settings.type != config::ActionType::Forward) noteAction(action.settings.type);
  switch (action.settings.type) {
    case config::ActionType::Forward:
      return forward();
    case config::ActionType::Redirect:
      return redirect(action.settings.redirect);
    case config::ActionType::FixedResponse:
      return send(Outcome::FixedResponse,
                  fixedResponse(action.settings.fixedResponse, listener_->listenerAttributes));
    case config::ActionType::JwtValidation:
      return validateToken(index);
    case config::ActionType::AuthenticateOidc:
    case config::ActionType::AuthenticateCognito:
      return act(index + 1);  // validate() refuses them
  }
}

void Exchange::redirect(const config::Redirect& settings) {
  const std::string_view host = balance::splitAuthority(request_.authority).host;
  const auto location = balance::redirectLocation(
      settings, {listener_->protocol, host.empty() ? std::string_view(facts_->listenerIp) : host,
                 facts_->listenerPort, request_.path});
  if (!location) {
    counts_.redirectTooLong = true;
    return answer(Outcome::RedirectTooLong, {});
  }
  redirectUrl_ = *location;
  send(Outcome::Redirected,
       redirectResponse(*location, static_cast<int>(settings.statusCode), listener_->listenerAttributes));
}

/// Rewrites host and path as the rule says; false when that gives nothing that could be sent.
bool Exchange::transform() {
  if (!rule_->transforms) return true;
  const balance::TransformResult result = rule_->transforms->apply(request_.authority, request_.path);
  transformStatus_ = result.status;
  if (result.failed()) return false;
  if (!result.status.empty()) actions_ += actions_.empty() ? "rewrite" : ",rewrite";
  if (result.host) {
    request_.authority = transformedHost_ = *result.host;
    request_.fields.remove("host");  // whom an absolute target overrode, and now both are
  }
  if (result.pathAndQuery) request_.path = transformedUri_ = *result.pathAndQuery;
  return true;
}

/// The token is judged at once when its keys are here; else when they have come, unless the client has left
/// by then.
void Exchange::validateToken(std::size_t index) {
  const config::JwtValidation& settings = rule_->actions[index].settings.jwtValidation;
  if (!alive_) alive_ = std::make_shared<bool>(true);
  auto later = [&loop = host_.loop, alive = alive_, this, index](JwtVerdict verdict) {
    loop.post([alive, this, index, verdict = std::move(verdict)] {
      if (*alive && !fromBalancer_) onToken(index, verdict);
    });
  };
  if (const auto verdict = validateJwt(request_.fields, settings, host_.keys, std::move(later))) {
    onToken(index, *verdict);
  }
}

void Exchange::onToken(std::size_t index, const JwtVerdict& verdict) {
  if (verdict) return act(index + 1);
  counts_.jwtFailed = true;
  errorReason_ = verdict.error().errorReason;
  answer(verdict.error().outcome, verdict.error().detail);
}

}  // namespace spillway::proxy

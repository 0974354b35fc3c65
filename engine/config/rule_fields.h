// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/config/model.h"

/// The fields of rules, conditions and actions in a workspace file; see document_fields.h. Names are those of
/// ALB's API, in lowerCamelCase.
namespace spillway::config {

template <class V>
void fields(V& v, QueryPair& pair) {
  v.optionalText("key", pair.key);
  v.text("value", pair.value);
}

template <class V>
void fields(V& v, Condition& condition) {
  v.choice("field", condition.field);
  if (v.wants(condition.field == ConditionField::HttpHeader))
    v.text("httpHeaderName", condition.httpHeaderName);
  if (condition.field == ConditionField::QueryString) {
    v.list("values", condition.queryPairs);
  } else if (v.wants(!condition.values.empty() || condition.regexValues.empty())) {
    v.texts("values", condition.values);
  }
  if (v.wants(!condition.regexValues.empty())) v.texts("regexValues", condition.regexValues);
}

template <class V>
void fields(V& v, WeightedTargetGroup& group) {
  v.text("targetGroup", group.targetGroup);
  v.number("weight", group.weight);
}

/// ALB takes a single group in short form ("targetGroup"), and several in "targetGroups" with their weights.
template <class V>
void forwardFields(V& v, Action& action) {
  const bool isShort = action.targetGroups.size() == 1 && action.targetGroups.front().weight == 1;
  std::optional<std::string> single;
  if (isShort) single = action.targetGroups.front().targetGroup;
  v.optionalText("targetGroup", single);
  if (v.wants(!isShort)) v.list("targetGroups", action.targetGroups);
  v.orElse([&] {
    if (single && action.targetGroups.empty()) action.targetGroups = {{*single, 1}};
  });
  if (v.wants(action.targetGroupStickiness != TargetGroupStickiness{})) {
    v.object("targetGroupStickiness", [&](V& inner) {
      inner.flag("enabled", action.targetGroupStickiness.enabled);
      inner.number("durationSeconds", action.targetGroupStickiness.durationSeconds);
    });
  }
}

template <class V>
void redirectFields(V& v, Redirect& redirect) {
  v.text("protocol", redirect.protocol);
  v.text("host", redirect.host);
  v.text("port", redirect.port);
  v.text("path", redirect.path);
  v.text("query", redirect.query);
  v.redirectStatus("statusCode", redirect.statusCode);
}

template <class V>
void fields(V& v, JwtClaim& claim) {
  v.text("name", claim.name);
  v.choice("format", claim.format);
  v.texts("values", claim.values);
}

template <class V>
void fields(V& v, Action& action) {
  v.choice("type", action.type);
  switch (action.type) {
    case ActionType::Forward:
      return forwardFields(v, action);
    case ActionType::Redirect:
      return redirectFields(v, action.redirect);
    case ActionType::FixedResponse:
      v.number("statusCode", action.fixedResponse.statusCode);
      v.text("contentType", action.fixedResponse.contentType);
      v.text("messageBody", action.fixedResponse.messageBody);
      return;
    case ActionType::JwtValidation:
      v.text("jwksEndpoint", action.jwtValidation.jwksEndpoint);
      v.text("issuer", action.jwtValidation.issuer);
      if (v.wants(!action.jwtValidation.additionalClaims.empty())) {
        v.list("additionalClaims", action.jwtValidation.additionalClaims);
      }
      return;
    case ActionType::AuthenticateOidc:
    case ActionType::AuthenticateCognito:
      return v.ignoreRest();  // refused as a whole by validate()
  }
}

template <class V>
void fields(V& v, Rewrite& rewrite) {
  v.text("regex", rewrite.regex);
  v.text("replace", rewrite.replace);
}

template <class V>
void fields(V& v, Rule& rule) {
  v.number("priority", rule.priority);
  v.list("conditions", rule.conditions);
  v.optionalObject("hostHeaderRewrite", rule.hostHeaderRewrite);
  v.optionalObject("urlRewrite", rule.urlRewrite);
  v.list("actions", rule.actions);
}

}  // namespace spillway::config

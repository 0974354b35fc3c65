// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/rule_words.h"

#include <QStringList>
#include <numeric>

namespace spillway::ui {

namespace {

using config::ActionType;
using config::ConditionField;

QString str(const std::string& text) {
  return QString::fromStdString(text);
}

QString anyOf(const std::vector<std::string>& values) {
  QStringList words;
  for (const std::string& value : values)
    words.push_back(str(value));
  return words.join(QStringLiteral(" or "));
}

QString valueWords(const config::Condition& condition) {
  if (!condition.regexValues.empty()) return QStringLiteral("~ ") + anyOf(condition.regexValues);
  if (condition.field != ConditionField::QueryString) return anyOf(condition.values);
  QStringList words;
  for (const auto& pair : condition.queryPairs)
    words.push_back(!pair.key ? str(pair.value)
                              : QStringLiteral("%1=%2").arg(str(*pair.key), str(pair.value)));
  return words.join(QStringLiteral(" or "));
}

QString fieldWord(const config::Condition& condition) {
  switch (condition.field) {
    case ConditionField::HostHeader:
      return QStringLiteral("host ");
    case ConditionField::PathPattern:
      return QStringLiteral("path ");
    case ConditionField::HttpHeader:
      return QStringLiteral("header %1 ").arg(str(condition.httpHeaderName));
    case ConditionField::HttpRequestMethod:
      return {};
    case ConditionField::QueryString:
      return QStringLiteral("query ");
    case ConditionField::SourceIp:
      return QStringLiteral("from ");
  }
  return {};
}

QString lastWords(const config::Action& action) {
  switch (action.type) {
    case ActionType::Forward:
      return action.targetGroups.size() > 1 ? QStringLiteral("forward by weight") : QStringLiteral("forward");
    case ActionType::Redirect:
      return QStringLiteral("redirect %1").arg(action.redirect.statusCode);
    case ActionType::FixedResponse:
      return QStringLiteral("answer %1").arg(action.fixedResponse.statusCode);
    case ActionType::JwtValidation:
      return QStringLiteral("token");
    case ActionType::AuthenticateOidc:
    case ActionType::AuthenticateCognito:
      break;
  }
  return QStringLiteral("authenticate");
}

}  // namespace

QString conditionWords(const config::Condition& condition) {
  return fieldWord(condition) + valueWords(condition);
}

QString conditionsWords(const config::Rule& rule) {
  QStringList words;
  for (const config::Condition& condition : rule.conditions)
    words.push_back(conditionWords(condition));
  return words.isEmpty() ? QStringLiteral("every request") : words.join(QStringLiteral(" and "));
}

QString actionsWords(const std::vector<config::Action>& actions) {
  QStringList words;
  for (const config::Action& action : actions)
    words.push_back(lastWords(action));
  return words.join(QStringLiteral(", then "));
}

QString groupsWords(const std::vector<config::Action>& actions) {
  if (actions.empty()) return {};
  const auto& groups = actions.back().targetGroups;
  const auto all = std::accumulate(groups.begin(), groups.end(), 0U,
                                   [](unsigned sum, const auto& group) { return sum + group.weight; });
  QStringList words;
  for (const auto& group : groups) {
    QString text = str(group.targetGroup);
    if (groups.size() > 1 && all > 0)
      text += QStringLiteral(" %1 %").arg(100.0 * group.weight / all, 0, 'f', 0);
    words.push_back(text);
  }
  return words.join(QStringLiteral(", "));
}

}  // namespace spillway::ui

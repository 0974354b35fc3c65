// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/lab/json_brief.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QStringList>

namespace spillway::ui {

namespace {

/// It is asked for while painting: longer JSON is not parsed, its beginning stands there.
constexpr qsizetype kLongest = 10'000, kShown = 200;

/// All values in order, without their names.
QStringList valuesIn(const QJsonValue& value) {
  QStringList values;
  if (value.isObject()) {
    for (const QJsonValue& part : value.toObject())
      values += valuesIn(part);
  } else if (value.isArray()) {
    for (const QJsonValue& part : value.toArray())
      values += valuesIn(part);
  } else {
    values << value.toVariant().toString();
  }
  return values;
}

}  // namespace

QString jsonBrief(const QString& json) {
  if (json.size() > kLongest) return json.left(kShown).simplified();
  const QJsonDocument document = QJsonDocument::fromJson(json.toUtf8());
  if (!document.isObject()) return json.simplified();
  const QJsonObject message = document.object();
  QStringList texts, nested, named;
  for (auto field = message.begin(); field != message.end(); ++field) {
    const QStringList values = valuesIn(*field);
    if (field->isString()) {
      texts << field->toString();
    } else if (!field->isObject() && !field->isArray()) {
      named << QStringLiteral("%1 %2").arg(field.key(), values.front());
    } else if (!values.isEmpty()) {
      nested << QStringLiteral("[%1]").arg(values.join(QStringLiteral(", ")));
    }
  }
  texts.removeAll(QString());
  return (texts + nested + QStringList(named.join(QStringLiteral(", ")))).join(QLatin1Char(' ')).simplified();
}

}  // namespace spillway::ui

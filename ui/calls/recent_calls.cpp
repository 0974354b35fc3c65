// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/calls/recent_calls.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QSettings>
#include <QStringList>

namespace spillway::ui {

namespace {

constexpr int kMost = 30;
constexpr int kLongestMessage = 100'000;  ///< a longer one is not kept
constexpr auto kKey = "calls/recent";

QString textOf(const RecentCall& call) {
  const QJsonObject object{{QStringLiteral("to"), call.to},
                           {QStringLiteral("tls"), call.tls},
                           {QStringLiteral("method"), call.method},
                           {QStringLiteral("deadline"), call.deadlineMillis},
                           {QStringLiteral("compression"), call.compression},
                           {QStringLiteral("message"), call.message}};
  return QString::fromUtf8(QJsonDocument(object).toJson(QJsonDocument::Compact));
}

RecentCall callIn(const QString& text) {
  const QJsonObject object = QJsonDocument::fromJson(text.toUtf8()).object();
  return {object[QStringLiteral("to")].toString(),       object[QStringLiteral("tls")].toInt(),
          object[QStringLiteral("method")].toString(),   object[QStringLiteral("deadline")].toInt(),
          object[QStringLiteral("compression")].toInt(), object[QStringLiteral("message")].toString()};
}

}  // namespace

void keepRecentCall(const RecentCall& call) {
  if (call.message.size() > kLongestMessage) return;
  QSettings settings;
  QStringList kept = settings.value(QLatin1String(kKey)).toStringList();
  const QString text = textOf(call);
  kept.removeAll(text);
  kept.prepend(text);
  settings.setValue(QLatin1String(kKey), kept.mid(0, kMost));
}

QList<RecentCall> recentCalls() {
  QList<RecentCall> calls;
  for (const QString& text : QSettings().value(QLatin1String(kKey)).toStringList())
    calls << callIn(text);
  return calls;
}

QString recentCallTitle(const RecentCall& call) {
  QString title =
      QStringLiteral("%1 · %2 · %3")
          .arg(call.method.section(QLatin1Char('/'), -1), call.to, call.message.simplified().left(60));
  return title.replace(QLatin1Char('&'), QLatin1String("&&"));
}

}  // namespace spillway::ui

// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/calls/recent_calls.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QSettings>
#include <QStringList>
#include <algorithm>

namespace spillway::ui {

using config::SavedCall;

namespace {

constexpr int kMost = 30;
constexpr std::size_t kLongestMessage = 100'000;  ///< a longer one is not kept
constexpr auto kKey = "calls/recent";

QString toQt(const std::string& text) {
  return QString::fromStdString(text);
}

QString textOf(const SavedCall& call) {
  const QJsonObject object{{QStringLiteral("to"), toQt(call.address)},
                           {QStringLiteral("tls"), static_cast<int>(call.security)},
                           {QStringLiteral("method"), toQt(call.method)},
                           {QStringLiteral("deadline"), static_cast<qint64>(call.deadlineMillis)},
                           {QStringLiteral("compression"), static_cast<int>(call.encoding)},
                           {QStringLiteral("message"), toQt(call.message)}};
  return QString::fromUtf8(QJsonDocument(object).toJson(QJsonDocument::Compact));
}

SavedCall callIn(const QString& text) {
  const QJsonObject object = QJsonDocument::fromJson(text.toUtf8()).object();
  SavedCall call;
  call.address = object[QStringLiteral("to")].toString().toStdString();
  call.security = static_cast<config::CallSecurity>(std::clamp(object[QStringLiteral("tls")].toInt(), 0, 3));
  call.method = object[QStringLiteral("method")].toString().toStdString();
  call.deadlineMillis = static_cast<std::uint32_t>(std::max(0, object[QStringLiteral("deadline")].toInt()));
  call.encoding =
      static_cast<config::CallEncoding>(std::clamp(object[QStringLiteral("compression")].toInt(), 0, 2));
  call.message = object[QStringLiteral("message")].toString().toStdString();
  return call;
}

}  // namespace

void keepRecentCall(const SavedCall& call) {
  if (call.message.size() > kLongestMessage) return;
  QSettings settings;
  QStringList kept = settings.value(QLatin1String(kKey)).toStringList();
  const QString text = textOf(call);
  kept.removeAll(text);
  kept.prepend(text);
  settings.setValue(QLatin1String(kKey), kept.mid(0, kMost));
}

QList<SavedCall> recentCalls() {
  QList<SavedCall> calls;
  for (const QString& text : QSettings().value(QLatin1String(kKey)).toStringList())
    calls << callIn(text);
  return calls;
}

QString recentCallTitle(const SavedCall& call) {
  QString title = QStringLiteral("%1 · %2 · %3")
                      .arg(toQt(call.method).section(QLatin1Char('/'), -1), toQt(call.address),
                           toQt(call.message).simplified().left(60));
  return title.replace(QLatin1Char('&'), QLatin1String("&&"));
}

}  // namespace spillway::ui

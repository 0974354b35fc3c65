// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/accesslog/log_filters.h"

#include <QDateTime>
#include <QTimeZone>

#include "engine/history/filter_text.h"

namespace spillway::ui {

namespace {

/// With milliseconds, in UTC: it means the same wherever it is read.
QString moment(WallTime time) {
  const auto millis = std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
  return QDateTime::fromMSecsSinceEpoch(millis, QTimeZone::utc()).toString(Qt::ISODateWithMs);
}

}  // namespace

QString inQuotes(const QString& text) {
  return QString::fromStdString(history::inQuotes(text.toStdString()));
}

QString filterOfListener(const ListenerId& listener) {
  return QStringLiteral("load_balancer = %1 and listener = %2")
      .arg(inQuotes(QString::fromStdString(listener.loadBalancer)),
           inQuotes(QString::fromStdString(listener.listener)));
}

QString filterOfGroup(const QString& group) {
  return QStringLiteral("group = ") + inQuotes(group);
}

QString filterOfTarget(const QString& address) {
  return QStringLiteral("target = ") + inQuotes(address);
}

QString filterOfRule(const ListenerId& listener, std::uint32_t priority) {
  return filterOfListener(listener) + QStringLiteral(" and rule = \"%1\"").arg(priority);
}

QString filterOfTime(WallTime from, WallTime to) {
  return QStringLiteral("time >= %1 and time < %2").arg(moment(from), moment(to));
}

QString bothFilters(const QString& one, const QString& other) {
  return QString::fromStdString(history::bothOf(one.toStdString(), other.toStdString()));
}

}  // namespace spillway::ui

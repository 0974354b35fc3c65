// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/health_notifier.h"

#include <QDBusConnection>
#include <QDBusMessage>
#include <QFile>
#include <QSettings>
#include <QVariantMap>

namespace spillway::ui {

namespace {

/// Asking for a bus that is not there would start one.
bool hasSessionBus() {
  return !qEnvironmentVariableIsEmpty("DBUS_SESSION_BUS_ADDRESS") ||
         QFile::exists(qEnvironmentVariable("XDG_RUNTIME_DIR") + QStringLiteral("/bus"));
}

/// Desktop Notifications Specification 1.2, org.freedesktop.Notifications.Notify. The body is markup.
QDBusMessage notification(const QString& title, const QString& words) {
  const QString service = QStringLiteral("org.freedesktop.Notifications");
  QDBusMessage call = QDBusMessage::createMethodCall(
      service, QStringLiteral("/org/freedesktop/Notifications"), service, QStringLiteral("Notify"));
  const uint replaces = 0;
  const int expiresByItself = -1;
  call.setArguments({QStringLiteral("Spillway"), replaces, QStringLiteral("spillway"), title,
                     words.toHtmlEscaped(), QStringList(), QVariantMap(), expiresByItself});
  return call;
}

}  // namespace

HealthNotifier::HealthNotifier(EngineBridge& bridge, QObject* parent) : QObject(parent) {
  bus_.setMaxThreadCount(1);
  connect(&bridge, &EngineBridge::targetsChanged, this, &HealthNotifier::take);
  connect(this, &HealthNotifier::notified, this, &HealthNotifier::tellDesktop);
}

void HealthNotifier::take(const std::vector<TargetStatus>& targets) {
  const auto notice = alarms_.take(targets, SteadyClock::now());
  if (notice && QSettings().value(QLatin1String(kNotifyOfHealthKey), true).toBool())
    Q_EMIT notified(notice->title, notice->words);
}

void HealthNotifier::tellDesktop(const QString& title, const QString& words) {
  if (!hasSessionBus()) return;
  bus_.start([title, words] { QDBusConnection::sessionBus().send(notification(title, words)); });
}

}  // namespace spillway::ui

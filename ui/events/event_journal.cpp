// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/events/event_journal.h"

#include <algorithm>

#include "ui/accesslog/log_filters.h"

namespace spillway::ui {

namespace {

using observe::EventKind;
using observe::TargetState;

/// Follows what a failure's filter says of its kind.
constexpr QLatin1String kTimePart(" and time");

QString str(const std::string& text) {
  return QString::fromStdString(text);
}

Severity severityOf(TargetState state) {
  switch (state) {
    case TargetState::Healthy:
      return Severity::Good;
    case TargetState::Unhealthy:
      return Severity::Bad;
    case TargetState::Draining:
      return Severity::Warning;
    case TargetState::Initial:
    case TargetState::Unused:
      break;
  }
  return Severity::None;
}

bool isFailure(const observe::StreamRecord& record) {
  return !observe::isGood(record.outcome) && record.outcome != observe::Outcome::Drained;
}

/// Client's faults worry less than targets'.
Severity severityOf(const observe::StreamRecord& record) {
  return record.endedBy == observe::EndedBy::Client ? Severity::Warning : Severity::Bad;
}

QString failureFilter(const observe::StreamRecord& record) {
  const QString outcome =
      QStringLiteral("outcome = ") + inQuotes(QLatin1String(observe::toString(record.outcome)));
  return record.target.empty() ? outcome : bothFilters(outcome, filterOfTarget(str(record.target)));
}

QString failureWords(const observe::StreamRecord& record) {
  QString words = causeText(record);
  if (!record.target.empty() && !words.contains(str(record.target)))
    words = QStringLiteral("%1: %2").arg(str(record.target), words);
  return words;
}

/// "healthy → unhealthy. connection refused", "taken out by you for 5 min".
QString changeWords(const observe::HealthEvent& health) {
  if (health.reason == observe::HealthReason::TakenOut)
    return QStringLiteral("taken out by you ") + str(health.detail);
  const QLatin1String before(observe::toString(health.previous)), after(observe::toString(health.state));
  const QString words =
      health.previous == health.state ? QString(after) : QStringLiteral("%1 → %2").arg(before, after);
  const std::string& why = health.detail.empty() ? health.description : health.detail;
  return why.empty() ? words : words + QStringLiteral(". ") + str(why);
}

/// A TLS handshake that came to nothing.
bool hasFailed(const observe::ConnectionRecord& connection) {
  return connection.hasTls && connection.handshakeMicros < 0;
}

}  // namespace

void EventJournal::takeEvents(const std::vector<observe::Event>& events) {
  const quint64 before = number_;
  bool hasGrown = false;
  for (const observe::Event& event : events) {
    switch (event.kind) {
      case EventKind::ConfigApplied:
        tell(JournalKind::Configuration, Severity::None, str(*event.text), event.time);
        break;
      case EventKind::ConfigRefused:
        tell(JournalKind::Configuration, Severity::Warning, str(*event.text), event.time);
        break;
      case EventKind::Health:
        if (event.health->changed) takeHealth(*event.health);
        break;
      case EventKind::StreamEnded:
        if (!isFailure(*event.record)) break;
        takeFailure(*event.record);
        hasGrown = true;
        break;
      case EventKind::Connection:
        if (!hasFailed(*event.connection)) break;
        takeConnection(*event.connection);
        hasGrown = true;
        break;
      default:
        break;
    }
  }
  if (hasGrown || number_ != before) Q_EMIT changed();
}

void EventJournal::takeHealth(const observe::HealthEvent& health) {
  const bool isOut = health.reason == observe::HealthReason::TakenOut;
  const QString words =
      QStringLiteral("%1 of %2: %3").arg(str(health.address), str(health.target.group), changeWords(health));
  add({.time = health.time,
       .last = health.time,
       .kind = JournalKind::Health,
       .severity = isOut ? Severity::Warning : severityOf(health.state),
       .words = words,
       .target = health.target});
}

void EventJournal::takeFailure(const observe::StreamRecord& record) {
  const QString filter = failureFilter(record);
  for (JournalEntry& entry : entries_) {
    if (record.ended - entry.last > kTogether) break;
    if (entry.kind != JournalKind::Errors || !entry.logFilter.startsWith(filter + kTimePart)) continue;
    ++entry.times;
    entry.last = std::max(entry.last, record.ended);
    entry.logFilter =
        bothFilters(filter, filterOfTime(entry.time, entry.last + std::chrono::milliseconds(1)));
    return;
  }
  add({.time = record.ended,
       .last = record.ended,
       .kind = JournalKind::Errors,
       .severity = severityOf(record),
       .words = failureWords(record),
       .logFilter =
           bothFilters(filter, filterOfTime(record.ended, record.ended + std::chrono::milliseconds(1)))});
}

void EventJournal::takeConnection(const observe::ConnectionRecord& connection) {
  QString words = QStringLiteral("TLS handshake with client %1 failed at %2 of %3")
                      .arg(str(connection.clientIp), str(connection.listener), str(connection.loadBalancer));
  if (!connection.tlsVerifyStatus.empty()) words += QStringLiteral(". ") + str(connection.tlsVerifyStatus);
  addTogether({.time = connection.established,
               .last = connection.established,
               .kind = JournalKind::Connections,
               .severity = Severity::Warning,
               .words = words});
}

void EventJournal::takeLosses(quint64 details, quint64 records, WallTime now) {
  const quint64 more = details + records - std::exchange(lost_, details + records);
  if (more == 0) return;
  addTogether({.time = now,
               .last = now,
               .kind = JournalKind::Losses,
               .severity = Severity::Notice,
               .words = QStringLiteral("Details of streams came faster than the window could take them; the "
                                       "counts and the history have them all"),
               .times = more});
  Q_EMIT changed();
}

void EventJournal::takeHistoryLosses(quint64 requests, WallTime now) {
  const quint64 more = requests - std::exchange(lostByHistory_, requests);
  if (more == 0) return;
  addTogether({.time = now,
               .last = now,
               .kind = JournalKind::Losses,
               .severity = Severity::Warning,
               .words = QStringLiteral("Requests came faster than the history could store them; the counts "
                                       "have them all"),
               .times = more});
  Q_EMIT changed();
}

/// One entry with the same that happened within a minute before.
void EventJournal::addTogether(JournalEntry entry) {
  for (JournalEntry& before : entries_) {
    if (entry.last - before.last > kTogether) break;
    if (before.kind != entry.kind || before.words != entry.words) continue;
    before.times += entry.times;
    before.last = std::max(before.last, entry.last);
    return;
  }
  add(std::move(entry));
}

void EventJournal::tell(JournalKind kind, Severity severity, const QString& words, WallTime time) {
  add({.time = time, .last = time, .kind = kind, .severity = severity, .words = words});
  Q_EMIT changed();
}

JournalEntry& EventJournal::add(JournalEntry entry) {
  entry.number = ++number_;
  entries_.push_front(std::move(entry));
  if (entries_.size() > kMost) entries_.pop_back();
  return entries_.front();
}

void EventJournal::clear() {
  entries_.clear();
  Q_EMIT changed();
}

}  // namespace spillway::ui

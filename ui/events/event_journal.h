// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QString>
#include <deque>
#include <optional>

#include "engine/observe/events.h"
#include "ui/models/words.h"

namespace spillway::ui {

enum class JournalKind { Configuration, Health, Errors, Connections, Losses, History, Logs };

/// Something that befell the balancer.
struct JournalEntry {
  quint64 number = 0;  ///< grows with time
  WallTime time{}, last{};
  JournalKind kind = JournalKind::Configuration;
  Severity severity = Severity::None;
  QString words;
  std::uint64_t times = 1;                        ///< how often it happened from `time` to `last`
  QString logFilter;                              ///< selects the log lines behind it; may be empty
  std::optional<TargetId> target = std::nullopt;  ///< whose health changed
};

/// The last 500 things that befell the balancer, newest first. Requests that fail in the same way within a
/// minute are one entry that counts. UI thread only.
class EventJournal : public QObject {
  Q_OBJECT

 public:
  static constexpr std::size_t kMost = 500;
  static constexpr std::chrono::seconds kTogether{60};

  explicit EventJournal(QObject* parent = nullptr) : QObject(parent) {}
  void takeEvents(const std::vector<observe::Event>& events);
  /// What the window's queue has lost so far, in all.
  void takeLosses(quint64 details, quint64 records, WallTime now);
  /// What the history has lost so far, in all.
  void takeHistoryLosses(quint64 requests, WallTime now);
  void tell(JournalKind kind, Severity severity, const QString& words, WallTime time);
  void clear();
  const std::deque<JournalEntry>& entries() const { return entries_; }

 signals:
  void changed();

 private:
  void takeHealth(const observe::HealthEvent& health);
  void takeFailure(const observe::StreamRecord& record);
  void takeConnection(const observe::ConnectionRecord& connection);
  void addTogether(JournalEntry entry);
  JournalEntry& add(JournalEntry entry);

  std::deque<JournalEntry> entries_;
  quint64 number_ = 0, lost_ = 0, lostByHistory_ = 0;
};

}  // namespace spillway::ui

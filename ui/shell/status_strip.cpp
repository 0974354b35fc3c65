// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/status_strip.h"

#include <QEvent>
#include <QLabel>
#include <QPushButton>
#include <algorithm>
#include <cmath>

#include "ui/models/words.h"
#include "ui/theme/theme.h"

namespace spillway::ui {

namespace {
constexpr std::chrono::seconds kTold{10};
}

StatusStrip::StatusStrip(EngineBridge& bridge, RecentReadings& recent, QWidget* parent)
    : QStatusBar(parent),
      bridge_(bridge),
      recent_(recent),
      targets_(makeFigure(Room::TargetHealth, QStringLiteral("Target health"))),
      rate_(makeFigure(Room::Dashboard, QStringLiteral("Request rate"))),
      latency_(makeFigure(Room::Dashboard, QStringLiteral("Latency"))),
      grpc_(makeFigure(Room::Dashboard, QStringLiteral("gRPC OK"))),
      streams_(makeFigure(Room::Streams, QStringLiteral("Active streams"))),
      told_(new QLabel(this)),
      keyLog_(new QLabel(this)),
      lost_(makeFigure(Room::Events, QStringLiteral("Lost events"))),
      history_(makeFigure(Room::AccessLog, QStringLiteral("History"))),
      engine_(makeFigure(Room::Dashboard, QStringLiteral("Engine load"))) {
  setSizeGripEnabled(false);
  lost_->setObjectName(QStringLiteral("lost"));
  history_->setObjectName(QStringLiteral("history"));
  engine_->setObjectName(QStringLiteral("engine"));
  told_->setTextFormat(Qt::PlainText);
  told_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
  told_->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
  told_->setProperty("role", QByteArray("muted"));
  told_->setContentsMargins(9, 0, 0, 0);
  for (QPushButton* button : {targets_, rate_, latency_, grpc_, streams_})
    addWidget(button);
  addWidget(told_, 1);
  keyLog_->setObjectName(QStringLiteral("keyLog"));
  keyLog_->setTextFormat(Qt::PlainText);
  keyLog_->setContentsMargins(9, 0, 0, 0);
  for (QWidget* widget : std::initializer_list<QWidget*>{keyLog_, lost_, history_, engine_})
    addPermanentWidget(widget);
  setContentsMargins(8, 0, 12, 0);
  forget_.setSingleShot(true);
  forget_.setInterval(kTold);
  connect(&forget_, &QTimer::timeout, told_, &QLabel::clear);
  connect(&bridge_, &EngineBridge::targetsChanged, this, &StatusStrip::showTargets);
  connect(&recent_, &RecentReadings::changed, this, &StatusStrip::showTraffic);
  connect(&bridge_, &EngineBridge::eventsDropped, this, [this](quint64 details, quint64 records) {
    droppedDetails_ = details;
    droppedRecords_ = records;
    showLost();
  });
  showKeyLog({});
  showTargets();
  showTraffic();
}

QPushButton* StatusStrip::makeFigure(Room room, const QString& name) {
  auto* button = new QPushButton(this);
  button->setProperty("role", QByteArray("status"));
  button->setAccessibleDescription(name);
  button->setToolTip(QStringLiteral("Open %1").arg(titleOf(room)));
  connect(button, &QPushButton::clicked, this, [this, room] { Q_EMIT roomRequested(room); });
  return button;
}

void StatusStrip::tell(const QString& words) {
  told_->setText(words);
  forget_.start();
}

void StatusStrip::showKeyLog(const QString& file) {
  keyLogFile_ = file;
  keyLog_->setStyleSheet(QStringLiteral("color: %1; font-weight: 600").arg(Theme::colors().bad.name()));
  keyLog_->setVisible(!file.isEmpty());
  keyLog_->setText(QStringLiteral("▲ TLS keys are written to a file"));
  keyLog_->setToolTip(
      QStringLiteral("Whoever reads %1 can read all TLS traffic. It is for Wireshark, and not on "
                     "AWS; monitoring.tlsKeyLogFile of the workspace switches it off.")
          .arg(file));
}

void StatusStrip::showTargets() {
  const auto& targets = bridge_.targets();
  const auto healthy = std::ranges::count(targets, observe::TargetState::Healthy, &TargetStatus::state);
  const bool allHealthy = static_cast<std::size_t>(healthy) == targets.size();
  if (targets.empty()) {
    targets_->setText(QStringLiteral("○ no targets"));
  } else {
    targets_->setText(QStringLiteral("%1 %2 of %3 healthy")
                          .arg(allHealthy ? QStringLiteral("✔") : QStringLiteral("✖"))
                          .arg(healthy)
                          .arg(countOf(targets.size(), QStringLiteral("target"))));
  }
  const ThemeColors& colors = Theme::colors();
  const QColor color = targets.empty() ? colors.mutedText : allHealthy ? colors.good : colors.bad;
  targets_->setStyleSheet(QStringLiteral("color: %1").arg(color.name()));
}

void StatusStrip::showTraffic() {
  rate_->setText(rateText(recent_.perSecond()).replace(QLatin1String("/s"), QLatin1String(" req/s")));
  const auto durations = recent_.durations();
  latency_->setVisible(durations.count > 0);
  if (durations.count > 0) {
    const auto text = [&](double share) {
      return durationText(static_cast<std::int64_t>(durations.percentile(share)));
    };
    latency_->setText(QStringLiteral("p50 %1 · p99 %2").arg(text(0.5), text(0.99)));
  }
  const double ok = recent_.grpcOkShare();
  grpc_->setVisible(ok >= 0);
  // Rounded down, so that 100 % means all.
  if (ok >= 0) grpc_->setText(QStringLiteral("gRPC OK %1 %").arg(std::floor(ok * 1000) / 10));
  const std::int64_t active = bridge_.metrics().total.activeStreams;
  streams_->setText(countOf(static_cast<std::uint64_t>(std::max<std::int64_t>(active, 0)),
                            QStringLiteral("active stream")));
  showHistory();
  showLost();
  showEngine();
}

/// "history 212 MiB of 1 GiB"; nothing where none is kept.
void StatusStrip::showHistory() {
  const history::StoreStatus& history = bridge_.history();
  history_->setVisible(!history.file.empty());
  if (!history.trouble.empty()) {
    history_->setText(QStringLiteral("▲ history not written"));
    history_->setToolTip(QString::fromStdString(history.trouble));
    return;
  }
  history_->setText(QStringLiteral("history %1 of %2")
                        .arg(storageText(history.bytes), storageText(history.bounds.mostBytes)));
  history_->setToolTip(
      QStringLiteral("%1 stored on disk. Open %2; Settings bound the history.")
          .arg(countOf(history.entries, QStringLiteral("request")), titleOf(Room::AccessLog)));
}

/// Shown only when something was lost.
void StatusStrip::showLost() {
  const std::uint64_t lost = droppedDetails_ + droppedRecords_ + bridge_.metrics().droppedDetails;
  const history::StoreStatus& history = bridge_.history();
  const std::uint64_t notStored = history.dropped;
  // Much the same streams: those that began when too many did.
  const std::uint64_t summarized =
      std::max(bridge_.metrics().summarizedStreams, history.skippedCaptures + history.droppedCaptures);
  QStringList words;
  if (notStored > 0) words << countText(notStored) + QStringLiteral(" not stored");
  if (history.droppedSeconds > 0)
    words << countOf(history.droppedSeconds, QStringLiteral("second")) +
                 QStringLiteral(" of metrics not stored");
  if (lost > 0) words << countText(lost) + QStringLiteral(" lost");
  if (summarized > 0) words << countText(summarized) + QStringLiteral(" in summary only");
  lost_->setVisible(!words.isEmpty());
  if (words.isEmpty()) return;
  lost_->setText(QStringLiteral("▲ ") + words.join(QStringLiteral(" · ")));
  lost_->setToolTip(
      QStringLiteral(
          "Events that came too fast to show or to store, and streams of which too many began at once to "
          "show and record each step; the counts are exact all the same. Open %1")
          .arg(titleOf(Room::Events)));
}

void StatusStrip::showEngine() {
  engine_->setText(QStringLiteral("engine %1 · %2 % CPU")
                       .arg(countOf(bridge_.workers(), QStringLiteral("worker")))
                       .arg(std::lround(recent_.engineLoad() * 100)));
  engine_->setToolTip(
      QStringLiteral("CPU time that the worker threads used in the last 10 s; 100 % is all of one "
                     "core. Open %1")
          .arg(titleOf(Room::Dashboard)));
}

void StatusStrip::changeEvent(QEvent* event) {
  QStatusBar::changeEvent(event);
  if (event->type() != QEvent::PaletteChange || !targets_) return;
  showTargets();
  showKeyLog(keyLogFile_);
}

}  // namespace spillway::ui

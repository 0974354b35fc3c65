// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/health/target_history.h"

#include <QLabel>
#include <QVBoxLayout>
#include <algorithm>

#include "ui/health/check_strip.h"
#include "ui/health/target_health_model.h"
#include "ui/models/words.h"
#include "ui/theme/theme.h"

namespace spillway::ui {

using observe::HealthEvent;
using observe::TargetState;

namespace {

TableCell stateCell(TargetState state) {
  return {healthGlyph(state) + QLatin1Char(' ') + healthWord(state), {}, {}, state};
}

QString causeText(const HealthEvent& event) {
  QStringList parts;
  if (event.reason != observe::HealthReason::None)
    parts.push_back(QString::fromLatin1(observe::toString(event.reason)));
  if (!event.description.empty()) parts.push_back(QString::fromStdString(event.description));
  if (!event.detail.empty()) parts.push_back(QString::fromStdString(event.detail));
  if (parts.isEmpty() && event.isCheck && event.passed)
    parts.push_back(QStringLiteral("health check passed"));
  return parts.join(QStringLiteral(" – "));
}

TableRow rowOf(const HealthEvent& event) {
  const auto time = static_cast<qlonglong>(event.time.time_since_epoch().count());
  TableRow row;
  row.key = QStringLiteral("%1 %2").arg(time).arg(QLatin1String(observe::toString(event.state)));
  row.cells = {{dateTimeText(event.time), QVariant(time), {}, {}, true},
               stateCell(event.previous),
               stateCell(event.state),
               {causeText(event)}};
  row.tip = causeText(event);
  return row;
}

QLabel* addLabel(QWidget* parent) {
  auto* label = new QLabel(parent);
  label->setTextFormat(Qt::PlainText);
  return label;
}

}  // namespace

TargetHistory::TargetHistory(const std::string& file, QWidget* parent)
    : Card(parent), thread_(file.empty() ? nullptr : std::make_unique<HistoryThread>(file)) {
  build();
  show();
}

TargetHistory::~TargetHistory() = default;

void TargetHistory::build() {
  title_ = addLabel(this);
  QFont bold = title_->font();
  bold.setWeight(QFont::DemiBold);
  title_->setFont(bold);
  reason_ = addLabel(this);
  reason_->setWordWrap(true);
  reason_->setTextInteractionFlags(Qt::TextSelectableByMouse);
  strip_ = new CheckStrip(this);
  checkWords_ = addLabel(this);
  checkWords_->setProperty("role", "muted");
  changes_ = new ValueTable({{QStringLiteral("Time"), 226},
                             {QStringLiteral("From"), 116},
                             {QStringLiteral("To"), 116},
                             {QStringLiteral("Cause"), 400}},
                            QStringLiteral("Changes of health"), this);
  changes_->sortByColumn(0, Qt::DescendingOrder);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(14, 10, 14, 10);
  column->setSpacing(6);
  column->addWidget(title_);
  column->addWidget(reason_);
  column->addWidget(strip_);
  column->addWidget(checkWords_);
  column->addWidget(changes_, 1);
  connect(strip_, &CheckStrip::checkChosen, checkWords_, &QLabel::setText);
}

void TargetHistory::takeEvents(const std::vector<observe::Event>& events) {
  const auto touched = history_.ingest(events);
  if (target_ && std::ranges::find(touched, *target_) != touched.end()) show();
}

void TargetHistory::showTarget(const std::optional<TargetId>& target, bool speaksGrpc) {
  if (target == target_ && speaksGrpc == speaksGrpc_) return;
  if (target != target_) {
    earlier_.clear();
    wantsEarlier_ = target.has_value();
  }
  target_ = target;
  speaksGrpc_ = speaksGrpc;
  show();
  if (isVisible()) askForEarlier();
}

void TargetHistory::showReason(const QString& reason) {
  reason_->setText(reason);
  reason_->setVisible(!reason.isEmpty());
}

void TargetHistory::show() {
  checkWords_->setText(QStringLiteral("Point at a check to see what came back"));
  if (!target_) {
    title_->setText(QStringLiteral("Select a target to see its checks"));
    strip_->showChecks({}, true);
    changes_->setRows({});
    return;
  }
  const HealthHistory::Past& past = history_.of(*target_);
  title_->setText(QStringLiteral("%1 in %2 · last %3")
                      .arg(targetAddress(*target_), QString::fromStdString(target_->group),
                           countOf(past.checks.size(), QStringLiteral("check"))));
  strip_->showChecks(past.checks, speaksGrpc_);
  std::vector<TableRow> rows;
  for (const auto& change : past.transitions)
    rows.push_back(rowOf(*change));
  rows.insert(rows.end(), earlier_.begin(), earlier_.end());
  const bool isNew = changes_->model()->rowCount() == 0;
  changes_->setRows(std::move(rows));
  if (isNew) changes_->clearSelection();
}

void TargetHistory::showEvent(QShowEvent* event) {
  Card::showEvent(event);
  askForEarlier();
}

/// What is older than the changes seen here.
void TargetHistory::askForEarlier() {
  if (!thread_ || !std::exchange(wantsEarlier_, false)) return;
  const auto& seen = history_.of(*target_).transitions;
  const WallTime end = seen.empty() ? wallNow() : seen.back()->time;
  thread_->ask([this, end, target = *target_](history::Reader* reader) {
    if (!reader) return;
    auto answer = reader->healthChanges(target, end, kEarlier);
    if (!answer) return;  // the bridge tells what is wrong with the history
    QMetaObject::invokeMethod(this, [this, target, changes = std::move(*answer)] {
      if (target_ != target) return;
      earlier_.clear();
      for (const HealthEvent& change : changes)
        earlier_.push_back(rowOf(change));
      show();
    });
  });
}

}  // namespace spillway::ui

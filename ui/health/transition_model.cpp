// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/health/transition_model.h"

#include "ui/models/words.h"
#include "ui/theme/theme.h"

namespace spillway::ui {

using observe::HealthEvent;
using observe::TargetState;

namespace {

QString stateText(TargetState state) {
  return healthGlyph(state) + QLatin1Char(' ') + healthWord(state);
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

}  // namespace

void TransitionModel::showTransitions(const std::deque<HealthHistory::HealthPtr>& transitions) {
  if (transitions == transitions_) return;
  beginResetModel();
  transitions_ = transitions;
  endResetModel();
}

int TransitionModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(transitions_.size());
}

int TransitionModel::columnCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : ColumnCount;
}

QVariant TransitionModel::data(const QModelIndex& index, int role) const {
  if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
  const HealthEvent& event = *transitions_[static_cast<std::size_t>(index.row())];
  if (role == Qt::FontRole && index.column() == Time) return Theme::fixedFont();
  if (role == Qt::ForegroundRole && index.column() == From) return healthColor(event.previous);
  if (role == Qt::ForegroundRole && index.column() == To) return healthColor(event.state);
  if (role != Qt::DisplayRole) return {};
  switch (index.column()) {
    case Time:
      return clockText(event.time);
    case From:
      return stateText(event.previous);
    case To:
      return stateText(event.state);
    default:
      return causeText(event);
  }
}

QVariant TransitionModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal || section < 0 || section >= ColumnCount) return {};
  if (role == Qt::TextAlignmentRole) return QVariant::fromValue(Qt::AlignVCenter | Qt::AlignLeft);
  if (role != Qt::DisplayRole) return {};
  static const QString kNames[]{QStringLiteral("Time"), QStringLiteral("From"), QStringLiteral("To"),
                                QStringLiteral("Cause")};
  return kNames[section];
}

}  // namespace spillway::ui

// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/streams/message_model.h"

#include "engine/observe/access_log_format.h"
#include "ui/models/live_table_model.h"
#include "ui/models/words.h"
#include "ui/theme/theme.h"

namespace spillway::ui {

namespace {

bool isNumber(int column) {
  return column == MessageModel::Delta || column == MessageModel::Number || column == MessageModel::Size;
}

}  // namespace

void MessageModel::showStream(const StreamEntry* entry) {
  const bool goesOn = entry && hasStream_ && entry->id == stream_ && entry->timeline.size() >= seen_;
  if (!goesOn) {
    beginResetModel();
    messages_.clear();
    seen_ = 0;
    hasStream_ = entry != nullptr;
    stream_ = entry ? entry->id : 0;
    started_ = entry ? entry->head->started : WallTime{};
    endResetModel();
  }
  if (!entry) return;
  std::vector<TimelineEntry> fresh;
  for (; seen_ < entry->timeline.size(); ++seen_) {
    if (entry->timeline[seen_].kind == observe::EventKind::Message) fresh.push_back(entry->timeline[seen_]);
  }
  if (fresh.empty()) return;
  beginInsertRows({}, rowCount(), rowCount() + static_cast<int>(fresh.size()) - 1);
  messages_.insert(messages_.end(), fresh.begin(), fresh.end());
  endInsertRows();
}

int MessageModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(messages_.size());
}

int MessageModel::columnCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : ColumnCount;
}

std::int64_t MessageModel::deltaMicros(int row) const {
  const auto at = static_cast<std::size_t>(row);
  const WallTime before = row == 0 ? started_ : messages_[at - 1].time;
  return (messages_[at].time - before).count();
}

QVariant MessageModel::display(int row, int column) const {
  const TimelineEntry& message = messages_[static_cast<std::size_t>(row)];
  switch (column) {
    case Time:
      return clockText(message.time);
    case Delta:
      return QString(QLatin1Char('+') + durationText(deltaMicros(row)));
    case Direction:
      return message.direction == observe::Direction::Request ? QStringLiteral("→ client to target")
                                                              : QStringLiteral("← target to client");
    case Number:
      return QString::number(message.number);
    case Size:
      return bytesText(message.size);
    case Compressed:
      return message.compressed ? QStringLiteral("yes") : QStringLiteral("no");
    default:
      return {};
  }
}

QVariant MessageModel::raw(int row, int column) const {
  const TimelineEntry& message = messages_[static_cast<std::size_t>(row)];
  switch (column) {
    case Time:
      return QString::fromStdString(observe::formatIsoTime(message.time));
    case Delta:
      return static_cast<qlonglong>(deltaMicros(row));
    case Size:
      return static_cast<qulonglong>(message.size);
    case Number:
      return message.number;
    default:
      return display(row, column);
  }
}

QVariant MessageModel::data(const QModelIndex& index, int role) const {
  if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
  const bool request =
      messages_[static_cast<std::size_t>(index.row())].direction == observe::Direction::Request;
  switch (role) {
    case Qt::DisplayRole:
      return display(index.row(), index.column());
    case RawRole:
      return raw(index.row(), index.column());
    case Qt::ForegroundRole:
      if (index.column() != Direction) return {};
      return request ? Theme::colors().request : Theme::colors().response;
    case Qt::FontRole:
      return index.column() == Time ? QVariant(Theme::fixedFont()) : QVariant();
    case Qt::TextAlignmentRole:
      return QVariant::fromValue(Qt::AlignVCenter |
                                 (isNumber(index.column()) ? Qt::AlignRight : Qt::AlignLeft));
    default:
      return {};
  }
}

QVariant MessageModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal || section < 0 || section >= ColumnCount) return {};
  if (role == Qt::TextAlignmentRole) {
    return QVariant::fromValue(Qt::AlignVCenter | (isNumber(section) ? Qt::AlignRight : Qt::AlignLeft));
  }
  if (role != Qt::DisplayRole) return {};
  static const QString kNames[]{QStringLiteral("Time"), QStringLiteral("Δ"),    QStringLiteral("Direction"),
                                QStringLiteral("#"),    QStringLiteral("Size"), QStringLiteral("Compressed")};
  return kNames[section];
}

}  // namespace spillway::ui

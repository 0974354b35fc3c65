// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/streams/message_model.h"

#include "engine/observe/access_log_format.h"
#include "ui/models/roles.h"
#include "ui/models/words.h"
#include "ui/streams/decoded_message.h"
#include "ui/theme/theme.h"

namespace spillway::ui {

namespace {

bool isNumber(int column) {
  return column == MessageModel::Delta || column == MessageModel::Number || column == MessageModel::Size ||
         column == MessageModel::Held;
}

std::int64_t microsBetween(WallTime from, WallTime to) {
  return std::chrono::duration_cast<std::chrono::microseconds>(to - from).count();
}

}  // namespace

MessageModel::MessageModel(QObject* parent) : QAbstractTableModel(parent) {
  pool_.setMaxThreadCount(1);
  reading_.setSingleShot(true);
  connect(&reading_, &QTimer::timeout, this, &MessageModel::readContents);
}

MessageModel::~MessageModel() {
  pool_.clear();
  pool_.waitForDone();
}

void MessageModel::restart() {
  beginResetModel();
  messages_.clear();
  contents_.clear();
  wanted_.clear();
  ++ticket_;
  seen_ = 0;
  endResetModel();
}

void MessageModel::append(std::vector<Row> fresh) {
  if (fresh.empty()) return;
  beginInsertRows({}, rowCount(), rowCount() + static_cast<int>(fresh.size()) - 1);
  messages_.insert(messages_.end(), fresh.begin(), fresh.end());
  endInsertRows();
}

void MessageModel::showStream(const StreamEntry* entry) {
  const bool goesOn = entry && hasStream_ && entry->id == stream_ && entry->head->started == started_ &&
                      entry->timeline.size() >= seen_;
  if (!goesOn) {
    view_ = nullptr;
    hasStream_ = entry != nullptr;
    stream_ = entry ? entry->id : 0;
    started_ = entry ? entry->head->started : WallTime{};
    restart();
  }
  if (!entry || view_) return;
  std::vector<Row> fresh;
  for (; seen_ < entry->timeline.size(); ++seen_) {
    const TimelineEntry& each = entry->timeline[seen_];
    if (each.kind != observe::EventKind::Message) continue;
    fresh.push_back({each.time, each.size, each.number, each.direction, each.compressed, {}});
  }
  append(std::move(fresh));
}

void MessageModel::showCapture(const observe::CaptureView& view, const CallContext& call) {
  if (view.messages().empty()) return;
  if (view_ != &view) {
    view_ = &view;
    call_ = call;
    restart();
  }
  if (view.kind() == observe::ContentKind::Http) growBodies();
  // The newest rows of before may have left by now.
  const std::size_t before = messages_.size();
  std::size_t changed = before;
  for (std::size_t i = before; i-- > 0 && !messages_[i].left && before - i < 1000;) {
    messages_[i].left = view.messages()[i].left;
    if (messages_[i].left) changed = i;
  }
  if (changed < before)
    Q_EMIT dataChanged(index(static_cast<int>(changed), Held), index(static_cast<int>(before) - 1, Held));
  std::vector<Row> fresh;
  for (std::size_t i = before; i < view.messages().size(); ++i) {
    const observe::CapturedMessage& each = view.messages()[i];
    fresh.push_back({each.arrived, each.size, each.number, each.direction, each.compressed, each.left});
  }
  append(std::move(fresh));
}

/// A body is one message that grows.
void MessageModel::growBodies() {
  for (std::size_t i = 0; i < messages_.size(); ++i) {
    if (messages_[i].size == view_->messages()[i].size) continue;
    messages_[i].size = view_->messages()[i].size;
    contents_.remove(static_cast<int>(i));
    Q_EMIT dataChanged(index(static_cast<int>(i), 0), index(static_cast<int>(i), ColumnCount - 1));
  }
}

void MessageModel::forgetCapture() {
  view_ = nullptr;
  restart();
}

QString MessageModel::contentOf(observe::Direction direction, std::uint32_t number) const {
  const auto place = view_ ? view_->messageAt(direction, number) : std::nullopt;
  return place && *place < messages_.size() ? content(static_cast<int>(*place)) : QString();
}

void MessageModel::setSchemas(const grpc::Schemas& schemas) {
  schemas_ = schemas;
  contents_.clear();
  ++ticket_;
  if (rowCount() > 0) Q_EMIT dataChanged(index(0, Content), index(rowCount() - 1, Content));
}

std::optional<std::pair<observe::Direction, std::uint32_t>> MessageModel::nameOf(int row) const {
  if (row < 0 || row >= rowCount()) return std::nullopt;
  const Row& message = messages_[static_cast<std::size_t>(row)];
  return std::pair(message.direction, message.number);
}

const observe::CapturedMessage* MessageModel::captured(int row) const {
  const auto at = static_cast<std::size_t>(row);
  return view_ && row >= 0 && at < view_->messages().size() ? &view_->messages()[at] : nullptr;
}

/// What the message holds, once it has been read.
QString MessageModel::content(int row) const {
  if (!view_) return {};
  const auto known = contents_.constFind(row);
  if (known != contents_.constEnd()) return *known;
  wanted_.insert(row);
  if (!reading_.isActive()) reading_.start(0);
  return {};
}

void MessageModel::readContents() {
  if (!view_) return;
  std::vector<std::pair<int, MessageBytes>> wanted;
  for (const int row : std::exchange(wanted_, {})) {
    const observe::CapturedMessage* message = captured(row);
    // Long messages begin with what is worth a line.
    if (!message || message->size > 64 * 1024) continue;
    wanted.emplace_back(row, bytesOf(*view_, *message, call_));
  }
  pool_.start([this, ticket = ticket_, schemas = schemas_, wanted = std::move(wanted)] {
    std::vector<std::pair<int, QString>> read;
    for (const auto& [row, message] : wanted)
      read.emplace_back(row, messagePreview(schemas, message));
    QMetaObject::invokeMethod(this, [this, ticket, read = std::move(read)] {
      if (ticket != ticket_) return;
      for (const auto& [row, text] : read) {
        contents_.insert(row, text);
        Q_EMIT dataChanged(index(row, Content), index(row, Content));
      }
    });
  });
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
  return microsBetween(before, messages_[at].time);
}

QVariant MessageModel::display(int row, int column) const {
  const Row& message = messages_[static_cast<std::size_t>(row)];
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
    case Held:
      return message.left ? durationText(microsBetween(message.time, *message.left)) : QStringLiteral("–");
    case Content:
      return content(row);
    default:
      return {};
  }
}

QVariant MessageModel::raw(int row, int column) const {
  const Row& message = messages_[static_cast<std::size_t>(row)];
  switch (column) {
    case Time:
      return QString::fromStdString(observe::formatIsoTime(message.time));
    case Delta:
      return static_cast<qlonglong>(deltaMicros(row));
    case Size:
      return static_cast<qulonglong>(message.size);
    case Number:
      return message.number;
    case Held:
      return message.left ? QVariant(static_cast<qlonglong>(microsBetween(message.time, *message.left)))
                          : QVariant();
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
  if (role == Qt::ToolTipRole && section == Held)
    return QStringLiteral("From whole at Spillway to whole on its way out");
  if (role != Qt::DisplayRole) return {};
  static const QString kNames[]{QStringLiteral("Time"),      QStringLiteral("Δ"),
                                QStringLiteral("Direction"), QStringLiteral("#"),
                                QStringLiteral("Size"),      QStringLiteral("Compressed"),
                                QStringLiteral("Held"),      QStringLiteral("Content")};
  return kNames[section];
}

}  // namespace spillway::ui

// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/streams/frame_model.h"

#include <array>

#include "ui/models/roles.h"
#include "ui/models/words.h"
#include "ui/theme/theme.h"

namespace spillway::ui {

using observe::CapturedPart;
using observe::Direction;

namespace {

constexpr std::array<const char*, 10> kTypes{"DATA",          "HEADERS",      "PRIORITY", "RST_STREAM",
                                             "SETTINGS",      "PUSH_PROMISE", "PING",     "GOAWAY",
                                             "WINDOW_UPDATE", "CONTINUATION"};
constexpr std::uint8_t kData = 0, kHeaders = 1, kContinuation = 9;

bool isNumber(int column) {
  return column == FrameModel::Time || column >= FrameModel::Length;
}

std::int64_t microsSince(WallTime start, WallTime time) {
  return std::chrono::duration_cast<std::chrono::microseconds>(time - start).count();
}

}  // namespace

QString frameTypeText(std::uint8_t type) {
  return type < kTypes.size() ? QLatin1String(kTypes[type]) : QStringLiteral("type %1").arg(type);
}

QString frameFlagsText(std::uint8_t type, std::uint8_t flags) {
  struct Flag {
    std::uint8_t bit;
    const char* name;
  };
  constexpr Flag kFlags[]{{1, "END_STREAM"}, {4, "END_HEADERS"}, {8, "PADDED"}, {32, "PRIORITY"}};
  QStringList names;
  for (const Flag& flag : kFlags) {
    const bool isOfType = flag.bit == 4 || flag.bit == 32 ? type == kHeaders || type == kContinuation
                                                          : type == kHeaders || type == kData;
    if (isOfType && (flags & flag.bit) != 0) names << QLatin1String(flag.name);
  }
  return names.isEmpty() ? QStringLiteral("–") : names.join(QStringLiteral(", "));
}

void FrameModel::show(const observe::CaptureView* view, WallTime started) {
  beginResetModel();
  view_ = view;
  started_ = started;
  rows_ = view ? static_cast<int>(view->frames().size()) : 0;
  endResetModel();
}

void FrameModel::grow() {
  const int now = view_ ? static_cast<int>(view_->frames().size()) : 0;
  if (now <= rows_) return;
  beginInsertRows({}, rows_, now - 1);
  rows_ = now;
  endInsertRows();
}

int FrameModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : rows_;
}

int FrameModel::columnCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : ColumnCount;
}

QVariant FrameModel::display(const CapturedPart& frame, int column) const {
  const bool isClient = frame.hop == observe::Hop::Client;
  const bool isRequest = frame.direction == Direction::Request;
  switch (column) {
    case Time:
      return QString(QLatin1Char('+') + durationText(microsSince(started_, frame.time)));
    case Hop:
      return isClient ? QStringLiteral("client") : QStringLiteral("target");
    case Way:
      if (isClient)
        return isRequest ? QStringLiteral("→ from the client") : QStringLiteral("← to the client");
      return isRequest ? QStringLiteral("→ to the target") : QStringLiteral("← from the target");
    case Type:
      return frameTypeText(frame.frameType);
    case Flags:
      return frameFlagsText(frame.frameType, frame.frameFlags);
    case Length:
      return countText(frame.size);
    case StreamWindow:
      return countText(static_cast<std::uint64_t>(std::max(frame.streamWindow, 0)));
    case ConnectionWindow:
      return countText(static_cast<std::uint64_t>(std::max(frame.connectionWindow, 0)));
    default:
      return {};
  }
}

QVariant FrameModel::raw(const CapturedPart& frame, int column) const {
  switch (column) {
    case Time:
      return static_cast<qlonglong>(microsSince(started_, frame.time));
    case Length:
      return static_cast<qulonglong>(frame.size);
    case StreamWindow:
      return frame.streamWindow;
    case ConnectionWindow:
      return frame.connectionWindow;
    default:
      return display(frame, column);
  }
}

QVariant FrameModel::data(const QModelIndex& index, int role) const {
  if (!view_ || !checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
  const CapturedPart& frame = *view_->frames()[static_cast<std::size_t>(index.row())];
  switch (role) {
    case Qt::DisplayRole:
      return display(frame, index.column());
    case RawRole:
      return raw(frame, index.column());
    case Qt::ForegroundRole: {
      if (index.column() == Way)
        return frame.direction == Direction::Request ? Theme::colors().request : Theme::colors().response;
      const bool isShut = index.column() == StreamWindow       ? frame.streamWindow <= 0
                          : index.column() == ConnectionWindow ? frame.connectionWindow <= 0
                                                               : false;
      return isShut ? QVariant(Theme::colors().bad) : QVariant();
    }
    case Qt::FontRole:
      return index.column() == Type ? QVariant(Theme::fixedFont()) : QVariant();
    case Qt::TextAlignmentRole:
      return QVariant::fromValue(Qt::AlignVCenter |
                                 (isNumber(index.column()) ? Qt::AlignRight : Qt::AlignLeft));
    default:
      return {};
  }
}

QVariant FrameModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal || section < 0 || section >= ColumnCount) return {};
  if (role == Qt::TextAlignmentRole)
    return QVariant::fromValue(Qt::AlignVCenter | (isNumber(section) ? Qt::AlignRight : Qt::AlignLeft));
  if (role == Qt::ToolTipRole && section >= StreamWindow)
    return QStringLiteral("What the receiver of DATA still takes behind this frame, bytes (RFC 9113 §5.2)");
  if (role != Qt::DisplayRole) return {};
  static const QString kNames[]{QStringLiteral("Time"),          QStringLiteral("Hop"),
                                QStringLiteral("Way"),           QStringLiteral("Type"),
                                QStringLiteral("Flags"),         QStringLiteral("Length"),
                                QStringLiteral("Stream window"), QStringLiteral("Connection window")};
  return kNames[section];
}

}  // namespace spillway::ui

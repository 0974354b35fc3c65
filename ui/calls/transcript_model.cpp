// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/calls/transcript_model.h"

#include "engine/observe/events.h"
#include "ui/models/words.h"
#include "ui/theme/theme.h"

namespace spillway::ui {

namespace {

using Kind = grpc::CallEvent::Kind;

constexpr int kShownLength = 200;

bool isMessage(const CallLine& line) {
  return line.kind == Kind::Sent || line.kind == Kind::Received;
}

QColor colorOf(const CallLine& line) {
  const ThemeColors& colors = Theme::colors();
  switch (line.kind) {
    case Kind::Sent:
    case Kind::HalfClosed:
      return colors.request;
    case Kind::Received:
      return colors.response;
    case Kind::Headers:
      return colors.headers;
    case Kind::Ended:
      break;
  }
  return line.status == 0 ? colors.good : colors.bad;
}

QVariant alignmentOf(int column) {
  const bool isText = column == TranscriptModel::Content || column == TranscriptModel::What;
  return QVariant((isText ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
}

}  // namespace

QString callLineTitle(const CallLine& line) {
  switch (line.kind) {
    case Kind::Sent:
      return QStringLiteral("→ message %1").arg(line.number);
    case Kind::HalfClosed:
      return QStringLiteral("→ half-close");
    case Kind::Headers:
      return QStringLiteral("← headers");
    case Kind::Received:
      return QStringLiteral("← message %1").arg(line.number);
    case Kind::Ended:
      break;
  }
  const QString name = QString::fromLatin1(observe::grpcStatusName(static_cast<std::uint32_t>(line.status)));
  return QStringLiteral("%1 %2 %3")
      .arg(line.status == 0 ? QStringLiteral("✔") : QStringLiteral("✖"))
      .arg(line.status)
      .arg(name);
}

void TranscriptModel::clear() {
  beginResetModel();
  lines_.clear();
  forgotten_ = 0;
  endResetModel();
}

void TranscriptModel::add(const std::vector<CallLine>& lines) {
  const int first = rowCount();
  beginInsertRows({}, first, first + static_cast<int>(lines.size()) - 1);
  lines_.insert(lines_.end(), lines.begin(), lines.end());
  endInsertRows();
  const int tooMany = rowCount() - kMostRows;
  if (tooMany <= 0) return;
  beginRemoveRows({}, 0, tooMany - 1);
  lines_.erase(lines_.begin(), lines_.begin() + tooMany);
  forgotten_ += static_cast<std::uint64_t>(tooMany);
  endRemoveRows();
}

const CallLine* TranscriptModel::lineAt(int row) const {
  return row >= 0 && row < rowCount() ? &lines_[static_cast<std::size_t>(row)] : nullptr;
}

int TranscriptModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(lines_.size());
}

int TranscriptModel::columnCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : ColumnCount;
}

QVariant TranscriptModel::data(const QModelIndex& index, int role) const {
  const CallLine* line = lineAt(index.row());
  if (!line) return {};
  if (role == Qt::ForegroundRole && index.column() == What) return colorOf(*line);
  if (role == Qt::TextAlignmentRole) return alignmentOf(index.column());
  if (role != Qt::DisplayRole) return {};
  switch (index.column()) {
    case Time:
      return QLatin1Char('+') + durationText(line->micros);
    case What:
      return callLineTitle(*line);
    case Size:
      return isMessage(*line) ? bytesText(line->size) : QString();
    default:
      return line->text.left(kShownLength).simplified();
  }
}

QVariant TranscriptModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal) return {};
  if (role == Qt::TextAlignmentRole) return alignmentOf(section);
  if (role != Qt::DisplayRole) return {};
  constexpr const char* kTitles[]{"Time", "What", "Size", "Content"};
  return QString::fromLatin1(kTitles[section]);
}

}  // namespace spillway::ui

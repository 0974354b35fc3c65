// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/streams/stream_model.h"

#include <QFont>
#include <array>

#include "engine/history/filter_text.h"
#include "engine/observe/access_log_format.h"
#include "ui/models/roles.h"
#include "ui/models/words.h"
#include "ui/theme/theme.h"

namespace spillway::ui {

namespace {

QString messagesText(const StreamEntry& entry) {
  if (!entry.head->isGrpc) return QStringLiteral("–");
  return QStringLiteral("%1 / %2").arg(countText(entry.requestMessages()),
                                       countText(entry.responseMessages()));
}

QString statusText(const StreamEntry& entry) {
  if (!entry.record) return QStringLiteral("…");
  const auto& status = entry.record->grpcStatus;
  return markedText(grpcSeverity(status), grpcStatusText(status));
}

QString displayText(const StreamEntry& entry, int column) {
  switch (column) {
    case StreamModel::Started:
      return clockText(entry.head->started);
    case StreamModel::Service:
      return entry.head->isGrpc ? splitGrpcPath(entry.head->path).first
                                : QString::fromStdString(entry.head->authority);
    case StreamModel::Method:
      return entry.head->isGrpc ? splitGrpcPath(entry.head->path).second
                                : QString::fromStdString(entry.head->method + ' ' + entry.head->path);
    case StreamModel::Type:
      return QString::fromUtf8(observe::toString(entry.kind()));
    case StreamModel::Target:
      return orDash(entry.target());
    case StreamModel::GrpcStatus:
      return statusText(entry);
    case StreamModel::Messages:
      return messagesText(entry);
    case StreamModel::Bytes:
      return bytesText(entry.bytes());
    case StreamModel::Duration:
      return entry.isOpen() ? QStringLiteral("open") : durationText(entry.record->durationMicros);
    case StreamModel::State:
      return streamStateText(entry);
    default:
      return {};
  }
}

/// Numbers without units, ISO times: for files.
QVariant rawValue(const StreamEntry& entry, int column) {
  switch (column) {
    case StreamModel::Started:
      return QString::fromStdString(observe::formatIsoTime(entry.head->started));
    case StreamModel::Target:
      return QString::fromStdString(entry.target());
    case StreamModel::GrpcStatus:
      return entry.record && entry.record->grpcStatus ? grpcStatusText(entry.record->grpcStatus) : QString();
    case StreamModel::Messages:
      return QStringLiteral("%1/%2").arg(entry.requestMessages()).arg(entry.responseMessages());
    case StreamModel::Bytes:
      return static_cast<qulonglong>(entry.bytes());
    case StreamModel::Duration:
      return entry.isOpen() ? QVariant() : static_cast<double>(entry.record->durationMicros) / 1000.0;
    default:
      return displayText(entry, column);
  }
}

QVariant foreground(const StreamEntry& entry, int column) {
  const ThemeColors& colors = Theme::colors();
  if (column == StreamModel::GrpcStatus) {
    return entry.isOpen() ? colors.mutedText : severityColor(grpcSeverity(entry.record->grpcStatus));
  }
  if (column == StreamModel::State) {
    if (entry.isOpen()) return colors.good;
    return observe::isGood(entry.record->outcome) ? colors.mutedText : colors.bad;
  }
  return {};
}

QVariant font(int column) {
  if (column == StreamModel::Started || column == StreamModel::Target) return Theme::fixedFont();
  if (column != StreamModel::Method) return {};
  QFont bold;
  bold.setWeight(QFont::DemiBold);
  return bold;
}

bool isNumber(int column) {
  return column == StreamModel::Messages || column == StreamModel::Bytes || column == StreamModel::Duration;
}

/// Open streams have no status yet and stand apart from those that ended without one.
int statusRank(const StreamEntry& entry) {
  if (!entry.record) return -2;
  return entry.record->grpcStatus ? static_cast<int>(*entry.record->grpcStatus) : -1;
}

/// The field that the column shows.
const char* fieldOf(const StreamEntry& entry, int column) {
  switch (column) {
    case StreamModel::Started:
      return "started";
    case StreamModel::Service:
      return entry.head->isGrpc ? "service" : "authority";
    case StreamModel::Method:
      return entry.head->isGrpc ? "grpc.method" : "path";
    case StreamModel::Type:
      return "grpc.kind";
    case StreamModel::Target:
      return "target";
    case StreamModel::GrpcStatus:
      return "grpc.status";
    case StreamModel::Messages:
      return "messages.sent";
    case StreamModel::Bytes:
      return "bytes";
    case StreamModel::Duration:
      return "duration";
    default:
      return "outcome";
  }
}

/// What filters look at.
std::shared_ptr<const observe::StreamRecord> recordOf(const StreamEntry& entry) {
  return entry.record ? entry.record : std::make_shared<const observe::StreamRecord>(recordSoFar(entry));
}

}  // namespace

QString streamStateText(const StreamEntry& entry) {
  if (entry.isOpen()) return entry.halfClosed ? QStringLiteral("◐ half-closed") : QStringLiteral("● open");
  if (observe::isGood(entry.record->outcome)) return QStringLiteral("ended");
  switch (entry.record->endedBy) {
    case observe::EndedBy::Client:
      return QStringLiteral("✖ client reset");
    case observe::EndedBy::Target:
      return QStringLiteral("✖ target reset");
    default:
      return QStringLiteral("✖ balancer");
  }
}

std::int64_t streamMicros(const StreamEntry& entry) {
  return entry.record ? entry.record->durationMicros : (wallNow() - entry.head->started).count();
}

StreamModel::StreamModel(StreamStore& store, QObject* parent) : LiveTableModel(parent), store_(store) {
  connect(&store, &StreamStore::changed, this, [this](const RowChange& change) { take(change); });
}

int StreamModel::columnCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : ColumnCount;
}

QVariant StreamModel::data(const QModelIndex& index, int role) const {
  if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
  const StreamEntry* entry = entryAt(index.row());
  if (!entry) return {};
  switch (role) {
    case Qt::DisplayRole:
      return displayText(*entry, index.column());
    case Qt::ForegroundRole:
      return foreground(*entry, index.column());
    case Qt::FontRole:
      return font(index.column());
    case Qt::TextAlignmentRole:
      return QVariant::fromValue(Qt::AlignVCenter |
                                 (isNumber(index.column()) ? Qt::AlignRight : Qt::AlignLeft));
    case RawRole:
      return rawValue(*entry, index.column());
    default:
      return {};
  }
}

QVariant StreamModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal || section < 0 || section >= ColumnCount) return {};
  static const std::array<QString, ColumnCount> kNames{
      QStringLiteral("Started"),      QStringLiteral("Service"), QStringLiteral("Method"),
      QStringLiteral("Type"),         QStringLiteral("Target"),  QStringLiteral("gRPC status"),
      QStringLiteral("Messages ↑/↓"), QStringLiteral("Bytes"),   QStringLiteral("Duration"),
      QStringLiteral("State")};
  if (role == Qt::DisplayRole) return kNames[static_cast<std::size_t>(section)];
  if (role == Qt::TextAlignmentRole) {
    return QVariant::fromValue(Qt::AlignVCenter | (isNumber(section) ? Qt::AlignRight : Qt::AlignLeft));
  }
  return {};
}

int StreamModel::rowOfStream(StreamId id) const {
  return store_.find(id) ? rowOf(store_.seqOf(id)) : -1;
}

QString StreamModel::clauseAt(const QModelIndex& cell) const {
  const StreamEntry* entry = entryAt(cell.row());
  if (!entry) return {};
  const history::FieldInfo& field = *history::findField(fieldOf(*entry, cell.column()));
  return QString::fromStdString(history::clauseOf(field, *recordOf(*entry)));
}

bool StreamModel::matches(RowSeq seq, const history::Filter& filter) const {
  const StreamEntry* entry = store_.at(seq);
  return entry && filter.matches(*recordOf(*entry));
}

std::string StreamModel::valueOf(RowSeq seq, const history::FieldInfo& field) const {
  const StreamEntry* entry = store_.at(seq);
  return entry ? history::valueText(field, *recordOf(*entry)) : std::string();
}

bool StreamModel::less(RowSeq left, RowSeq right, int column) const {
  const StreamEntry *a = store_.at(left), *b = store_.at(right);
  if (!a || !b) return left < right;
  switch (column) {
    case Started:
      return a->head->started < b->head->started;
    case Service:
    case Method:
      return a->head->path < b->head->path;
    case Type:
      return a->kind() < b->kind();
    case Target:
      return a->target() < b->target();
    case GrpcStatus:
      return statusRank(*a) < statusRank(*b);
    case Messages:
      return a->requestMessages() + a->responseMessages() < b->requestMessages() + b->responseMessages();
    case Bytes:
      return a->bytes() < b->bytes();
    case Duration:
      return streamMicros(*a) < streamMicros(*b);
    default:
      return streamStateText(*a) < streamStateText(*b);
  }
}

}  // namespace spillway::ui

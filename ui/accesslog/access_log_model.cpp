// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/accesslog/access_log_model.h"

#include <array>

#include "engine/observe/access_log_format.h"
#include "ui/models/roles.h"
#include "ui/models/words.h"
#include "ui/theme/theme.h"

namespace spillway::ui {

using observe::StreamRecord;

namespace {

QString orDash(const std::string& text) {
  return text.empty() ? QStringLiteral("–") : QString::fromStdString(text);
}

std::int64_t timeOf(const StreamRecord& record, int column) {
  switch (column) {
    case AccessLogModel::RequestMs:
      return record.requestProcessingMicros;
    case AccessLogModel::TargetMs:
      return record.targetProcessingMicros;
    case AccessLogModel::ResponseMs:
      return record.responseProcessingMicros;
    default:
      return record.durationMicros;
  }
}

/// Columns about the request as it came.
QString requestText(const observe::StreamHead& head, int column) {
  switch (column) {
    case AccessLogModel::Type:
      return QString::fromLatin1(observe::toString(head.type));
    case AccessLogModel::Method:
      return QString::fromStdString(head.method);
    case AccessLogModel::Path:
      return QString::fromStdString(head.path);
    case AccessLogModel::Client:
      return QString::fromStdString(head.client);
    case AccessLogModel::Host:
      return orDash(head.authority);
    case AccessLogModel::Listener:
      return orDash(head.listener);
    case AccessLogModel::TargetGroup:
      return orDash(head.targetGroup);
    case AccessLogModel::UserAgent:
      return orDash(head.userAgent);
    default:
      return {};
  }
}

QString displayText(const StreamRecord& record, int column) {
  switch (column) {
    case AccessLogModel::Time:
      return clockText(record.ended);
    case AccessLogModel::Target:
      return orDash(record.target);
    case AccessLogModel::Http:
      return markedText(httpSeverity(record.elbStatus), httpStatusText(record.elbStatus));
    case AccessLogModel::Grpc:
      return markedText(grpcSeverity(record.grpcStatus), grpcStatusText(record.grpcStatus));
    case AccessLogModel::RequestMs:
    case AccessLogModel::TargetMs:
    case AccessLogModel::ResponseMs:
    case AccessLogModel::TotalMs:
      return millisText(timeOf(record, column));
    case AccessLogModel::Sent:
      return bytesText(record.sentBytes);
    case AccessLogModel::Received:
      return bytesText(record.receivedBytes);
    case AccessLogModel::Rule:
      return record.rulePriority == "0" ? QStringLiteral("default")
                                        : QString::fromStdString(record.rulePriority);
    case AccessLogModel::Tls:
      return tlsText(record);
    case AccessLogModel::Trace:
      return orDash(record.traceId);
    default:
      return requestText(*record.head, column);
  }
}

bool isMillis(int column) {
  return column >= AccessLogModel::RequestMs && column <= AccessLogModel::TotalMs;
}

bool isNumber(int column) {
  return isMillis(column) || column == AccessLogModel::Sent || column == AccessLogModel::Received;
}

/// Numbers without units, ISO times: for files.
QVariant rawValue(const StreamRecord& record, int column) {
  if (isMillis(column)) {
    const std::int64_t micros = timeOf(record, column);
    return micros < 0 ? QVariant() : static_cast<double>(micros) / 1000.0;
  }
  switch (column) {
    case AccessLogModel::Time:
      return QString::fromStdString(observe::formatIsoTime(record.ended));
    case AccessLogModel::Http:
      return record.elbStatus;
    case AccessLogModel::Grpc:
      return record.grpcStatus ? grpcStatusText(record.grpcStatus) : QString();
    case AccessLogModel::Target:
      return QString::fromStdString(record.target);
    case AccessLogModel::Sent:
      return static_cast<qulonglong>(record.sentBytes);
    case AccessLogModel::Received:
      return static_cast<qulonglong>(record.receivedBytes);
    default:
      return displayText(record, column);
  }
}

QVariant foreground(const StreamRecord& record, int column) {
  if (column == AccessLogModel::Http) return severityColor(httpSeverity(record.elbStatus));
  if (column == AccessLogModel::Grpc) return severityColor(grpcSeverity(record.grpcStatus));
  return {};
}

bool isFixed(int column) {
  return column == AccessLogModel::Time || column == AccessLogModel::Target ||
         column == AccessLogModel::Client || column == AccessLogModel::Trace;
}

}  // namespace

QString tlsText(const StreamRecord& record) {
  if (record.tlsProtocol.empty()) return QStringLiteral("–");
  return QString::fromStdString(record.tlsProtocol + " · " + record.tlsCipher);
}

AccessLogModel::AccessLogModel(QObject* parent, std::size_t limit)
    : LiveTableModel(parent), records_(limit) {}

void AccessLogModel::ingest(const std::vector<observe::Event>& events) {
  const RowSeq firstNew = records_.end();
  for (const observe::Event& event : events) {
    if (event.kind == observe::EventKind::StreamEnded && event.record && event.record->head) {
      records_.append(event.record);
    }
  }
  if (records_.end() == firstNew) return;
  records_.evict();
  take({records_.first(), std::max(firstNew, records_.first()), records_.end(), {}});
}

void AccessLogModel::clear() {
  records_.takeAll();
  take({records_.first(), records_.first(), records_.end(), {}});
}

int AccessLogModel::columnCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : ColumnCount;
}

QVariant AccessLogModel::data(const QModelIndex& index, int role) const {
  if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
  const Record record = recordAt(index.row());
  if (!record) return {};
  switch (role) {
    case Qt::DisplayRole:
      return displayText(*record, index.column());
    case Qt::ForegroundRole:
      return foreground(*record, index.column());
    case Qt::FontRole:
      return isFixed(index.column()) ? QVariant(Theme::fixedFont()) : QVariant();
    case Qt::TextAlignmentRole:
      return QVariant::fromValue(Qt::AlignVCenter |
                                 (isNumber(index.column()) ? Qt::AlignRight : Qt::AlignLeft));
    case RawRole:
      return rawValue(*record, index.column());
    default:
      return {};
  }
}

QVariant AccessLogModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal || section < 0 || section >= ColumnCount) return {};
  static const std::array<QString, ColumnCount> kNames{
      QStringLiteral("Time"),       QStringLiteral("Type"),         QStringLiteral("Method"),
      QStringLiteral("Path"),       QStringLiteral("Target"),       QStringLiteral("HTTP"),
      QStringLiteral("gRPC"),       QStringLiteral("Req ms"),       QStringLiteral("Target ms"),
      QStringLiteral("Resp ms"),    QStringLiteral("Total ms"),     QStringLiteral("Sent"),
      QStringLiteral("Received"),   QStringLiteral("Client"),       QStringLiteral("Host"),
      QStringLiteral("Listener"),   QStringLiteral("Target group"), QStringLiteral("Rule"),
      QStringLiteral("User agent"), QStringLiteral("TLS"),          QStringLiteral("Trace id")};
  if (role == Qt::DisplayRole) return kNames[static_cast<std::size_t>(section)];
  if (role == Qt::TextAlignmentRole) {
    return QVariant::fromValue(Qt::AlignVCenter | (isNumber(section) ? Qt::AlignRight : Qt::AlignLeft));
  }
  return {};
}

AccessLogModel::Record AccessLogModel::recordAt(int row) const {
  return record(seqAt(row));
}

AccessLogModel::Record AccessLogModel::record(RowSeq seq) const {
  const Record* found = records_.find(seq);
  return found ? *found : nullptr;
}

bool AccessLogModel::matches(RowSeq seq, const history::Filter& filter) const {
  const Record* found = records_.find(seq);
  return found && filter.matches(**found);
}

bool AccessLogModel::less(RowSeq left, RowSeq right, int column) const {
  const Record *a = records_.find(left), *b = records_.find(right);
  if (!a || !b) return left < right;
  if (isMillis(column)) return timeOf(**a, column) < timeOf(**b, column);
  switch (column) {
    case Time:
      return (*a)->ended < (*b)->ended;
    case Path:
      return (*a)->head->path < (*b)->head->path;
    case Target:
      return (*a)->target < (*b)->target;
    case Http:
      return (*a)->elbStatus < (*b)->elbStatus;
    case Grpc:
      return (*a)->grpcStatus < (*b)->grpcStatus;
    case Sent:
      return (*a)->sentBytes < (*b)->sentBytes;
    case Received:
      return (*a)->receivedBytes < (*b)->receivedBytes;
    case Client:
      return (*a)->head->client < (*b)->head->client;
    default:
      return displayText(**a, column) < displayText(**b, column);
  }
}

}  // namespace spillway::ui

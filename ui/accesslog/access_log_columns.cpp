// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/accesslog/access_log_columns.h"

#include <QFont>
#include <array>

#include "engine/history/filter_text.h"
#include "engine/observe/access_log_format.h"
#include "ui/models/roles.h"
#include "ui/models/words.h"
#include "ui/theme/theme.h"

namespace spillway::ui {

using observe::StreamRecord;

namespace {

std::int64_t timeOf(const StreamRecord& record, int column) {
  switch (column) {
    case AccessLogColumns::RequestMs:
      return record.requestProcessingMicros;
    case AccessLogColumns::TargetMs:
      return record.targetProcessingMicros;
    case AccessLogColumns::ResponseMs:
      return record.responseProcessingMicros;
    default:
      return record.durationMicros;
  }
}

/// Columns about the request as it came.
QString requestText(const observe::StreamHead& head, int column) {
  switch (column) {
    case AccessLogColumns::Type:
      return QString::fromLatin1(observe::toString(head.type));
    case AccessLogColumns::Method:
      return QString::fromStdString(head.method);
    case AccessLogColumns::Path:
      return QString::fromStdString(head.path);
    case AccessLogColumns::Client:
      return QString::fromStdString(head.client);
    case AccessLogColumns::Host:
      return orDash(head.authority);
    case AccessLogColumns::Listener:
      return orDash(head.listener);
    case AccessLogColumns::TargetGroup:
      return orDash(head.targetGroup);
    case AccessLogColumns::UserAgent:
      return orDash(head.userAgent);
    default:
      return {};
  }
}

QString displayText(const StreamRecord& record, int column) {
  switch (column) {
    case AccessLogColumns::Time:
      return clockText(record.ended);
    case AccessLogColumns::Target:
      return orDash(record.target);
    case AccessLogColumns::Http:
      return markedText(httpSeverity(record.elbStatus), httpStatusText(record.elbStatus));
    case AccessLogColumns::Grpc:
      return markedText(grpcSeverity(record.grpcStatus), grpcStatusText(record.grpcStatus));
    case AccessLogColumns::RequestMs:
    case AccessLogColumns::TargetMs:
    case AccessLogColumns::ResponseMs:
    case AccessLogColumns::TotalMs:
      return millisText(timeOf(record, column));
    case AccessLogColumns::Sent:
      return bytesText(record.sentBytes);
    case AccessLogColumns::Received:
      return bytesText(record.receivedBytes);
    case AccessLogColumns::Rule:
      return record.rulePriority == "0" ? QStringLiteral("default")
                                        : QString::fromStdString(record.rulePriority);
    case AccessLogColumns::Tls:
      return tlsText(record);
    case AccessLogColumns::Trace:
      return orDash(record.traceId);
    default:
      return requestText(*record.head, column);
  }
}

bool isMillis(int column) {
  return column >= AccessLogColumns::RequestMs && column <= AccessLogColumns::TotalMs;
}

bool isNumber(int column) {
  return isMillis(column) || column == AccessLogColumns::Sent || column == AccessLogColumns::Received;
}

/// Numbers without units, ISO times: for files.
QVariant rawValue(const StreamRecord& record, int column) {
  if (isMillis(column)) {
    const std::int64_t micros = timeOf(record, column);
    return micros < 0 ? QVariant() : static_cast<double>(micros) / 1000.0;
  }
  switch (column) {
    case AccessLogColumns::Time:
      return QString::fromStdString(observe::formatIsoTime(record.ended));
    case AccessLogColumns::Http:
      return record.elbStatus;
    case AccessLogColumns::Grpc:
      return record.grpcStatus ? grpcStatusText(record.grpcStatus) : QString();
    case AccessLogColumns::Target:
      return QString::fromStdString(record.target);
    case AccessLogColumns::Sent:
      return static_cast<qulonglong>(record.sentBytes);
    case AccessLogColumns::Received:
      return static_cast<qulonglong>(record.receivedBytes);
    default:
      return displayText(record, column);
  }
}

QVariant foreground(const StreamRecord& record, int column) {
  if (column == AccessLogColumns::Http) return severityColor(httpSeverity(record.elbStatus));
  if (column == AccessLogColumns::Grpc) return severityColor(grpcSeverity(record.grpcStatus));
  return {};
}

bool isFixed(int column) {
  return column == AccessLogColumns::Time || column == AccessLogColumns::Target ||
         column == AccessLogColumns::Client || column == AccessLogColumns::Trace;
}

}  // namespace

QString tlsText(const StreamRecord& record) {
  if (record.tlsProtocol.empty()) return QStringLiteral("–");
  return QString::fromStdString(record.tlsProtocol + " · " + record.tlsCipher);
}

QVariant recordData(const StreamRecord& record, int column, int role) {
  switch (role) {
    case Qt::DisplayRole:
      return displayText(record, column);
    case Qt::ForegroundRole:
      return foreground(record, column);
    case Qt::FontRole:
      return isFixed(column) ? QVariant(Theme::fixedFont()) : QVariant();
    case Qt::TextAlignmentRole:
      return QVariant::fromValue(Qt::AlignVCenter | (isNumber(column) ? Qt::AlignRight : Qt::AlignLeft));
    case RawRole:
      return rawValue(record, column);
    default:
      return {};
  }
}

QVariant accessLogHeader(int section, Qt::Orientation orientation, int role) {
  if (orientation != Qt::Horizontal || section < 0 || section >= AccessLogColumns::ColumnCount) return {};
  static const std::array<QString, AccessLogColumns::ColumnCount> kNames{
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

bool isBefore(const StreamRecord& a, const StreamRecord& b, int column) {
  if (isMillis(column)) return timeOf(a, column) < timeOf(b, column);
  switch (column) {
    case AccessLogColumns::Time:
      return a.ended < b.ended;
    case AccessLogColumns::Path:
      return a.head->path < b.head->path;
    case AccessLogColumns::Target:
      return a.target < b.target;
    case AccessLogColumns::Http:
      return a.elbStatus < b.elbStatus;
    case AccessLogColumns::Grpc:
      return a.grpcStatus < b.grpcStatus;
    case AccessLogColumns::Sent:
      return a.sentBytes < b.sentBytes;
    case AccessLogColumns::Received:
      return a.receivedBytes < b.receivedBytes;
    case AccessLogColumns::Client:
      return a.head->client < b.head->client;
    default:
      return displayText(a, column) < displayText(b, column);
  }
}

QString recordClause(const StreamRecord& record, int column) {
  static constexpr std::array<const char*, AccessLogColumns::ColumnCount> kFields{
      "time",           "type",         "http.method", "path",          "target",   "status",
      "grpc.status",    "request_time", "target_time", "response_time", "duration", "bytes.sent",
      "bytes.received", "client",       "authority",   "listener",      "group",    "rule",
      "user_agent",     "tls.cipher",   "trace_id"};
  const history::FieldInfo& field = *history::findField(kFields[static_cast<std::size_t>(column)]);
  return QString::fromStdString(history::clauseOf(field, record));
}

std::string sqlOf(int column) {
  static constexpr std::array<const char*, AccessLogColumns::ColumnCount> kNumbers{
      "time",           "type",         nullptr,       nullptr,         nullptr,    "status",
      "grpc_status",    "request_time", "target_time", "response_time", "duration", "bytes_sent",
      "bytes_received", nullptr,        nullptr,       nullptr,         nullptr,    nullptr,
      nullptr,          nullptr,        "trace_id"};
  static constexpr std::array<const char*, AccessLogColumns::ColumnCount> kTexts{
      nullptr,     nullptr,    "method",       "path",  "target",     nullptr,      nullptr,
      nullptr,     nullptr,    nullptr,        nullptr, nullptr,      nullptr,      "client_ip",
      "authority", "listener", "target_group", "rule",  "user_agent", "tls_cipher", nullptr};
  const auto at = static_cast<std::size_t>(column);
  if (kNumbers[at]) return kNumbers[at];
  return std::string("(SELECT text FROM texts WHERE texts.id = entries.") + kTexts[at] + ")";
}

}  // namespace spillway::ui

// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/export/record_json.h"

#include <QJsonDocument>
#include <QJsonObject>

#include "engine/observe/access_log_format.h"

namespace spillway::ui {

namespace {

void addText(QJsonObject& json, const char* key, const std::string& text) {
  if (!text.empty()) json.insert(QLatin1String(key), QString::fromStdString(text));
}

void addMicros(QJsonObject& json, const char* key, std::int64_t micros) {
  if (micros >= 0) json.insert(QLatin1String(key), static_cast<qint64>(micros));
}

void addHead(QJsonObject& json, const observe::StreamHead& head) {
  json.insert(QStringLiteral("stream"), QString::number(head.id));
  addText(json, "started", observe::formatIsoTime(head.started));
  addText(json, "type", observe::toString(head.type));
  addText(json, "loadBalancer", head.loadBalancer);
  addText(json, "listener", head.listener);
  addText(json, "targetGroup", head.targetGroup);
  addText(json, "client", head.client);
  addText(json, "method", head.method);
  addText(json, "scheme", head.scheme);
  addText(json, "authority", head.authority);
  addText(json, "path", head.path);
  addText(json, "userAgent", head.userAgent);
}

}  // namespace

QByteArray recordJsonLine(const observe::StreamRecord& record) {
  QJsonObject json;
  addHead(json, *record.head);
  addText(json, "ended", observe::formatIsoTime(record.ended));
  addMicros(json, "durationMicros", record.durationMicros);
  addText(json, "target", record.target);
  addMicros(json, "requestProcessingMicros", record.requestProcessingMicros);
  addMicros(json, "targetProcessingMicros", record.targetProcessingMicros);
  addMicros(json, "responseProcessingMicros", record.responseProcessingMicros);
  json.insert(QStringLiteral("elbStatus"), record.elbStatus);
  if (record.targetStatus != 0) json.insert(QStringLiteral("targetStatus"), record.targetStatus);
  json.insert(QStringLiteral("fromBalancer"), record.fromBalancer);
  if (record.grpcStatus) json.insert(QStringLiteral("grpcStatus"), static_cast<qint64>(*record.grpcStatus));
  addText(json, "grpcMessage", record.grpcMessage);
  json.insert(QStringLiteral("receivedBytes"), static_cast<qint64>(record.receivedBytes));
  json.insert(QStringLiteral("sentBytes"), static_cast<qint64>(record.sentBytes));
  json.insert(QStringLiteral("requestMessages"), static_cast<qint64>(record.requestMessages));
  json.insert(QStringLiteral("responseMessages"), static_cast<qint64>(record.responseMessages));
  if (record.kind != observe::CallKind::NotGrpc) addText(json, "kind", observe::toString(record.kind));
  addText(json, "outcome", observe::toString(record.outcome));
  addText(json, "cause", record.cause);
  json.insert(QStringLiteral("attempts"), static_cast<qint64>(record.attempts));
  addText(json, "tlsProtocol", record.tlsProtocol);
  addText(json, "tlsCipher", record.tlsCipher);
  addText(json, "sni", record.sni);
  addText(json, "traceId", record.traceId);
  addText(json, "rulePriority", record.rulePriority);
  return QJsonDocument(json).toJson(QJsonDocument::Compact) + '\n';
}

}  // namespace spillway::ui

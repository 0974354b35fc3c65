// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/streams/stream_summary.h"

#include "ui/models/words.h"
#include "ui/streams/stream_model.h"

namespace spillway::ui {

using observe::StreamRecord;

namespace {

using Style = Fact::Style;

QString tlsWords(const StreamRecord& record) {
  if (record.tlsProtocol.empty()) return QStringLiteral("none: plaintext listener");
  QString words = QString::fromStdString(record.tlsProtocol + " · " + record.tlsCipher);
  if (!record.sni.empty()) words += QStringLiteral(" · for ") + QString::fromStdString(record.sni);
  return words;
}

void addRecord(std::vector<Fact>& facts, const StreamRecord& record) {
  facts.push_back({QStringLiteral("Ended"), dateTimeText(record.ended), Style::Fixed});
  facts.push_back({QStringLiteral("Duration"), durationText(record.durationMicros)});
  facts.push_back(
      {QStringLiteral("Times"),
       QStringLiteral("request %1 · target %2 · response %3 ms")
           .arg(millisText(record.requestProcessingMicros), millisText(record.targetProcessingMicros),
                millisText(record.responseProcessingMicros)),
       Style::Plain,
       QStringLiteral("request_processing_time, target_processing_time, response_processing_time")});
  facts.push_back({QStringLiteral("HTTP status"),
                   QStringLiteral("%1 sent · %2 from the target")
                       .arg(httpStatusText(record.elbStatus), httpStatusText(record.targetStatus))});
  if (record.head->isGrpc) {
    QString status = grpcStatusText(record.grpcStatus);
    if (!record.grpcMessage.empty())
      status += QStringLiteral(" – ") + QString::fromStdString(record.grpcMessage);
    facts.push_back({QStringLiteral("gRPC status"), status});
  }
  facts.push_back(
      {QStringLiteral("Bytes"), QStringLiteral("%1 received · %2 sent, header fields included")
                                    .arg(bytesText(record.receivedBytes), bytesText(record.sentBytes))});
  facts.push_back({QStringLiteral("Ended by"), endedByText(record)});
  facts.push_back({QStringLiteral("Why"), causeText(record)});
  facts.push_back({QStringLiteral("TLS"), tlsWords(record)});
  facts.push_back({QStringLiteral("Trace id"), orDash(record.traceId), Style::Fixed});
}

}  // namespace

std::vector<Fact> streamFacts(const StreamEntry& entry) {
  const observe::StreamHead& head = *entry.head;
  QString target = orDash(entry.target());
  if (entry.targets.size() > 1) {
    target += QStringLiteral(" (%1 tried)").arg(countOf(entry.targets.size(), QStringLiteral("target")));
  }
  std::vector<Fact> facts{
      {QStringLiteral("State"), streamStateText(entry)},
      {QStringLiteral("Request"), QString::fromStdString(head.method + ' ' + head.path)},
      {QStringLiteral("Host"), orDash(head.authority)},
      {QStringLiteral("Client"), orDash(head.client), Style::Fixed},
      {QStringLiteral("Listener"), QString::fromStdString(head.loadBalancer + " · " + head.listener)},
      {QStringLiteral("Target"), target, Style::Fixed},
      {QStringLiteral("Target group"), orDash(head.targetGroup)},
      {QStringLiteral("Started"), dateTimeText(head.started), Style::Fixed},
  };
  if (head.isGrpc) {
    facts.push_back({QStringLiteral("Messages"),
                     QStringLiteral("%1 to the target · %2 to the client")
                         .arg(countText(entry.requestMessages()), countText(entry.responseMessages()))});
  }
  if (entry.record) addRecord(facts, *entry.record);
  facts.push_back({QStringLiteral("User agent"), orDash(head.userAgent)});
  return facts;
}

}  // namespace spillway::ui

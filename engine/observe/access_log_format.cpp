// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/observe/access_log_format.h"

#include <algorithm>
#include <string_view>

#include "engine/observe/log_text.h"
#include "engine/observe/resource_names.h"

namespace spillway::observe {
namespace {

constexpr std::size_t kUserAgentLimit = 8 * 1024;
/// Room for numbers, times, words, prefixes and the gaps between fields.
constexpr std::size_t kFixedFields = 1024;

bool isOverTls(LogType type) {
  return type == LogType::Https || type == LogType::H2 || type == LogType::Grpcs || type == LogType::Wss;
}

/// ":8443" of "127.0.0.1:8443"; "" without a port.
std::string_view portOf(std::string_view address) {
  const auto colon = address.rfind(':');
  if (colon == std::string_view::npos || address.find(']', colon) != std::string_view::npos) return {};
  return address.substr(colon);
}

/// The host as the client wrote it; the listener's address stands in for a missing one and its port for a
/// missing port.
struct HostAndPort {
  std::string_view host, port;
};

HostAndPort hostAndPort(const StreamRecord& record) {
  std::string_view host = record.head->authority;
  if (host.empty()) return {orDash(record.listenerAddress), {}};
  if (host.ends_with(':')) host.remove_suffix(1);
  return {host, portOf(host).empty() ? portOf(record.listenerAddress) : std::string_view()};
}

/// "METHOD protocol://host:port/uri HTTP/2.0"; what cannot be read as a request is "- http://host:port- -".
void appendRequestLine(LogLine& line, const StreamRecord& record) {
  const StreamHead& head = *record.head;
  const char* scheme = isOverTls(head.type) ? " https://" : " http://";
  const HostAndPort at = hostAndPort(record);
  if (head.method.empty() || head.method == "-") {
    line.quoted({"-", scheme, at.host, at.port, "- -"});
  } else {
    line.quoted({head.method, scheme, at.host, at.port, head.path, " ", orDash(record.httpVersion)});
  }
}

std::string_view nodeAddress(std::string_view listenerAddress) {
  std::string_view ip = listenerAddress.substr(0, listenerAddress.size() - portOf(listenerAddress).size());
  if (ip.starts_with('[') && ip.ends_with(']')) ip = ip.substr(1, ip.size() - 2);
  return orDash(ip);
}

void appendCertificate(LogLine& line, const StreamRecord& record) {
  if (record.sessionReused || record.certificate.empty()) {
    line.quoted(record.sessionReused ? "session-reused" : "");
  } else {
    line.quoted({"arn:aws:acm:local-1:000000000000:certificate/",
                 std::string_view(record.certificate).substr(0, 32)});
  }
}

/// Fields 26 and 27: every target that was tried, in order. ALB lists one; a retry (not on AWS) makes more.
struct Attempts {
  std::string targets, statuses;
};

Attempts attemptsOf(const StreamRecord& record) {
  Attempts all;
  for (const TargetAttempt& attempt : record.targets) {
    const char* gap = all.targets.empty() ? "" : " ";
    all.targets += gap + attempt.target;
    all.statuses += gap + (attempt.status == 0 ? "-" : std::to_string(attempt.status));
  }
  if (record.targets.empty()) all.targets = record.target;
  if (record.targets.empty() && record.targetStatus != 0) all.statuses = std::to_string(record.targetStatus);
  return all;
}

std::string_view classification(const StreamRecord& record) {
  return record.compliance == Compliance::Compliant ? std::string_view() : toString(record.compliance);
}

/// No line has more; what is quoted may take four bytes for each.
std::size_t mostBytes(const StreamRecord& record, const Attempts& attempts) {
  const StreamHead& head = *record.head;
  std::size_t texts = std::min(head.userAgent.size(), kUserAgentLimit);
  for (const std::string* text : {&head.method,
                                  &head.authority,
                                  &head.path,
                                  &head.client,
                                  &head.loadBalancer,
                                  &record.target,
                                  &record.httpVersion,
                                  &record.listenerAddress,
                                  &record.tlsCipher,
                                  &record.tlsProtocol,
                                  &record.targetGroup,
                                  &record.traceId,
                                  &record.sni,
                                  &record.certificate,
                                  &record.rulePriority,
                                  &record.actions,
                                  &record.redirectUrl,
                                  &record.errorReason,
                                  &attempts.targets,
                                  &attempts.statuses,
                                  &record.complianceReason,
                                  &record.connectionTraceId,
                                  &record.transformedHost,
                                  &record.transformedUri,
                                  &record.transformStatus})
    texts += text->size();
  return 4 * texts + 2 * record.listenerAddress.size() + kFixedFields;
}

/// Fields 1-12.
void appendNumbers(LogLine& line, const StreamRecord& record) {
  const StreamHead& head = *record.head;
  line.text(toString(head.type)).time(record.ended).text(loadBalancerResource(head.loadBalancer));
  line.text(head.client).text(record.target);
  line.seconds(record.requestProcessingMicros)
      .seconds(record.targetProcessingMicros)
      .seconds(record.responseProcessingMicros);
  line.number(static_cast<std::uint64_t>(record.elbStatus)).status(record.targetStatus);
  line.number(record.receivedBytes).number(record.sentBytes);
}

/// Fields 13-20.
void appendRequest(LogLine& line, const StreamRecord& record) {
  appendRequestLine(line, record);
  line.quoted(std::string_view(record.head->userAgent).substr(0, kUserAgentLimit));
  line.text(record.tlsCipher).text(record.tlsProtocol);
  line.text(record.targetGroup.empty() ? std::string() : targetGroupArn(record.targetGroup));
  line.quoted(record.traceId).quoted(record.sni);
  appendCertificate(line, record);
}

/// Fields 21-34.
void appendDecisions(LogLine& line, const StreamRecord& record, const Attempts& attempts) {
  line.text(record.rulePriority).time(record.head->started).quoted(record.actions);
  line.quoted(record.redirectUrl).quoted(record.errorReason);
  line.quoted(attempts.targets).quoted(attempts.statuses);
  line.quoted(classification(record)).quoted(record.complianceReason).text(record.connectionTraceId);
  line.quoted(record.transformedHost).quoted(record.transformedUri).quoted(record.transformStatus);
  line.text(nodeAddress(record.listenerAddress));
}

}  // namespace

std::string formatIsoTime(WallTime time) {
  std::string text;
  LogLine(text, kFixedFields).time(time);
  return text;
}

void appendAccessLogLine(std::string& text, const StreamRecord& record) {
  const Attempts attempts = attemptsOf(record);
  LogLine line(text, mostBytes(record, attempts));
  appendNumbers(line, record);
  appendRequest(line, record);
  appendDecisions(line, record, attempts);
}

std::string formatAccessLogLine(const StreamRecord& record) {
  std::string line;
  appendAccessLogLine(line, record);
  return line;
}

}  // namespace spillway::observe

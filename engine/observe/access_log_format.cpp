// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/observe/access_log_format.h"

#include <fmt/format.h>

#include <iterator>
#include <string_view>

#include "engine/observe/log_text.h"
#include "engine/observe/resource_names.h"

namespace spillway::observe {
namespace {

constexpr std::size_t kUserAgentLimit = 8 * 1024;

std::string seconds(std::int64_t micros) {
  return micros < 0 ? "-1" : formatSeconds(micros);
}

std::string statusOf(int status) {
  return status == 0 ? "-" : std::to_string(status);
}

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
std::string hostAndPort(const StreamRecord& record) {
  std::string_view host = record.head->authority;
  if (host.empty()) return std::string(orDash(record.listenerAddress));
  if (host.ends_with(':')) host.remove_suffix(1);
  std::string result(host);
  if (portOf(host).empty()) result += portOf(record.listenerAddress);
  return result;
}

/// "METHOD protocol://host:port/uri HTTP/2.0"; what cannot be read as a request is "- http://host:port- -".
std::string requestLine(const StreamRecord& record) {
  const StreamHead& head = *record.head;
  const char* scheme = isOverTls(head.type) ? "https" : "http";
  if (head.method.empty() || head.method == "-")
    return fmt::format("- {}://{}- -", scheme, hostAndPort(record));
  return fmt::format("{} {}://{}{} {}", head.method, scheme, hostAndPort(record), head.path,
                     orDash(record.httpVersion));
}

std::string_view nodeAddress(std::string_view listenerAddress) {
  std::string_view ip = listenerAddress.substr(0, listenerAddress.size() - portOf(listenerAddress).size());
  if (ip.starts_with('[') && ip.ends_with(']')) ip = ip.substr(1, ip.size() - 2);
  return orDash(ip);
}

std::string chosenCertificate(const StreamRecord& record) {
  if (record.sessionReused) return "session-reused";
  if (record.certificate.empty()) return {};
  return fmt::format("arn:aws:acm:local-1:000000000000:certificate/{}",
                     std::string_view(record.certificate).substr(0, 32));
}

/// Fields 26 and 27: every target that was tried, in order. ALB lists one; a retry (not on AWS) makes more.
struct Attempts {
  std::string targets, statuses;
};

Attempts attemptsOf(const StreamRecord& record) {
  if (record.targets.empty()) return {record.target, statusOf(record.targetStatus)};
  Attempts all;
  for (const TargetAttempt& attempt : record.targets) {
    const char* gap = all.targets.empty() ? "" : " ";
    all.targets += gap + attempt.target;
    all.statuses += gap + statusOf(attempt.status);
  }
  return all;
}

std::string_view classification(const StreamRecord& record) {
  return record.compliance == Compliance::Compliant ? std::string_view() : toString(record.compliance);
}

/// Fields 1-12.
void appendNumbers(std::string& line, const StreamRecord& record) {
  const StreamHead& head = *record.head;
  fmt::format_to(std::back_inserter(line), "{} {} {} {} {} {} {} {} {} {} {} {}", toString(head.type),
                 formatIsoTime(record.ended), loadBalancerResource(head.loadBalancer), orDash(head.client),
                 orDash(record.target), seconds(record.requestProcessingMicros),
                 seconds(record.targetProcessingMicros), seconds(record.responseProcessingMicros),
                 record.elbStatus, statusOf(record.targetStatus), record.receivedBytes, record.sentBytes);
}

/// Fields 13-20.
void appendRequest(std::string& line, const StreamRecord& record) {
  const std::string group = record.targetGroup.empty() ? "-" : targetGroupArn(record.targetGroup);
  fmt::format_to(std::back_inserter(line), " {} {} {} {} {} {} {} {}", quoted(requestLine(record)),
                 quoted(std::string_view(record.head->userAgent).substr(0, kUserAgentLimit)),
                 orDash(record.tlsCipher), orDash(record.tlsProtocol), group, quoted(record.traceId),
                 quoted(record.sni), quoted(chosenCertificate(record)));
}

/// Fields 21-34.
void appendDecisions(std::string& line, const StreamRecord& record) {
  const Attempts attempts = attemptsOf(record);
  fmt::format_to(std::back_inserter(line), " {} {} {} {} {} {} {} {} {} {} {} {} {} {}",
                 orDash(record.rulePriority), formatIsoTime(record.head->started), quoted(record.actions),
                 quoted(record.redirectUrl), quoted(record.errorReason), quoted(attempts.targets),
                 quoted(attempts.statuses), quoted(classification(record)), quoted(record.complianceReason),
                 orDash(record.connectionTraceId), quoted(record.transformedHost),
                 quoted(record.transformedUri), quoted(record.transformStatus),
                 nodeAddress(record.listenerAddress));
}

}  // namespace

std::string formatIsoTime(WallTime time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
                     clock.subseconds().count());
}

std::string formatAccessLogLine(const StreamRecord& record) {
  std::string line;
  line.reserve(768);
  appendNumbers(line, record);
  appendRequest(line, record);
  appendDecisions(line, record);
  return line;
}

}  // namespace spillway::observe

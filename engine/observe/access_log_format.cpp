// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/observe/access_log_format.h"

#include <fmt/chrono.h>
#include <fmt/core.h>

#include <string_view>

#include "engine/observe/resource_names.h"

namespace spillway::observe {
namespace {

constexpr std::size_t kUserAgentLimit = 8 * 1024;

/// Quotes, backslashes and control characters become \xHH, so that a line stays one line of 34 fields.
std::string quoted(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte >= 0x7f || c == '"' || c == '\\') {
      result += fmt::format("\\x{:02X}", byte);
    } else {
      result += c;
    }
  }
  return result + '"';
}

std::string_view orDash(std::string_view text) {
  return text.empty() ? std::string_view("-") : text;
}

std::string seconds(std::int64_t micros) {
  return micros < 0 ? "-1" : fmt::format("{:.3f}", static_cast<double>(micros) / 1e6);
}

/// "METHOD protocol://host:port/uri HTTP/2.0"; the port is always there.
std::string requestLine(const StreamRecord& record) {
  const StreamHead& head = *record.head;
  const bool isHttp1 = head.type == LogType::Http || head.type == LogType::Https;
  if (head.method == "-") return fmt::format("- {}://{}- -", head.scheme, orDash(record.listenerAddress));
  std::string authority(orDash(head.authority));
  const auto colon = authority.rfind(':');
  const bool hasPort = colon != std::string::npos && authority.find(']', colon) == std::string::npos;
  const auto listenerColon = record.listenerAddress.rfind(':');
  if (!hasPort && listenerColon != std::string::npos)
    authority += record.listenerAddress.substr(listenerColon);
  return fmt::format("{} {}://{}{} HTTP/{}", head.method, head.scheme, authority, head.path,
                     isHttp1 ? "1.1" : "2.0");
}

std::string nodeAddress(const std::string& listenerAddress) {
  const auto colon = listenerAddress.rfind(':');
  std::string ip = listenerAddress.substr(0, colon);
  if (ip.starts_with('[') && ip.ends_with(']')) ip = ip.substr(1, ip.size() - 2);
  return ip;
}

std::string certificateArn(const StreamRecord& record) {
  if (record.certificate.empty()) return "-";
  return fmt::format("arn:aws:acm:local-1:000000000000:certificate/{}", record.certificate.substr(0, 32));
}

}  // namespace

std::string formatIsoTime(WallTime time) {
  const auto whole = std::chrono::time_point_cast<std::chrono::seconds>(time);
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:06d}Z", fmt::gmtime(std::chrono::system_clock::to_time_t(whole)),
                     (time - whole).count());
}

std::string formatAccessLogLine(const StreamRecord& record) {
  const StreamHead& head = *record.head;
  const std::string status = record.targetStatus ? std::to_string(record.targetStatus) : "-";
  const std::string group = head.targetGroup.empty() ? "-" : targetGroupArn(head.targetGroup);
  const bool forwarded = !record.target.empty();
  std::string line =
      fmt::format("{} {} {} {} {} {} {} {} {} {} {} {} ", toString(head.type), formatIsoTime(record.ended),
                  loadBalancerResource(head.loadBalancer), head.client, orDash(record.target),
                  seconds(record.requestProcessingMicros), seconds(record.targetProcessingMicros),
                  seconds(record.responseProcessingMicros), record.elbStatus, status, record.receivedBytes,
                  record.sentBytes);
  line +=
      fmt::format("{} {} {} {} {} {} {} {} ", quoted(requestLine(record)),
                  quoted(orDash(std::string_view(head.userAgent).substr(0, kUserAgentLimit))),
                  orDash(record.tlsCipher), orDash(record.tlsProtocol), group, quoted(orDash(record.traceId)),
                  quoted(orDash(record.sni)), quoted(certificateArn(record)));
  line += fmt::format("{} {} {} \"-\" \"-\" {} {} \"-\" \"-\" {} \"-\" \"-\" \"-\" {}",
                      orDash(record.rulePriority), formatIsoTime(head.started),
                      quoted(forwarded ? "forward" : "-"), quoted(orDash(record.target)), quoted(status),
                      orDash(record.connectionTraceId), nodeAddress(record.listenerAddress));
  return line;
}

}  // namespace spillway::observe

// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "engine/base/text.h"
#include "engine/config/findings.h"
#include "engine/config/header_names.h"
#include "engine/config/suggestion.h"

namespace spillway::config {
namespace {

constexpr std::size_t kLongestHeaderValue = 1024;  // ALB
constexpr std::size_t kMostLoggedHeaders = 20;
constexpr std::size_t kLongestHeaderName = 40;  // ALB's bound in conditions; unverified here
constexpr std::uint32_t kKibibyte = 1024, kMebibyte = 1024 * 1024;

/// One number of a part and where it must lie.
struct Bounded {
  const char* field;
  std::uint32_t value;
  Range range;
  const char* what;
};

template <std::size_t N>
void checkRanges(Findings& findings, const std::string& path, const std::array<Bounded, N>& numbers) {
  for (const Bounded& number : numbers) {
    checkRange(findings, fmt::format("{}.{}", path, number.field), number.value, number.range, number.what);
  }
}

void checkLogFiles(Findings& findings, const std::string& path, const LogFiles& log) {
  checkRanges(
      findings, path,
      std::array{
          Bounded{"rotateSeconds", log.rotateSeconds, {10, 86'400}, "The age of a log file (seconds)"},
          Bounded{"rotateMegabytes", log.rotateMegabytes, {1, 4096}, "The size of a log file (MB)"},
      });
}

void checkLimits(Findings& findings, const std::string& path, const Limits& limits) {
  const Range size{kKibibyte, kMebibyte};
  checkRanges(
      findings, path,
      std::array{
          Bounded{"requestLineBytes", limits.requestLineBytes, size, "The limit of a request line (bytes)"},
          Bounded{"headerBytes", limits.headerBytes, size, "The limit of one header (bytes)"},
          Bounded{"headersBytes", limits.headersBytes, size, "The limit of all headers (bytes)"},
          Bounded{"headerCount", limits.headerCount, {1, 10'000}, "The number of headers"},
          Bounded{"responseHeadersBytes", limits.responseHeadersBytes, size,
                  "The limit of a response's headers (bytes)"},
          Bounded{
              "concurrentStreams", limits.concurrentStreams, {1, 10'000}, "The number of concurrent streams"},
          Bounded{"requestsPerConnection",
                  limits.requestsPerConnection,
                  {1, 1'000'000'000},
                  "The number of requests on a connection"},
          Bounded{"connections", limits.connections, {1, 65'535}, "The number of connections of a listener"},
          Bounded{"headTimeoutSeconds",
                  limits.headTimeoutSeconds,
                  {1, 4000},
                  "The time for a request's head (seconds)"},
      });
  if (limits.headerBytes > limits.headersBytes) {
    findings.error(
        path + ".headerBytes", std::to_string(limits.headerBytes),
        fmt::format("One header cannot be larger than all of them (headersBytes, {}).", limits.headersBytes));
  }
  if (limits.headerOverflowStatus != 400 && limits.headerOverflowStatus != 413) {
    findings.error(path + ".headerOverflowStatus", std::to_string(limits.headerOverflowStatus),
                   "The status for headers over their limit is 400 or 413.");
  }
}

/// Whether `name` is one of `known`; says what is wrong otherwise.
template <class Known>
bool isKnown(Findings& findings, const std::string& path, const std::string& name, const Known& known,
             std::string_view what) {
  if (std::ranges::any_of(known, [&](std::string_view each) { return equalsIgnoringCase(each, name); }))
    return true;
  const std::string hint = didYouMean(name, {known.begin(), known.end()});
  findings.error(path, name,
                 hint.empty() ? fmt::format("{}: {}.", what, anyOf({known.begin(), known.end()}))
                              : fmt::format("{} does not include this one.{}", what, hint));
  return false;
}

/// ALB's characters of a response header's value.
bool isValueCharacter(char c) {
  constexpr std::string_view kOthers = "_ :;.,\\/'?!(){}[]@<>=-+*#&`|~^%";
  return isAlphanumeric(c) || kOthers.find(c) != std::string_view::npos;
}

void checkResponseHeaders(Findings& findings, const std::string& path, const ListenerAttributes& attributes) {
  Holders<std::string> seen;
  for (const auto& [name, value] : attributes.responseHeaders) {
    const std::string member = fmt::format("{}.{}", path, name);
    if (!isKnown(findings, member, name, kResponseHeaders,
                 "The list of headers that ALB puts on responses")) {
      continue;
    }
    if (const auto first = seen.claim(lowerCase(name), name); !first.empty()) {
      findings.error(member, name, fmt::format("This header is here already as \"{}\": remove one.", first));
    }
    if (value.size() > kLongestHeaderValue) {
      findings.error(member, value, "The value of a response header has 1024 characters at the most.");
    } else if (const auto odd = std::ranges::find_if_not(value, isValueCharacter); odd != value.end()) {
      findings.error(member, value,
                     "The value of a response header has only letters, digits, spaces and "
                     "_:;.,\\/'?!(){}[]@<>=-+*#&`|~^% .");
    }
  }
}

/// RFC 9110 §5.6.2.
bool isToken(std::string_view name) {
  constexpr std::string_view kOthers = "!#$%&'*+-.^_`|~";
  return !name.empty() && std::ranges::all_of(name, [&](char c) {
    return isAlphanumeric(c) || kOthers.find(c) != std::string_view::npos;
  });
}

/// Names that mean something else to whoever reads the request.
constexpr std::array<std::string_view, 15> kTaken{"Host",
                                                  "Connection",
                                                  "Content-Length",
                                                  "Transfer-Encoding",
                                                  "Upgrade",
                                                  "Expect",
                                                  "TE",
                                                  "Trailer",
                                                  "Keep-Alive",
                                                  "Proxy-Connection",
                                                  "Content-Type",
                                                  "X-Forwarded-For",
                                                  "X-Forwarded-Proto",
                                                  "X-Forwarded-Port",
                                                  "X-Amzn-Trace-Id"};

void checkNewName(Findings& findings, const std::string& path, const std::string& usual,
                  const std::string& name) {
  if (!isToken(name) || name.size() > kLongestHeaderName) {
    findings.error(path, name,
                   "The name of a header has 1-40 characters: letters, digits and !#$%&'*+-.^_`|~ .");
    return;
  }
  const auto meansOther = [&](std::string_view each) {
    return equalsIgnoringCase(each, name) && !equalsIgnoringCase(each, usual);
  };
  if (std::ranges::any_of(kTaken, meansOther) || std::ranges::any_of(kRenamableRequestHeaders, meansOther)) {
    findings.error(path, name, "This header has another meaning: choose another name.");
  }
}

void checkRequestHeaderNames(Findings& findings, const std::string& path,
                             const ListenerAttributes& attributes) {
  Holders<std::string> usualNames, newNames;
  for (const auto& [usual, name] : attributes.requestHeaderNames) {
    const std::string member = fmt::format("{}.{}", path, usual);
    if (!isKnown(findings, member, usual, kRenamableRequestHeaders,
                 "The list of request headers that can be renamed")) {
      continue;
    }
    if (const auto first = usualNames.claim(lowerCase(usual), usual); !first.empty()) {
      findings.error(member, usual, fmt::format("This header is here already as \"{}\": remove one.", first));
    }
    checkNewName(findings, member, usual, name);
    if (const auto first = newNames.claim(lowerCase(name), usual); !first.empty()) {
      findings.error(member, name, fmt::format("{} has this name already: choose another.", first));
    }
  }
}

bool checkFieldName(Findings& findings, const std::string& path, const std::string& name) {
  if (isToken(name)) return true;
  findings.error(path, name, "Write the name of a header field: letters, digits and !#$%&'*+-.^_`|~.");
  return false;
}

/// Each entry of the log has its values: they are few, and none is secret.
void checkLoggedHeaders(Findings& findings, const std::string& path, const Capture& capture) {
  Holders<std::string> names;
  for (std::size_t i = 0; i < capture.loggedHeaders.size(); ++i) {
    const std::string& name = capture.loggedHeaders[i];
    const std::string member = fmt::format("{}[{}]", path, i);
    if (!checkFieldName(findings, member, name)) continue;
    const auto isIt = [&](const std::string& other) { return equalsIgnoringCase(other, name); };
    if (i >= kMostLoggedHeaders) {
      findings.error(
          member, name,
          fmt::format("An entry keeps {} header fields at the most: remove one.", kMostLoggedHeaders));
    } else if (!names.claim(lowerCase(name), name).empty()) {
      findings.error(member, name, "This header is here twice: remove one.");
    } else if (std::ranges::any_of(capture.redactedHeaders, isIt)) {
      findings.error(
          member, name,
          "Values of this header are never kept, as redactedHeaders says: remove it from one of the two.");
    }
  }
}

void checkCapture(Findings& findings, const std::string& path, const Capture& capture) {
  checkRanges(findings, path,
              std::array{Bounded{"bodyBytes",
                                 capture.bodyBytes,
                                 {kKibibyte, 64 * kMebibyte},
                                 "What is kept of one stream's messages (bytes)"}});
  for (std::size_t i = 0; i < capture.redactedHeaders.size(); ++i)
    checkFieldName(findings, fmt::format("{}.redactedHeaders[{}]", path, i), capture.redactedHeaders[i]);
  checkLoggedHeaders(findings, path + ".loggedHeaders", capture);
  for (std::size_t i = 0; i < capture.redactedFields.size(); ++i) {
    const std::string& name = capture.redactedFields[i];
    if (std::ranges::any_of(name, isAlphanumeric)) continue;
    findings.error(fmt::format("{}.redactedFields[{}]", path, i), name,
                   "Write the name of a message's field, with a letter or a digit.");
  }
}

}  // namespace

std::vector<Issue> validate(const Capture& capture) {
  Findings findings;
  checkCapture(findings, "capture", capture);
  return findings.take();
}

void checkLoadBalancerAttributes(Findings& findings, const std::string& path, const LoadBalancer& balancer) {
  const LoadBalancerAttributes& attributes = balancer.attributes;
  checkRanges(
      findings, path + ".attributes",
      std::array{
          Bounded{
              "idleTimeoutSeconds", attributes.idleTimeoutSeconds, {1, 4000}, "An idle timeout (seconds)"},
          Bounded{"clientKeepAliveSeconds",
                  attributes.clientKeepAliveSeconds,
                  {60, 604'800},
                  "A client keepalive duration (seconds)"},
      });
  checkLogFiles(findings, path + ".attributes.accessLogs", attributes.accessLogs);
  checkLogFiles(findings, path + ".attributes.connectionLogs", attributes.connectionLogs);
  checkLogFiles(findings, path + ".attributes.healthCheckLogs", attributes.healthCheckLogs);
  checkLimits(findings, path + ".limits", balancer.limits);
  checkCapture(findings, path + ".capture", balancer.capture);
}

void checkListenerAttributes(Findings& findings, const std::string& path, const Listener& listener) {
  checkRequestHeaderNames(findings, path + ".attributes.requestHeaderNames", listener.attributes);
  checkResponseHeaders(findings, path + ".attributes.responseHeaders", listener.attributes);
}

void checkMonitoring(Findings& findings, const Relations& relations) {
  const auto& port = relations.document.monitoring.openMetricsPort;
  if (!port) return;
  const std::string path = "monitoring.openMetricsPort";
  checkRange(findings, path, *port, kPorts, "A port");
  auto holder = relations.listenerPorts.holderOf(*port);
  for (const LocalService& service : relations.document.localServices) {
    const bool uses = std::ranges::find(service.ports, *port) != service.ports.end();
    if (holder.empty() && uses) holder = fmt::format("local service \"{}\"", service.name);
  }
  if (!holder.empty()) {
    findings.error(path, std::to_string(*port),
                   fmt::format("This port is taken by {}: choose another.", holder));
  }
}

}  // namespace spillway::config

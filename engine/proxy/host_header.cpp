// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/proxy/host_header.h"

#include <fmt/core.h>

#include "engine/base/text.h"

namespace spillway::proxy {
namespace {

/// Where ":port" begins; npos without one. "[::1]" has none.
std::size_t portAt(std::string_view host) {
  const auto colon = host.rfind(':');
  const bool insideBrackets =
      colon != std::string_view::npos && host.find(']', colon) != std::string_view::npos;
  return insideBrackets ? std::string_view::npos : colon;
}

std::string adapted(std::string_view written, std::uint16_t listenerPort) {
  std::string host = lowerCase(written);
  const auto colon = portAt(host);
  const bool isDefaultPort = listenerPort == 80 || listenerPort == 443;
  const bool hasPort = colon != std::string::npos && colon + 1 < host.size();
  if (isDefaultPort || !hasPort) host.resize(std::min(colon, host.size()));
  if (!isDefaultPort && !hasPort && !host.empty()) host += fmt::format(":{}", listenerPort);
  return host;
}

}  // namespace

std::string hostForTarget(const http::MessageHead& request, const HostRules& rules) {
  const std::string_view hostField = request.fields.find("host").value_or("");
  const bool preserve = rules.mode == HostHeader::Preserve;
  // On HTTP/2 :authority alone counts: a Host that differs is nothing that a client means (RFC 9113 §8.3.1).
  const bool fieldWins = preserve && request.version != http::Version::Http2 && !hostField.empty();
  std::string_view written = fieldWins || request.authority.empty() ? hostField : request.authority;
  if (written.empty()) written = rules.loadBalancer;
  return preserve ? std::string(written) : adapted(written, rules.listenerPort);
}

}  // namespace spillway::proxy

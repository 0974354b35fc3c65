// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/proxy/head_rewrite.h"

#include <algorithm>
#include <array>

#include "engine/base/text.h"
#include "engine/proxy/forwarded_headers.h"
#include "engine/proxy/hop_by_hop.h"
#include "engine/proxy/host_header.h"
#include "engine/proxy/trace_id.h"

namespace spillway::proxy {
namespace {

constexpr std::array<bool, 256> kInNames = [] {
  std::array<bool, 256> allowed{};
  for (std::size_t c = 0; c < 128; ++c)
    allowed[c] = isAlphanumeric(static_cast<char>(c)) || c == '-';
  return allowed;
}();

/// ALB's rule, stricter than RFC 9110's: [-A-Za-z0-9]+.
bool isValidName(std::string_view name) {
  return !name.empty() &&
         std::ranges::all_of(name, [](char c) { return kInNames[static_cast<unsigned char>(c)]; });
}

void treatInvalidNames(http::Headers& fields, bool drop, HeadRewrite& told) {
  bool found = false;
  fields.removeIf([&](std::string_view name, std::string_view) {
    if (isValidName(name)) return false;
    found = true;
    return drop;
  });
  (drop ? told.droppedInvalidHeader : told.forwardedInvalidHeader) = found;
}

}  // namespace

HeadRewrite rewriteRequestHead(http::MessageHead& head, const ConnectionFacts& facts,
                               const balance::ListenerSnapshot& listener) {
  HeadRewrite told;
  http::Headers& fields = head.fields;
  const config::LoadBalancerAttributes& attributes = listener.attributes;
  told.traceId = nextTrace(fields.find("x-amzn-trace-id").value_or(""), fields.bytes());
  if (hasTooManyForwarders(fields)) told.refusal = observe::Outcome::TooManyForwarders;

  const auto mode = attributes.preserveHostHeader ? HostHeader::Preserve : HostHeader::Adapt;
  head.authority = hostForTarget(head, {mode, facts.listenerPort, listener.id.loadBalancer});
  fields.remove("host");

  removeHopByHopFields(fields, Towards::Target);
  removeImpostors(fields, listener.listenerAttributes);
  treatInvalidNames(fields, attributes.dropInvalidHeaderFields, told);
  setForwardedFields(fields, facts, attributes);
  fields.set("x-amzn-trace-id", told.traceId);
  setTlsFields(fields, facts, attributes, listener.listenerAttributes);
  return told;
}

void rewriteResponseHead(http::MessageHead& head, const config::ListenerAttributes& listener) {
  removeHopByHopFields(head.fields, Towards::Client);
  setResponseHeaders(head.fields, listener);
}

void setResponseHeaders(http::Headers& fields, const config::ListenerAttributes& listener) {
  for (const auto& [name, value] : listener.responseHeaders) {
    if (!value.empty()) fields.set(lowerCase(name), value);
  }
}

}  // namespace spillway::proxy

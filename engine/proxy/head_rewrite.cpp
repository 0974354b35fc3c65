// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/proxy/head_rewrite.h"

#include <fmt/core.h>

#include <array>
#include <chrono>
#include <random>

namespace spillway::proxy {
namespace {

constexpr std::array<std::string_view, 6> kHopByHop{"connection", "keep-alive",        "proxy-connection",
                                                    "upgrade",    "transfer-encoding", "expect"};

std::uint64_t randomBits() {
  thread_local std::mt19937_64 generator{std::random_device{}()};
  return generator();
}

/// ALB's host rule with preserve_host_header off: lower case; on 80 and 443 the port goes, else it comes.
std::string hostForTarget(std::string_view authority, std::uint16_t listenerPort) {
  std::string host(authority);
  for (char& c : host) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  const auto colon = host.rfind(':');
  const bool hasPort = colon != std::string::npos && host.find(']', colon) == std::string::npos;
  const bool isDefaultPort = listenerPort == 80 || listenerPort == 443;
  if (isDefaultPort && hasPort) host.resize(colon);
  if (!isDefaultPort && !hasPort && !host.empty()) host += fmt::format(":{}", listenerPort);
  return host;
}

/// `Self` is put in front of, or replaced in, what came with a `Root`; without one a new `Root` is made.
std::string nextTrace(std::string_view incoming) {
  if (incoming.find("Root=") == std::string_view::npos) return "Root=" + newTraceId();
  std::string rest;
  while (!incoming.empty()) {
    const auto end = incoming.find(';');
    const std::string_view part = incoming.substr(0, end);
    if (!part.starts_with("Self=") && !part.empty()) rest += fmt::format(";{}", part);
    incoming = end == std::string_view::npos ? std::string_view{} : incoming.substr(end + 1);
  }
  return fmt::format("Self={}{}", newTraceId(), rest);
}

}  // namespace

std::string newTraceId() {
  const auto seconds = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  return fmt::format("1-{:08x}-{:016x}{:08x}", static_cast<std::uint32_t>(seconds), randomBits(),
                     static_cast<std::uint32_t>(randomBits()));
}

std::string newConnectionTraceId() { return fmt::format("TID_{:016x}{:016x}", randomBits(), randomBits()); }

std::string rewriteRequestHead(http::MessageHead& head, const ConnectionFacts& facts) {
  http::Headers& fields = head.fields;
  for (const auto name : kHopByHop) fields.remove(name);
  if (const auto te = fields.find("te"); te && *te != "trailers") fields.remove("te");

  const auto forwardedFor = fields.find("x-forwarded-for");
  fields.set("x-forwarded-for",
             forwardedFor ? fmt::format("{}, {}", *forwardedFor, facts.clientIp) : facts.clientIp);
  fields.set("x-forwarded-proto", facts.hasTls ? "https" : "http");
  fields.set("x-forwarded-port", std::to_string(facts.listenerPort));
  const auto incoming = fields.find("x-amzn-trace-id");
  std::string trace = nextTrace(incoming.value_or(std::string_view{}));
  fields.set("x-amzn-trace-id", trace);
  head.authority = hostForTarget(head.authority, facts.listenerPort);
  return trace;
}

void rewriteResponseHead(http::MessageHead& head) {
  for (const auto name : kHopByHop) head.fields.remove(name);
}

}  // namespace spillway::proxy

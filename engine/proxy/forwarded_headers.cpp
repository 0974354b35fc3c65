// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/proxy/forwarded_headers.h"

#include <algorithm>
#include <array>

#include "engine/base/text.h"
#include "engine/config/header_names.h"

namespace spillway::proxy {
namespace {

constexpr std::string_view kForwardedFor = "x-forwarded-for";
constexpr std::size_t kMostForwarders = 30;

void appendForwardedFor(http::Headers& fields, const std::string& client) {
  std::string list;
  for (std::size_t i = 0; i < fields.count(); ++i) {
    const auto field = fields.at(i);
    if (field.name == kForwardedFor && !field.value.empty()) list.append(field.value).append(", ");
  }
  fields.set(kForwardedFor, list.append(client));
}

/// `prefix` in lower case and with hyphens.
bool beginsLike(std::string_view name, std::string_view prefix) {
  return name.size() >= prefix.size() && name.front() == prefix.front() &&
         std::ranges::equal(name.substr(0, prefix.size()), prefix,
                            [](char a, char b) { return a == b || (a == '_' && b == '-'); });
}

/// The name that the listener gives to one of the balancer's own fields, in lower case.
std::string nameOf(std::string_view usual, const config::ListenerAttributes& listener) {
  for (const auto& [known, name] : listener.requestHeaderNames) {
    if (equalsIgnoringCase(known, usual) && !name.empty()) return lowerCase(name);
  }
  return lowerCase(usual);
}

/// ALB's URL encoding of PEM: "+", "=" and "/" stay as they are.
std::string urlEncoded(std::string_view pem) {
  constexpr char kHex[] = "0123456789ABCDEF";
  constexpr std::string_view kKept = "-_.~+=/";
  std::string encoded;
  encoded.reserve(pem.size() + pem.size() / 16);
  for (const char c : pem) {
    if (isAlphanumeric(c) || kKept.find(c) != std::string_view::npos) {
      encoded += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      encoded += {'%', kHex[byte >> 4], kHex[byte & 15]};
    }
  }
  return encoded;
}

void setCertificateFields(http::Headers& fields, const net::ClientCertificate& certificate,
                          const config::ListenerAttributes& listener) {
  const auto set = [&](std::string_view usual, std::string_view value) {
    fields.set(nameOf(usual, listener), value);
  };
  if (!certificate.isVerified) return set(config::kMtlsChain, urlEncoded(certificate.chainPem));
  set(config::kMtlsSerialNumber, certificate.serial);
  set(config::kMtlsIssuer, certificate.issuer);
  set(config::kMtlsSubject, certificate.subject);
  set(config::kMtlsValidity, certificate.validity);
  set(config::kMtlsLeaf, urlEncoded(certificate.leafPem));
}

}  // namespace

bool hasTooManyForwarders(const http::Headers& fields) {
  std::size_t addresses = 0;
  for (std::size_t i = 0; i < fields.count(); ++i) {
    const auto field = fields.at(i);
    if (field.name != kForwardedFor) continue;
    forEachMember(field.value, ',', [&](std::string_view) { ++addresses; });
  }
  return addresses > kMostForwarders;
}

void setForwardedFields(http::Headers& fields, const ConnectionFacts& facts,
                        const config::LoadBalancerAttributes& attributes) {
  switch (attributes.xffHeaderProcessingMode) {
    case config::XffMode::Append:
      appendForwardedFor(fields, attributes.xffClientPort ? facts.client : facts.clientIp);
      break;
    case config::XffMode::Remove:
      fields.remove(kForwardedFor);
      break;
    case config::XffMode::Preserve:
      break;
  }
  fields.set("x-forwarded-proto", facts.hasTls ? "https" : "http");
  fields.set("x-forwarded-port", std::to_string(facts.listenerPort));
}

void removeImpostors(http::Headers& fields, const config::ListenerAttributes& attributes) {
  static constexpr std::array<std::string_view, 3> kOurs{"x-amzn-tls-", "x-amzn-mtls-", "x-amzn-oidc-"};
  const auto& names = attributes.requestHeaderNames;
  fields.removeIf([&](std::string_view name, std::string_view) {
    return std::ranges::any_of(kOurs, [&](std::string_view prefix) { return beginsLike(name, prefix); }) ||
           std::ranges::any_of(names,
                               [&](const auto& each) { return equalsIgnoringCase(name, each.second); });
  });
}

void setTlsFields(http::Headers& fields, const ConnectionFacts& facts,
                  const config::LoadBalancerAttributes& attributes,
                  const config::ListenerAttributes& listener) {
  if (!facts.hasTls) return;
  if (attributes.tlsVersionAndCipherSuite) {
    fields.set(nameOf(config::kTlsVersion, listener), facts.tls.protocol);
    fields.set(nameOf(config::kTlsCipherSuite, listener), facts.tls.cipher);
  }
  if (facts.tls.clientCertificate) setCertificateFields(fields, *facts.tls.clientCertificate, listener);
}

}  // namespace spillway::proxy

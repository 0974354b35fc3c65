// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/config/model.h"

/// How enum values are written: ALB's API words.
namespace spillway::config {

template <class E, std::size_t N>
using WordTable = std::array<std::pair<E, std::string_view>, N>;

constexpr auto wordsOf(Scheme) {
  return WordTable<Scheme, 2>{{{Scheme::Internal, "internal"}, {Scheme::InternetFacing, "internet-facing"}}};
}
constexpr auto wordsOf(IpAddressType) {
  return WordTable<IpAddressType, 2>{
      {{IpAddressType::Ipv4, "ipv4"}, {IpAddressType::Dualstack, "dualstack"}}};
}
constexpr auto wordsOf(Protocol) {
  return WordTable<Protocol, 2>{{{Protocol::Http, "HTTP"}, {Protocol::Https, "HTTPS"}}};
}
constexpr auto wordsOf(ProtocolVersion) {
  return WordTable<ProtocolVersion, 3>{{{ProtocolVersion::Http1, "HTTP1"},
                                        {ProtocolVersion::Http2, "HTTP2"},
                                        {ProtocolVersion::Grpc, "GRPC"}}};
}
constexpr auto wordsOf(CaptureLevel) {
  return WordTable<CaptureLevel, 3>{
      {{CaptureLevel::Off, "off"}, {CaptureLevel::Metadata, "metadata"}, {CaptureLevel::Full, "full"}}};
}
constexpr auto wordsOf(CallSecurity) {
  return WordTable<CallSecurity, 4>{{{CallSecurity::Plaintext, "plaintext"},
                                     {CallSecurity::AnyCertificate, "any-certificate"},
                                     {CallSecurity::LocalCa, "local-ca"},
                                     {CallSecurity::SystemCas, "system-cas"}}};
}
constexpr auto wordsOf(CallEncoding) {
  return WordTable<CallEncoding, 3>{{{CallEncoding::Identity, "identity"},
                                     {CallEncoding::Gzip, "gzip"},
                                     {CallEncoding::Deflate, "deflate"}}};
}
constexpr auto wordsOf(ActionType) {
  return WordTable<ActionType, 6>{{{ActionType::Forward, "forward"},
                                   {ActionType::Redirect, "redirect"},
                                   {ActionType::FixedResponse, "fixed-response"},
                                   {ActionType::JwtValidation, "jwt-validation"},
                                   {ActionType::AuthenticateOidc, "authenticate-oidc"},
                                   {ActionType::AuthenticateCognito, "authenticate-cognito"}}};
}
constexpr auto wordsOf(Certificate::Source) {
  return WordTable<Certificate::Source, 3>{{{Certificate::Source::LocalCa, "local-ca"},
                                            {Certificate::Source::Files, "files"},
                                            {Certificate::Source::Pkcs12, "pkcs12"}}};
}
constexpr auto wordsOf(ConditionField) {
  return WordTable<ConditionField, 6>{{{ConditionField::HostHeader, "host-header"},
                                       {ConditionField::PathPattern, "path-pattern"},
                                       {ConditionField::HttpHeader, "http-header"},
                                       {ConditionField::HttpRequestMethod, "http-request-method"},
                                       {ConditionField::QueryString, "query-string"},
                                       {ConditionField::SourceIp, "source-ip"}}};
}
constexpr auto wordsOf(JwtClaim::Format) {
  using Format = JwtClaim::Format;
  return WordTable<Format, 3>{{{Format::SingleString, "single-string"},
                               {Format::StringArray, "string-array"},
                               {Format::SpaceSeparatedValues, "space-separated-values"}}};
}
constexpr auto wordsOf(DesyncMitigationMode) {
  return WordTable<DesyncMitigationMode, 3>{{{DesyncMitigationMode::Monitor, "monitor"},
                                             {DesyncMitigationMode::Defensive, "defensive"},
                                             {DesyncMitigationMode::Strictest, "strictest"}}};
}
constexpr auto wordsOf(XffMode) {
  return WordTable<XffMode, 3>{
      {{XffMode::Append, "append"}, {XffMode::Preserve, "preserve"}, {XffMode::Remove, "remove"}}};
}
constexpr auto wordsOf(MutualAuthentication::Mode) {
  using Mode = MutualAuthentication::Mode;
  return WordTable<Mode, 3>{
      {{Mode::Off, "off"}, {Mode::Passthrough, "passthrough"}, {Mode::Verify, "verify"}}};
}
constexpr auto wordsOf(Algorithm) {
  return WordTable<Algorithm, 3>{{{Algorithm::RoundRobin, "round_robin"},
                                  {Algorithm::LeastOutstandingRequests, "least_outstanding_requests"},
                                  {Algorithm::WeightedRandom, "weighted_random"}}};
}
constexpr auto wordsOf(Stickiness::Type) {
  using Type = Stickiness::Type;
  return WordTable<Type, 2>{{{Type::LbCookie, "lb_cookie"}, {Type::AppCookie, "app_cookie"}}};
}

template <class E>
constexpr std::string_view wordOf(E value) {
  for (const auto& [known, word] : wordsOf(value)) {
    if (known == value) return word;
  }
  return {};
}

/// All words of an enum, in the order in which they are offered.
template <class E>
std::vector<std::string_view> allWords() {
  std::vector<std::string_view> words;
  for (const auto& [value, word] : wordsOf(E{}))
    words.push_back(word);
  return words;
}

}  // namespace spillway::config

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
constexpr auto wordsOf(ActionType) {
  return WordTable<ActionType, 1>{{{ActionType::Forward, "forward"}}};
}
constexpr auto wordsOf(Certificate::Source) {
  return WordTable<Certificate::Source, 2>{
      {{Certificate::Source::LocalCa, "local-ca"}, {Certificate::Source::Files, "files"}}};
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

// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/http/grpc_status.h"

#include <charconv>

namespace spillway::http {
namespace {

int hexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

bool isGrpcContentType(std::string_view contentType) {
  constexpr std::string_view kGrpc = "application/grpc";
  if (!contentType.starts_with(kGrpc)) return false;
  return contentType.size() == kGrpc.size() || contentType[kGrpc.size()] == '+' ||
         contentType[kGrpc.size()] == ';';
}

std::optional<std::uint32_t> grpcStatusIn(const Headers& fields) {
  const auto text = fields.find("grpc-status");
  if (!text) return std::nullopt;
  std::uint32_t code = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), code);
  if (error != std::errc{} || end != text->data() + text->size()) return std::nullopt;
  return code;
}

std::string decodeGrpcMessage(std::string_view encoded) {
  std::string text;
  for (std::size_t i = 0; i < encoded.size(); ++i) {
    if (encoded[i] == '%' && i + 2 < encoded.size() && hexDigit(encoded[i + 1]) >= 0 &&
        hexDigit(encoded[i + 2]) >= 0) {
      text += static_cast<char>(hexDigit(encoded[i + 1]) * 16 + hexDigit(encoded[i + 2]));
      i += 2;
    } else {
      text += encoded[i];
    }
  }
  return text;
}

std::string encodeGrpcMessage(std::string_view text) {
  constexpr char kHex[] = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    if (c >= 0x20 && c <= 0x7e && c != '%') {
      encoded += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      encoded += {'%', kHex[byte >> 4], kHex[byte & 15]};
    }
  }
  return encoded;
}

}  // namespace spillway::http

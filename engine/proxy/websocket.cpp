// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/proxy/websocket.h"

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <array>

namespace spillway::proxy {

std::string newWebSocketKey() {
  std::array<unsigned char, 16> bytes{};
  RAND_bytes(bytes.data(), static_cast<int>(bytes.size()));
  std::array<unsigned char, 25> text{};
  const int size = EVP_EncodeBlock(text.data(), bytes.data(), static_cast<int>(bytes.size()));
  return {reinterpret_cast<const char*>(text.data()), static_cast<std::size_t>(size)};
}

}  // namespace spillway::proxy

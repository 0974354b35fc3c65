// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/balance/cookie_sealer.h"

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <algorithm>
#include <memory>
#include <stdexcept>

#include "engine/base/base64url.h"

namespace spillway::balance {
namespace {

// A sealed value: the key's id, the nonce, the encrypted text, the tag.
constexpr std::size_t kNonceSize = 12;
constexpr std::size_t kTagSize = 16;
constexpr std::size_t kHeadSize = 1 + kNonceSize;
/// No cookie of ours is longer (AWSALBAPP: four shards of 4 K).
constexpr std::size_t kLargestValue = std::size_t{16} * 1024;

using Cipher = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

unsigned char* bytesOf(std::string& text) {
  return reinterpret_cast<unsigned char*>(text.data());
}
const unsigned char* bytesOf(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

enum class Way : bool { Open = false, Seal = true };

/// Ready for the text; the use and the key's id are authenticated with it.
Cipher begin(const CookieKey& key, CookieUse use, const unsigned char* nonce, Way way) {
  static const EVP_CIPHER* const kCipher = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
  Cipher cipher(EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free);
  const unsigned char bound[] = {static_cast<unsigned char>(use), key.id};
  int size = 0;
  if (!cipher ||
      EVP_CipherInit_ex2(cipher.get(), kCipher, key.secret.data(), nonce, static_cast<int>(way), nullptr) !=
          1 ||
      EVP_CipherUpdate(cipher.get(), nullptr, &size, bound, sizeof bound) != 1)
    cipher.reset();
  return cipher;
}

}  // namespace

CookieKey makeCookieKey(std::uint8_t id) {
  CookieKey key;
  key.id = id;
  if (RAND_priv_bytes(key.secret.data(), static_cast<int>(key.secret.size())) != 1)
    throw std::runtime_error("The system has no random numbers for a cookie key.");
  return key;
}

CookieSealer CookieSealer::withFreshKey() {
  return CookieSealer({makeCookieKey(0)});
}

std::string CookieSealer::seal(CookieUse use, std::string_view plain) const {
  const CookieKey& key = keys_.front();
  std::string sealed(kHeadSize + plain.size() + kTagSize, '\0');
  unsigned char* const bytes = bytesOf(sealed);
  bytes[0] = key.id;
  if (RAND_bytes(bytes + 1, kNonceSize) != 1) return {};
  const Cipher cipher = begin(key, use, bytes + 1, Way::Seal);
  unsigned char* const text = bytes + kHeadSize;
  unsigned char* const tag = text + plain.size();
  int size = 0;
  if (!cipher ||
      EVP_CipherUpdate(cipher.get(), text, &size, bytesOf(plain), static_cast<int>(plain.size())) != 1 ||
      EVP_CipherFinal_ex(cipher.get(), tag, &size) != 1 ||
      EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_AEAD_GET_TAG, kTagSize, tag) != 1)
    return {};
  return toBase64Url(sealed);
}

std::optional<std::string> CookieSealer::open(CookieUse use, std::string_view sealed) const {
  if (sealed.size() > kLargestValue) return std::nullopt;
  auto bytes = fromBase64Url(sealed);
  if (!bytes || bytes->size() < kHeadSize + kTagSize) return std::nullopt;
  unsigned char* const whole = bytesOf(*bytes);
  const auto key = std::ranges::find(keys_, whole[0], &CookieKey::id);
  if (key == keys_.end()) return std::nullopt;
  std::string plain(bytes->size() - kHeadSize - kTagSize, '\0');
  unsigned char* const tag = whole + kHeadSize + plain.size();
  const Cipher cipher = begin(*key, use, whole + 1, Way::Open);
  int size = 0;
  if (!cipher ||
      EVP_CipherUpdate(cipher.get(), bytesOf(plain), &size, whole + kHeadSize,
                       static_cast<int>(plain.size())) != 1 ||
      EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_AEAD_SET_TAG, kTagSize, tag) != 1 ||
      EVP_CipherFinal_ex(cipher.get(), tag, &size) != 1)
    return std::nullopt;
  return plain;
}

}  // namespace spillway::balance

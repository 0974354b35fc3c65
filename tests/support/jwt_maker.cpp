// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/jwt_maker.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <vector>

namespace spillway::test {
namespace {

std::string numberOf(const EVP_PKEY* key, const char* name) {
  BIGNUM* number = nullptr;
  EVP_PKEY_get_bn_param(key, name, &number);
  std::string bytes(static_cast<std::size_t>(BN_num_bytes(number)), '\0');
  BN_bn2bin(number, reinterpret_cast<unsigned char*>(bytes.data()));
  BN_free(number);
  return base64Url(bytes);
}

}  // namespace

std::string base64Url(const std::string& bytes) {
  std::vector<unsigned char> text(bytes.size() * 4 / 3 + 8);
  const int size = EVP_EncodeBlock(text.data(), reinterpret_cast<const unsigned char*>(bytes.data()),
                                   static_cast<int>(bytes.size()));
  std::string result;
  for (int i = 0; i < size; ++i) {
    const char c = static_cast<char>(text[static_cast<std::size_t>(i)]);
    if (c != '=') result += c == '+' ? '-' : c == '/' ? '_' : c;
  }
  return result;
}

SigningKey::SigningKey(std::string id, unsigned bits)
    : id_(std::move(id)), key_(EVP_RSA_gen(bits), &EVP_PKEY_free) {}

std::string SigningKey::jwk(const std::string& more) const {
  return R"({"kty":"RSA","kid":")" + id_ + R"(","n":")" + numberOf(key_.get(), OSSL_PKEY_PARAM_RSA_N) +
         R"(","e":")" + numberOf(key_.get(), OSSL_PKEY_PARAM_RSA_E) + "\"" + more + "}";
}

std::string SigningKey::sign(const std::string& header, const std::string& claims) const {
  const std::string text = base64Url(header) + "." + base64Url(claims);
  EVP_MD_CTX* digest = EVP_MD_CTX_new();
  EVP_DigestSignInit(digest, nullptr, EVP_sha256(), nullptr, key_.get());
  std::size_t size = 0;
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  EVP_DigestSign(digest, nullptr, &size, bytes, text.size());
  std::string signature(size, '\0');
  EVP_DigestSign(digest, reinterpret_cast<unsigned char*>(signature.data()), &size, bytes, text.size());
  EVP_MD_CTX_free(digest);
  return text + "." + base64Url(signature);
}

std::string SigningKey::sign(const std::string& claims) const {
  return sign(R"({"alg":"RS256","typ":"JWT","kid":")" + id_ + "\"}", claims);
}

}  // namespace spillway::test

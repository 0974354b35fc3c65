// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>

struct evp_pkey_st;

namespace spillway::test {

/// An RSA key pair that signs tokens.
class SigningKey {
 public:
  SigningKey(std::string id, unsigned bits);
  const std::string& id() const { return id_; }
  /// One member of a JWKS's "keys". `more`: further members, ",\"use\":\"sig\"".
  std::string jwk(const std::string& more = {}) const;
  /// A token of header and claims, both JSON text, with an RS256 signature.
  std::string sign(const std::string& header, const std::string& claims) const;
  /// The same with the usual header.
  std::string sign(const std::string& claims) const;

 private:
  std::string id_;
  std::shared_ptr<evp_pkey_st> key_;
};

std::string base64Url(const std::string& bytes);

}  // namespace spillway::test

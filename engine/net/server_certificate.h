// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/clock.h"
#include "engine/base/result.h"

struct x509_st;
struct evp_pkey_st;
struct stack_st_X509;

namespace spillway::net {

/// A certificate of a listener with its chain and key; immutable, shared by contexts.
class ServerCertificate {
 public:
  /// From PEM texts, leaf first. Errors: no PEM, a key that does not belong to it or that ALB refuses; one
  /// sentence each.
  static Result<std::shared_ptr<const ServerCertificate>> make(const std::string& chainPem,
                                                               const std::string& privateKeyPem);
  ~ServerCertificate();
  ServerCertificate(const ServerCertificate&) = delete;
  ServerCertificate& operator=(const ServerCertificate&) = delete;

  /// SHA-256 fingerprint, 64 lowercase hexadecimal digits.
  const std::string& id() const { return id_; }
  /// Whether it is for this host: "*.example.com" covers one label more than "example.com" has.
  bool covers(std::string_view serverName) const;
  /// ALB's choice among several that cover a name: ECDSA before RSA, not expired, stronger hash, longer key,
  /// longest remaining validity.
  bool isBetterThan(const ServerCertificate& other, WallTime now) const;
  bool isEcdsa() const { return isEcdsa_; }

  x509_st* leaf() const { return leaf_; }
  evp_pkey_st* key() const { return key_; }
  stack_st_X509* chain() const { return chain_; }  ///< without the leaf

 private:
  ServerCertificate() = default;
  x509_st* leaf_ = nullptr;
  evp_pkey_st* key_ = nullptr;
  stack_st_X509* chain_ = nullptr;
  std::string id_;
  std::vector<std::string> names_;  ///< lower case
  bool isEcdsa_ = false;
  int hashBits_ = 0;  ///< of the signature; 0 = MD5 or older
  int keyBits_ = 0;
  WallTime notAfter_{};
};

using ServerCertificates = std::vector<std::shared_ptr<const ServerCertificate>>;

/// Those that cover the name, best first. None for "".
std::vector<const ServerCertificate*> candidatesFor(const ServerCertificates&, std::string_view serverName,
                                                    WallTime now);

}  // namespace spillway::net

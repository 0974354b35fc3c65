// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "engine/base/clock.h"
#include "engine/base/result.h"

namespace spillway::pki {

/// What people want to know of a certificate.
struct CertificateFacts {
  std::string subject, issuer;     ///< RFC 2253 text: "CN=localhost,O=Spillway"
  std::vector<std::string> names;  ///< subject alternative names: DNS names and IP addresses
  WallTime notBefore{}, notAfter{};
  std::string fingerprint;     ///< SHA-256, 64 lowercase hexadecimal digits
  std::string keyDescription;  ///< "ECDSA P-256", "RSA 2048"
};

/// Facts of the first certificate in PEM text.
Result<CertificateFacts> readCertificate(const std::string& pem);

/// An error unless the key belongs to the first certificate. The sentence names neither file: the caller
/// knows them.
Result<void> checkKeyMatches(const std::string& certificatePem, const std::string& privateKeyPem);

}  // namespace spillway::pki

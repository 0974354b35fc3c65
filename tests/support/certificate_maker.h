// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "engine/pki/local_ca.h"

namespace spillway::test {

/// What a certificate made for a test is like.
struct CertificateWish {
  std::string commonName = "leaf";
  std::vector<std::string> names;  ///< DNS names
  std::string key = "P-256";       ///< "P-256", "P-384", "RSA-2048", "RSA-3072", "ED25519"
  std::string hash = "SHA256";
  long fromDay = -1, toDay = 30;  ///< validity, counted from now
  bool isAuthority = false;
  std::string usage;  ///< extended key usage: "clientAuth", "serverAuth"; "" = none
  int serial = 0x0A1B2C;
};

/// Signs with `issuer`, or with its own key when that is null. The issuer's chain follows the leaf when the
/// issuer is no root.
pki::IssuedCertificate makeCertificate(const CertificateWish&,
                                       const pki::IssuedCertificate* issuer = nullptr);

/// A revocation list of this authority, PEM. `toDay`: when it is out of date.
std::string makeRevocationList(const pki::IssuedCertificate& authority, const std::vector<int>& serials,
                               long toDay = 30);

/// A PKCS#12 file's bytes with the chain and the key.
std::string makePkcs12(const pki::IssuedCertificate&, const std::string& password);

/// SHA-256 fingerprint of the first certificate.
std::string idOf(const pki::IssuedCertificate&);

/// Writes a file, whole.
void writeFile(const std::string& file, const std::string& text);

}  // namespace spillway::test

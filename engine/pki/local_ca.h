// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "engine/base/result.h"

namespace spillway::pki {

/// A certificate and its key as PEM text.
struct IssuedCertificate {
  std::string certificatePem;  ///< leaf, then the CA
  std::string privateKeyPem;
};

/// Spillway's own certificate authority: made once in `<dataDirectory>/ca` (ca.pem 0644, ca.key 0600, folder
/// 0700), ECDSA P-256. It never touches the system's trust store. Any thread; files are locked while being
/// made.
class LocalCa {
 public:
  /// Opens the CA, making it when there is none. Errors name the file.
  static Result<LocalCa> open(const std::string& dataDirectory);

  /// Where a data folder keeps the certificate that clients trust, whether it is there or not.
  static std::string certificateFileIn(const std::string& dataDirectory);

  /// Path of the CA certificate that clients trust.
  const std::string& certificateFile() const { return certificateFile_; }
  const std::string& certificatePem() const { return certificatePem_; }

  /// Issues a server certificate for localhost, 127.0.0.1, ::1 and `names` (DNS names or IP addresses).
  Result<IssuedCertificate> issue(const std::vector<std::string>& names) const;
  /// As issue(), but kept in `<dataDirectory>/certificates` and used again while it is valid for 30 days
  /// more.
  Result<IssuedCertificate> issueOnce(const std::vector<std::string>& names) const;

 private:
  std::string directory_, certificateFile_, certificatePem_, privateKeyPem_;
};

}  // namespace spillway::pki

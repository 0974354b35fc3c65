// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "engine/base/result.h"

/// Files with certificates and keys. Errors are one sentence that names the file.
namespace spillway::pki {

/// The text of a PEM file that holds at least one certificate, leaf first.
Result<std::string> readCertificateFile(const std::string& file);

/// Whether a key file that others than its owner can read is taken.
enum class KeyAccess : bool { Any, OwnerOnly };

/// The text of a PEM file that holds an unencrypted private key.
Result<std::string> readPrivateKeyFile(const std::string& file, KeyAccess = KeyAccess::Any);

/// The bytes of a file of at most 1 MiB, as they are.
Result<std::string> readSmallFile(const std::string& file, KeyAccess);

/// The text of a PEM file that holds at least one certificate revocation list; at most 50 MiB.
Result<std::string> readRevocationFile(const std::string& file);

/// Writes to "<file>.new", syncs and renames it. The caller holds a FileLock when others may write the same
/// file. `mode` is the file's exact permission bits.
Result<void> writeFileAtomically(const std::string& file, const std::string& text, unsigned int mode);

/// Makes the folder and its parents; its permissions become 0700.
Result<void> makePrivateFolder(const std::string& folder);

/// Holds an exclusive lock on a file (made when missing) against other processes and threads while it lives.
class FileLock {
 public:
  static Result<FileLock> acquire(const std::string& file);  ///< waits for the lock
  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&&) = delete;
  ~FileLock();

 private:
  explicit FileLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_ = -1;
};

}  // namespace spillway::pki

// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/pki/local_ca.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include "engine/base/clock.h"
#include "engine/pki/certificate.h"
#include "engine/pki/issue.h"
#include "engine/pki/key_file.h"

namespace spillway::pki {

namespace {

constexpr std::chrono::hours kReissueBefore{30 * 24};

tl::unexpected<Error> invalid(std::string sentence) {
  return failure(Error{ErrorCode::Invalid, Side::Balancer, std::move(sentence)});
}

std::string hostName() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0 || name[0] == '\0') return "localhost";
  return name.data();
}

/// Makes the authority's two files. The certificate comes last: where it is, the key is there too.
Result<void> makeAuthority(const std::string& folder, const std::string& certificateFile,
                           const std::string& keyFile) {
  const auto lock = FileLock::acquire(folder + "/.lock");
  if (!lock) return failure(lock.error());
  if (std::filesystem::exists(certificateFile)) return {};  // another process was first
  const auto made = issueAuthority("Spillway local CA " + hostName());
  if (!made) return failure(made.error());
  if (auto written = writeFileAtomically(keyFile, made->privateKeyPem, 0600); !written) return written;
  return writeFileAtomically(certificateFile, made->certificatePem, 0644);
}

/// Whether a kept certificate can be served: it reads, fits its key and is valid for long enough.
bool isUsable(const IssuedCertificate& kept) {
  const auto facts = readCertificate(kept.certificatePem);
  return facts && facts->notBefore <= wallNow() && facts->notAfter > wallNow() + kReissueBefore &&
         checkKeyMatches(kept.certificatePem, kept.privateKeyPem);
}

}  // namespace

std::string LocalCa::certificateFileIn(const std::string& dataDirectory) {
  return dataDirectory + "/ca/ca.pem";
}

Result<LocalCa> LocalCa::open(const std::string& dataDirectory) {
  const std::string folder = dataDirectory + "/ca";
  const std::string keyFile = folder + "/ca.key";
  LocalCa ca;
  ca.directory_ = dataDirectory;
  ca.certificateFile_ = certificateFileIn(dataDirectory);
  std::error_code ignored;
  if (!std::filesystem::exists(ca.certificateFile_, ignored)) {
    if (const auto made = makePrivateFolder(folder); !made) return failure(made.error());
    if (const auto made = makeAuthority(folder, ca.certificateFile_, keyFile); !made)
      return failure(made.error());
  }
  auto certificate = readCertificateFile(ca.certificateFile_);
  if (!certificate) return failure(certificate.error());
  auto key = readPrivateKeyFile(keyFile, KeyAccess::OwnerOnly);
  if (!key) return failure(key.error());
  if (!checkKeyMatches(*certificate, *key))
    return invalid(
        fmt::format("The key {} does not belong to {}; remove the folder {} to make a new local CA.", keyFile,
                    ca.certificateFile_, folder));
  if (const auto facts = readCertificate(*certificate); !facts || facts->notAfter <= wallNow())
    return invalid(fmt::format("The local CA {} has expired; remove the folder {} to make a new one.",
                               ca.certificateFile_, folder));
  ca.certificatePem_ = std::move(*certificate);
  ca.privateKeyPem_ = std::move(*key);
  return ca;
}

Result<IssuedCertificate> LocalCa::issue(const std::vector<std::string>& names) const {
  const auto all = serverNames(names);
  if (!all) return failure(all.error());
  return issueServer({certificatePem_, privateKeyPem_}, *all);
}

Result<IssuedCertificate> LocalCa::issueOnce(const std::vector<std::string>& names) const {
  const auto all = serverNames(names);
  if (!all) return failure(all.error());
  const std::string folder = directory_ + "/certificates";
  if (const auto made = makePrivateFolder(folder); !made) return failure(made.error());
  const auto lock = FileLock::acquire(folder + "/.lock");
  if (!lock) return failure(lock.error());

  const std::string file = fmt::format("{}/{}", folder, storageName(certificatePem_, *all));
  const auto keptCertificate = readCertificateFile(file + ".pem");
  const auto keptKey = readPrivateKeyFile(file + ".key", KeyAccess::OwnerOnly);
  if (keptCertificate && keptKey)
    if (IssuedCertificate kept{*keptCertificate, *keptKey}; isUsable(kept)) return kept;

  auto issued = issueServer({certificatePem_, privateKeyPem_}, *all);
  if (!issued) return issued;
  if (const auto done = writeFileAtomically(file + ".key", issued->privateKeyPem, 0600); !done)
    return failure(done.error());
  if (const auto done = writeFileAtomically(file + ".pem", issued->certificatePem, 0644); !done)
    return failure(done.error());
  return issued;
}

}  // namespace spillway::pki

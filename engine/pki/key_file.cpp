// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/pki/key_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include "engine/pki/openssl_pointers.h"

namespace spillway::pki {

namespace {

constexpr std::size_t kLargestPemFile = std::size_t{1024} * 1024;
constexpr std::size_t kLargestRevocationFile = std::size_t{50} * 1024 * 1024;  // ALB's limit

/// "The file X cannot be read: Permission denied."
tl::unexpected<Error> systemFailure(const std::string& what, const char* verb, int error) {
  const bool denied = error == EACCES || error == EPERM || error == EROFS;
  return failure(Error{denied ? ErrorCode::AccessDenied : ErrorCode::System, Side::Balancer,
                       fmt::format("{} cannot be {}: {}.", what, verb, std::strerror(error))});
}

std::string named(const std::string& file) {
  return "The file " + file;
}

class Descriptor {
 public:
  explicit Descriptor(int value) : value_(value) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (value_ >= 0) ::close(value_);
  }
  int get() const { return value_; }

 private:
  int value_;
};

Result<std::string> readWhole(int descriptor, const std::string& file, std::size_t largest) {
  std::string text;
  std::array<char, 16384> block;
  for (;;) {
    const ssize_t got = ::read(descriptor, block.data(), block.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return systemFailure(named(file), "read", errno);
    if (got == 0) return text;
    text.append(block.data(), static_cast<std::size_t>(got));
    if (text.size() > largest)
      return failure(Error{ErrorCode::Invalid, Side::Balancer,
                           fmt::format("{} is larger than {} MiB: no certificate, key or revocation list.",
                                       named(file), largest / (1024 * 1024))});
  }
}

Result<std::string> readText(const std::string& file, KeyAccess access,
                             std::size_t largest = kLargestPemFile) {
  // Without O_NONBLOCK, opening a pipe that somebody named here would wait for its writer.
  const Descriptor descriptor{::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  struct stat facts {};
  if (descriptor.get() < 0 || ::fstat(descriptor.get(), &facts) != 0)
    return systemFailure(named(file), "read", errno);
  if (!S_ISREG(facts.st_mode))
    return failure(
        Error{ErrorCode::Invalid, Side::Balancer, fmt::format("{} is not an ordinary file.", file)});
  if (access == KeyAccess::OwnerOnly && (facts.st_mode & (S_IRWXG | S_IRWXO)) != 0)
    return failure(
        Error{ErrorCode::AccessDenied, Side::Balancer,
              fmt::format("The key {} is open to other users (mode {:04o}); it must be 0600: chmod 600 {}",
                          file, facts.st_mode & 07777u, file)});
  return readWhole(descriptor.get(), file, largest);
}

bool writeWhole(int descriptor, const std::string& text) {
  for (std::size_t done = 0; done < text.size();) {
    const ssize_t put = ::write(descriptor, text.data() + done, text.size() - done);
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return false;
    done += static_cast<std::size_t>(put);
  }
  return true;
}

}  // namespace

Result<std::string> readSmallFile(const std::string& file, KeyAccess access) {
  return readText(file, access);
}

Result<std::string> readRevocationFile(const std::string& file) {
  auto text = readText(file, KeyAccess::Any, kLargestRevocationFile);
  if (!text) return text;
  if (const auto lists = parseRevocationLists(*text, named(file)); !lists) return failure(lists.error());
  return text;
}

Result<std::string> readCertificateFile(const std::string& file) {
  auto text = readText(file, KeyAccess::Any);
  if (!text) return text;
  if (const auto chain = parseCertificates(*text, named(file)); !chain) return failure(chain.error());
  return text;
}

Result<std::string> readPrivateKeyFile(const std::string& file, KeyAccess access) {
  auto text = readText(file, access);
  if (!text) return text;
  if (const auto key = parsePrivateKey(*text, named(file)); !key) return failure(key.error());
  return text;
}

Result<void> writeFileAtomically(const std::string& file, const std::string& text, unsigned int mode) {
  const std::string fresh = file + ".new";
  ::unlink(fresh.c_str());  // what a crash left behind
  {
    const Descriptor descriptor{::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)};
    if (descriptor.get() < 0 || ::fchmod(descriptor.get(), mode) != 0 ||
        !writeWhole(descriptor.get(), text) || ::fsync(descriptor.get()) != 0)
      return systemFailure(named(fresh), "written", errno);
  }
  if (::rename(fresh.c_str(), file.c_str()) != 0) return systemFailure(named(file), "written", errno);
  const std::string folder = std::filesystem::path(file).parent_path();
  const Descriptor directory{::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (directory.get() >= 0) ::fsync(directory.get());  // the rename itself survives a crash
  return {};
}

Result<void> makePrivateFolder(const std::string& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) return systemFailure("The folder " + folder, "made", error.value());
  if (::chmod(folder.c_str(), 0700) != 0) return systemFailure("The folder " + folder, "made private", errno);
  return {};
}

Result<FileLock> FileLock::acquire(const std::string& file) {
  const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) return systemFailure(named(file), "opened", errno);
  FileLock lock(descriptor);
  while (::flock(descriptor, LOCK_EX) != 0)
    if (errno != EINTR) return systemFailure(named(file), "locked", errno);
  return lock;
}

FileLock::FileLock(FileLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

FileLock::~FileLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace spillway::pki

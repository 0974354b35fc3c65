// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/net/key_log.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace spillway::net {

Result<std::shared_ptr<const KeyLog>> KeyLog::open(const std::string& file) {
  const auto cannot = [&](const char* why) {
    return failure(Error{ErrorCode::AccessDenied, Side::Balancer,
                         fmt::format("The TLS key log {} cannot be written: {}.", file, why)});
  };
  // O_NONBLOCK: a pipe that somebody named here must not hold us up.
  const int descriptor =
      ::open(file.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
  if (descriptor < 0) return cannot(std::strerror(errno));
  std::shared_ptr<const KeyLog> log(new KeyLog(descriptor));
  struct stat facts {};
  if (::fstat(descriptor, &facts) != 0 || !S_ISREG(facts.st_mode)) return cannot("it is no ordinary file");
  if (::fchmod(descriptor, 0600) != 0) return cannot(std::strerror(errno));
  return log;
}

KeyLog::~KeyLog() {
  ::close(descriptor_);
}

void KeyLog::write(std::string_view line) const {
  std::string text(line);
  text += '\n';
  [[maybe_unused]] const auto put = ::write(descriptor_, text.data(), text.size());
}

}  // namespace spillway::net

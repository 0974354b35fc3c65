// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/observe/access_log.h"

#include <fmt/core.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "engine/observe/access_log_format.h"

namespace spillway::observe {
namespace {

/// Small enough to stay in the processor's caches, bytes.
constexpr std::size_t kGather = 64 * 1024;
constexpr auto kPause = std::chrono::milliseconds(250);

}  // namespace

Result<AccessLog> AccessLog::open(const std::string& file) {
  std::FILE* opened = std::fopen(file.c_str(), "ae");
  if (opened) return AccessLog(opened);
  return failure(Error{errno == EACCES ? ErrorCode::AccessDenied : ErrorCode::System, Side::Balancer,
                       fmt::format("Cannot write the access log '{}': {}.", file, std::strerror(errno))});
}

AccessLog::AccessLog(AccessLog&& other) noexcept
    : file_(std::exchange(other.file_, nullptr)),
      gathered_(std::move(other.gathered_)),
      lastWrite_(other.lastWrite_) {}

AccessLog& AccessLog::operator=(AccessLog&& other) noexcept {
  std::swap(file_, other.file_);
  std::swap(gathered_, other.gathered_);
  std::swap(lastWrite_, other.lastWrite_);
  return *this;
}

AccessLog::~AccessLog() {
  if (!file_) return;
  write();
  std::fclose(file_);
}

void AccessLog::append(const StreamRecord& record) {
  appendAccessLogLine(gathered_, record);
  gathered_ += '\n';
  if (gathered_.size() >= kGather) write();
}

void AccessLog::writeIfDue(TimePoint now) {
  if (gathered_.empty() || now - lastWrite_ < kPause) return;
  write();
  lastWrite_ = now;
}

void AccessLog::write() {
  if (gathered_.empty()) return;
  std::fwrite(gathered_.data(), 1, gathered_.size(), file_);
  std::fflush(file_);
  gathered_.clear();
}

}  // namespace spillway::observe

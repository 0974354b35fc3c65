// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/observe/log_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <random>
#include <utility>

#include "engine/observe/access_log_format.h"
#include "engine/observe/gzip_file.h"
#include "engine/observe/resource_names.h"

namespace spillway::observe {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kGather = 256 * 1024;
constexpr auto kPause = std::chrono::milliseconds(250);
constexpr std::string_view kPart = ".part";

std::string randomName() {
  static constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz0123456789";
  thread_local std::mt19937_64 source{std::random_device{}()};
  std::string name;
  for (int i = 0; i < 8; ++i)
    name += kLetters[source() % kLetters.size()];
  return name;
}

std::chrono::seconds period(const LogTarget& target) {
  return std::chrono::seconds(std::max<std::uint32_t>(target.files.rotateSeconds, 1));
}

std::uint64_t sizeLimit(const LogTarget& target) {
  return std::uint64_t{std::max<std::uint32_t>(target.files.rotateMegabytes, 1)} * 1024 * 1024;
}

/// The next multiple of the period since the epoch, as ALB cuts its five minutes on the clock.
WallTime intervalEnd(WallTime now, std::chrono::seconds period) {
  const auto whole = std::chrono::floor<std::chrono::seconds>(now.time_since_epoch());
  return WallTime((whole / period + 1) * period);
}

std::string_view prefixOf(LogKind kind) {
  switch (kind) {
    case LogKind::Access:
      return "";
    case LogKind::Connection:
      return "conn_log_";
    case LogKind::HealthCheck:
      return "health_check_log_";
  }
  return "";
}

}  // namespace

std::string logFileName(const LogTarget& target, WallTime end, std::string_view random) {
  const std::string time = formatIsoTime(end);  // 2014-02-15T23:40:00.000000Z
  const std::string_view year(time.data(), 4), month(time.data() + 5, 2), day(time.data() + 8, 2);
  const std::string_view hour(time.data() + 11, 2), minute(time.data() + 14, 2);
  std::string resource = loadBalancerResource(target.loadBalancer);
  std::ranges::replace(resource, '/', '.');
  std::string ip = target.nodeIp;
  std::ranges::replace(ip, ':', '.');  // no file name everywhere; what ALB does with IPv6 is not documented
  return fmt::format(
      "AWSLogs/000000000000/elasticloadbalancing/local-1/{0}/{1}/{2}/"
      "{3}000000000000_elasticloadbalancing_local-1_{4}_{0}{1}{2}T{5}{6}Z_{7}_{8}.log",
      year, month, day, prefixOf(target.kind), resource, hour, minute, ip, random);
}

LogFile::LogFile(LogTarget target) : target_(std::move(target)) {
  status_.loadBalancer = target_.loadBalancer;
  status_.kind = target_.kind;
}

LogFile::~LogFile() {
  finish();
  while (compressSome()) {
  }
}

void LogFile::append(std::string_view line, WallTime now) {
  tick(now);
  const std::uint64_t held = fileBytes_ + gathered_.size();
  if (held > 0 && held + line.size() + 1 > sizeLimit(target_)) finish();
  if (!file_ && gathered_.empty()) end_ = intervalEnd(now, period(target_));
  if (gathered_.empty()) firstGathered_ = now;
  gathered_ += line;
  gathered_ += '\n';
  ++gatheredLines_;
  if (gathered_.size() >= kGather) write();
}

void LogFile::tick(WallTime now) {
  if (!file_ && gathered_.empty()) return;
  if (isIntervalOver(now)) return finish();
  const bool isClockSetBack = now < firstGathered_;
  if (!gathered_.empty() && (isClockSetBack || now - firstGathered_ >= kPause)) write();
}

/// … or the clock was set back to before it.
bool LogFile::isIntervalOver(WallTime now) const {
  return now >= end_ || end_ - now > period(target_);
}

void LogFile::write() {
  if (gathered_.empty()) return;
  recoverFromRemoval();
  if (!file_ && !open()) {
    status_.linesDropped += gatheredLines_;
  } else if (std::fwrite(gathered_.data(), 1, gathered_.size(), file_) < gathered_.size()) {
    onWriteFailed();
  } else {
    fileBytes_ += gathered_.size();
    status_.linesWritten += gatheredLines_;
    status_.isFailing = false;
  }
  gathered_.clear();
  gatheredLines_ = 0;
}

bool LogFile::open() {
  const fs::path path = target_.files.directory + "/" + logFileName(target_, end_, randomName());
  std::error_code error;
  fs::create_directories(path.parent_path(), error);
  if (error) {
    noteProblem(
        fmt::format("Cannot make the folder '{}': {}.", path.parent_path().string(), error.message()));
    return false;
  }
  std::string part = path.string().append(kPart);
  file_ = std::fopen(part.c_str(), "wbxe");
  if (!file_) {
    noteProblem(fmt::format("Cannot write '{}': {}.", part, std::strerror(errno)));
    return false;
  }
  std::setvbuf(file_, nullptr, _IONBF, 0);  // lines are gathered here, and errors belong to their lines
  status_.file = std::move(part);
  return true;
}

/// The system goes on writing to a removed file without a word.
void LogFile::recoverFromRemoval() {
  std::error_code ignored;
  if (!file_ || fs::exists(status_.file, ignored)) return;
  std::fclose(std::exchange(file_, nullptr));
  status_.lastProblem = fmt::format("'{}' was removed while it was written.", status_.file);
  status_.file.clear();
  fileBytes_ = 0;
}

/// Leaves whole lines in the file and ends it.
void LogFile::onWriteFailed() {
  noteProblem(fmt::format("Cannot write '{}': {}.", status_.file, std::strerror(errno)));
  status_.linesDropped += gatheredLines_;
  std::error_code ignored;
  fs::resize_file(status_.file, fileBytes_, ignored);
  close();
}

void LogFile::finish() {
  write();
  close();
}

void LogFile::close() {
  if (!file_) return;
  std::fclose(std::exchange(file_, nullptr));
  const std::string part = std::exchange(status_.file, {});
  std::error_code ignored;
  if (std::exchange(fileBytes_, 0) == 0) {
    fs::remove(part, ignored);
  } else if (target_.files.gzip) {
    const std::string plain = part.substr(0, part.size() - kPart.size());
    compressing_.push_back(std::make_unique<GzipFile>(part, plain + ".gz"));
  } else {
    publishPlain(part);
  }
}

void LogFile::publishPlain(const std::string& part) {
  std::error_code error;
  fs::rename(part, part.substr(0, part.size() - kPart.size()), error);
  if (error) status_.lastProblem = fmt::format("Cannot rename '{}': {}.", part, error.message());
}

bool LogFile::compressSome() {
  if (compressing_.empty()) return false;
  GzipFile& first = *compressing_.front();
  const auto progress = first.step();
  if (progress == GzipFile::Progress::More) return true;
  if (progress == GzipFile::Progress::Failed) {
    status_.lastProblem = first.problem();
    publishPlain(first.from());
  }
  compressing_.pop_front();
  return true;
}

void LogFile::retarget(LogTarget target) {
  if (target == target_) return;
  finish();
  target_ = std::move(target);
}

void LogFile::noteProblem(std::string text) {
  status_.isFailing = true;
  status_.lastProblem = std::move(text);
}

}  // namespace spillway::observe

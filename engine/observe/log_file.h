// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <cstdio>
#include <deque>
#include <memory>
#include <string>
#include <string_view>

#include "engine/base/clock.h"
#include "engine/config/attributes.h"

namespace spillway::observe {

class GzipFile;

/// ALB's three logs.
enum class LogKind : std::uint8_t { Access, Connection, HealthCheck };

/// One log of one load balancer that is to be written.
struct LogTarget {
  std::string loadBalancer;
  LogKind kind = LogKind::Access;
  config::LogFiles files;  ///< `directory` filled in; `enabled` is not asked any more
  std::string nodeIp;      ///< where the load balancer listens; part of the file names
  bool operator==(const LogTarget&) const = default;
};

/// How a log fares. Counts grow as long as the load balancer keeps this log.
struct LogStatus {
  std::string loadBalancer;
  LogKind kind = LogKind::Access;
  std::string file;                ///< being written, "….log.part"; "" between two files
  std::uint64_t linesWritten = 0;  ///< handed to the system
  std::uint64_t linesDropped = 0;  ///< lost because the disk refused them
  bool isFailing = false;          ///< the last write failed; the next one tries again
  std::string lastProblem;         ///< one sentence; stays readable after it has passed
};

/// The name of a log file below the log's directory, as ALB names its objects (User Guide, "Access log
/// files"), for the interval that ends at `end`; `random` tells files of one interval apart. Pure.
std::string logFileName(const LogTarget&, WallTime end, std::string_view random);

/// Writes one log: lines are gathered for 250 ms or 256 KiB, go into a "….log.part" file, which becomes ….log
/// or ….log.gz when its interval ends or it is full. An interval's files appear with its first line. A disk
/// that refuses lines costs these lines, counted, and is tried again with the next. One thread.
class LogFile {
 public:
  explicit LogFile(LogTarget);
  LogFile(const LogFile&) = delete;
  LogFile& operator=(const LogFile&) = delete;
  ~LogFile();  ///< finishes and compresses

  /// One line, without its end.
  void append(std::string_view line, WallTime now);
  /// Whatever is due: writing, ending the interval.
  void tick(WallTime now);
  /// Writes what is gathered.
  void write();
  /// Writes what is gathered and ends the file; the next line begins another.
  void finish();
  /// Does a small part (1 MiB) of the compression that waits; false when none does.
  bool compressSome();
  /// Ends the file if the settings differ from its own and goes on with them.
  void retarget(LogTarget);

  const LogTarget& target() const { return target_; }
  const LogStatus& status() const { return status_; }

 private:
  bool isIntervalOver(WallTime now) const;
  bool open();
  void recoverFromRemoval();
  void onWriteFailed();
  void close();
  void publishPlain(const std::string& part);
  void noteProblem(std::string text);

  LogTarget target_;
  LogStatus status_;
  std::string gathered_;
  std::uint64_t gatheredLines_ = 0;
  WallTime firstGathered_{}, end_{};  ///< of the oldest line gathered; of the interval
  std::FILE* file_ = nullptr;
  std::uint64_t fileBytes_ = 0;  ///< whole lines in it
  std::deque<std::unique_ptr<GzipFile>> compressing_;
};

}  // namespace spillway::observe

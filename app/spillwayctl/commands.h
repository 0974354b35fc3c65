// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>

#include "app/spillwayctl/signals.h"
#include "engine/engine.h"
#include "engine/export/stream_writer.h"

/// The subcommands. Each returns the exit code; what went wrong is on stderr, one sentence per line.
namespace spillway::ctl {

inline constexpr int kSuccess = 0;
inline constexpr int kBadInput = 2;
inline constexpr int kInterrupted = 130;  ///< ended before all was said; as shells tell it of SIGINT

/// Prints every issue of the workspace file, and "OK" when none is an error.
int check(const std::string& file);

/// Runs the workspace until SIGTERM or SIGINT; reads the file again when it changes and on SIGHUP.
int run(const std::string& file, const EngineOptions&, Signals&);

struct DemoOptions {
  std::string listen = "127.0.0.1:50051";
  std::uint32_t tasks = 2;
  bool retryUnprocessed = false;
  EngineOptions engine;
};
/// Runs the route guide demo until SIGTERM or SIGINT.
int demo(const DemoOptions&, Signals&);

enum class LogFormat : std::uint8_t { Alb, Json, Csv };
struct LogOptions {
  std::string dataDirectory;  ///< "" = the user's data folder
  std::string filter;
  std::uint64_t last = 0;  ///< so many of the newest entries; 0 = all
  bool follow = false;
  LogFormat format = LogFormat::Alb;
};
/// Prints entries of the history, the oldest first; with `follow` goes on until SIGTERM or SIGINT,
/// without it those end it early: kInterrupted.
int log(const LogOptions&, Signals&);

struct ExportOptions {
  std::string file;           ///< is written whole or not at all
  std::string dataDirectory;  ///< "" = the user's data folder
  std::string filter;
  exporting::Format format = exporting::Format::Capture;
};
/// Writes streams of the history to a file; SIGTERM and SIGINT cancel it.
int exportStreams(const ExportOptions&, Signals&);

enum class TopFormat : std::uint8_t { Text, Json };
struct TopOptions {
  std::string dataDirectory;   ///< "" = the user's data folder
  std::uint32_t seconds = 10;  ///< rates and percentiles are of so many of the last ones
  bool once = false;
  TopFormat format = TopFormat::Text;
};
/// Prints what every listener, target group, target and gRPC method does now, from the history; without
/// `once` again each second until SIGTERM or SIGINT.
int top(const TopOptions&, Signals&);

enum class CaOutput : bool { Explained, PathOnly };
/// Says where the local CA's certificate is and how clients trust it; makes the CA when there is none.
int ca(const std::string& dataDirectory, CaOutput);

}  // namespace spillway::ctl

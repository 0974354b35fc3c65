// SPDX-License-Identifier: GPL-3.0-or-later
#include <CLI/CLI.hpp>
#include <map>
#include <system_error>

#include "app/spillwayctl/commands.h"
#include "app/spillwayctl/session.h"

namespace {

using namespace spillway;

constexpr std::size_t kMostWorkers = 64;
constexpr std::uint32_t kMostTasks = 100;

void addEngineOptions(CLI::App& command, EngineOptions& options) {
  command
      .add_option("--workers", options.workers,
                  "Threads that carry traffic; 0 = as many as cores, 4 at the most")
      ->check(CLI::Range(std::size_t{0}, kMostWorkers));
  command.add_option("--data", options.dataDirectory,
                     "Folder of the local CA; default: the user's data folder");
  command.add_option("--access-log", options.accessLogFile,
                     "Append ALB-format access log lines to this file");
  command.add_flag("--history", options.keepsHistory,
                   "Keep what happens in the data folder: 'spillwayctl log' shows it");
}

void addLogOptions(CLI::App& command, ctl::LogOptions& options) {
  static const std::map<std::string, ctl::LogFormat> formats{
      {"alb", ctl::LogFormat::Alb}, {"json", ctl::LogFormat::Json}, {"csv", ctl::LogFormat::Csv}};
  command.add_option("--filter", options.filter, "Only entries like: status = 5xx and duration > 250ms");
  command.add_flag("--follow", options.follow, "Go on with what comes, until Ctrl+C");
  command.add_option("--last", options.last, "Begin with so many of the newest entries; 0 = with all");
  command.add_option("--format", options.format, "alb, json (one object per line) or csv")
      ->transform(CLI::CheckedTransformer(formats, CLI::ignore_case));
  command.add_option("--data", options.dataDirectory,
                     "Folder of the history; default: the user's data folder");
}

void addTopOptions(CLI::App& command, ctl::TopOptions& options) {
  static const std::map<std::string, ctl::TopFormat> formats{{"text", ctl::TopFormat::Text},
                                                             {"json", ctl::TopFormat::Json}};
  command
      .add_option("--seconds", options.seconds, "Rates and percentiles are of so many of the last seconds")
      ->capture_default_str()
      ->check(CLI::Range(1U, 3600U));
  command.add_flag("--once", options.once, "Print it once, not each second");
  command.add_option("--format", options.format, "text, or json: one object per line")
      ->transform(CLI::CheckedTransformer(formats, CLI::ignore_case));
  command.add_option("--data", options.dataDirectory,
                     "Folder of the history; default: the user's data folder");
}

void addExportOptions(CLI::App& command, ctl::ExportOptions& options) {
  static const std::map<std::string, exporting::Format> formats{{"capture", exporting::Format::Capture},
                                                                {"har", exporting::Format::Har},
                                                                {"pcapng", exporting::Format::Pcapng}};
  command.add_option("FILE", options.file, "Is written whole or not at all")->required();
  command.add_option("--filter", options.filter, "Only streams like: grpc.status != OK and time > 10m ago");
  command
      .add_option("--format", options.format,
                  "capture (all that is known, for Spillway), har (HTTP Archive) or pcapng (for Wireshark)")
      ->transform(CLI::CheckedTransformer(formats, CLI::ignore_case));
  command.add_option("--data", options.dataDirectory,
                     "Folder of the history; default: the user's data folder");
}

int runCommand(int count, char** words) {
  ctl::Signals signals;
  CLI::App app("Spillway without a window: an ALB-like load balancer for this machine.", "spillwayctl");
  app.set_version_flag("--version", "spillwayctl " SPILLWAY_VERSION);
  app.require_subcommand(0, 1);  // so that a wrong word is named before a missing one
  std::string file, dataDirectory;
  ctl::DemoOptions demo;

  auto* check = app.add_subcommand("check", "Say what is wrong with a workspace file");
  check->add_option("FILE", file, "Workspace, *.spillway.json")->required();
  auto* run = app.add_subcommand("run", "Run a workspace; read it again when it changes and on SIGHUP");
  run->add_option("FILE", file, "Workspace, *.spillway.json")->required();
  addEngineOptions(*run, demo.engine);
  auto* example =
      app.add_subcommand("demo", "Run the route guide demo: two gRPC servers behind one listener");
  example->add_option("--listen", demo.listen, "ADDRESS:PORT; port 0 = any free port")->capture_default_str();
  example->add_option("--tasks", demo.tasks, "Number of servers")
      ->capture_default_str()
      ->check(CLI::Range(std::uint32_t{1}, kMostTasks));
  example->add_flag("--retry-unprocessed", demo.retryUnprocessed,
                    "Send a request that no target has begun to another one (not on AWS)");
  addEngineOptions(*example, demo.engine);
  auto* log = app.add_subcommand("log", "Show requests of the history: access log entries");
  ctl::LogOptions shown;
  addLogOptions(*log, shown);
  auto* top = app.add_subcommand("top", "Show what every listener, group, target and method does now");
  ctl::TopOptions watched;
  addTopOptions(*top, watched);
  auto* taken =
      app.add_subcommand("export", "Write streams of the history to a file, with what passed on them");
  ctl::ExportOptions exported;
  addExportOptions(*taken, exported);
  auto* ca = app.add_subcommand("ca", "Show where the local CA's certificate is and how clients trust it");
  bool pathOnly = false;
  ca->add_flag("--path", pathOnly, "Print the path only");
  ca->add_option("--data", dataDirectory, "Folder of the local CA; default: the user's data folder");

  try {
    app.parse(count, words);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? ctl::kSuccess : ctl::kBadInput;
  }
  if (check->parsed()) return ctl::check(file);
  if (run->parsed()) return ctl::run(file, demo.engine, signals);
  if (example->parsed()) return ctl::demo(demo, signals);
  if (log->parsed()) return ctl::log(shown, signals);
  if (top->parsed()) return ctl::top(watched, signals);
  if (taken->parsed()) return ctl::exportStreams(exported, signals);
  if (!ca->parsed()) {
    ctl::report("Name a command: check, run, demo, log, top, export or ca; --help explains them.");
    return ctl::kBadInput;
  }
  return ctl::ca(dataDirectory, pathOnly ? ctl::CaOutput::PathOnly : ctl::CaOutput::Explained);
}

}  // namespace

int main(int count, char** words) {
  try {
    return runCommand(count, words);
  } catch (const std::system_error& error) {
    // A reader that has seen enough: `spillwayctl log | head`.
    if (error.code() == std::errc::broken_pipe) return ctl::kSuccess;
    ctl::report(error.what());
  } catch (const std::exception& error) {
    ctl::report(error.what());
  }
  return ctl::kBadInput;
}

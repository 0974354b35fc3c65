// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/observe/log_files.h"

#include <gmock/gmock.h>
#include <sys/resource.h>
#include <zlib.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "engine/config/model.h"
#include "engine/observe/event_bus.h"
#include "tests/support/temporary_folder.h"

namespace spillway::observe {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;

/// 2026-03-02T09:15:00Z, where five minutes end.
const WallTime kNine15{std::chrono::seconds(1'772'442'900)};

LogTarget target(const std::string& directory, LogKind kind = LogKind::Access) {
  LogTarget made{"web", kind, {}, "127.0.0.1"};
  made.files.enabled = true;
  made.files.directory = directory;
  return made;
}

/// Files below the folder, by name.
std::vector<std::string> filesIn(const std::string& folder) {
  std::vector<std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) files.push_back(entry.path().string());
  }
  std::ranges::sort(files);
  return files;
}

/// The content, decompressed where it is compressed.
std::string contentOf(const std::string& file) {
  std::string content;
  char block[4096];
  gzFile opened = gzopen(file.c_str(), "rb");
  if (!opened) return "cannot open";
  for (int size = 0; (size = gzread(opened, block, sizeof block)) > 0;)
    content.append(block, static_cast<std::size_t>(size));
  return gzclose(opened) == Z_OK ? content : "damaged";
}

std::string contentOfAll(const std::string& folder) {
  std::string content;
  for (const auto& file : filesIn(folder))
    content += contentOf(file);
  return content;
}

std::string rawStartOf(const std::string& file) {
  std::ifstream stream(file, std::ios::binary);
  std::string start(2, '\0');
  stream.read(start.data(), 2);
  return start;
}

Event ended(const std::string& balancer, const std::string& path) {
  auto head = std::make_shared<StreamHead>();
  head->loadBalancer = balancer;
  head->method = "GET";
  head->path = path;
  auto record = std::make_shared<StreamRecord>();
  record->head = std::move(head);
  Event event{.kind = EventKind::StreamEnded, .time = wallNow()};
  event.record = std::move(record);
  return event;
}

Event connected(const std::string& balancer) {
  auto record = std::make_shared<ConnectionRecord>();
  record->loadBalancer = balancer;
  record->clientIp = "127.0.0.9";
  Event event{.kind = EventKind::Connection, .time = wallNow()};
  event.connection = std::move(record);
  return event;
}

Event checked(const std::string& balancer, bool isCheck) {
  auto health = std::make_shared<HealthEvent>();
  health->loadBalancer = balancer;
  health->target.group = "group";
  health->isCheck = isCheck;
  Event event{.kind = EventKind::Health, .time = wallNow()};
  event.health = std::move(health);
  return event;
}

TEST(LogFileName, IsAlbsObjectName) {
  const std::string folder = "AWSLogs/000000000000/elasticloadbalancing/local-1/2026/03/02/";
  const std::string rest =
      "000000000000_elasticloadbalancing_local-1_app.web.5ea0e11948721ef1_20260302T0915Z_127.0.0.1_20sg8hgm."
      "log";
  EXPECT_EQ(logFileName(target(""), kNine15, "20sg8hgm"), folder + rest);
  EXPECT_EQ(logFileName(target("", LogKind::Connection), kNine15, "20sg8hgm"), folder + "conn_log_" + rest);
  EXPECT_EQ(logFileName(target("", LogKind::HealthCheck), kNine15, "20sg8hgm"),
            folder + "health_check_log_" + rest);
}

TEST(LogFileName, HasNoColonForIpv6) {
  LogTarget ipv6 = target("");
  ipv6.nodeIp = "::1";
  EXPECT_THAT(logFileName(ipv6, kNine15, "r"), HasSubstr("Z_..1_r.log"));
}

TEST(LogTargets, AreWhatTheDocumentSwitchesOn) {
  config::Document document;
  config::LoadBalancer web, api;
  web.name = "web";
  web.attributes.accessLogs = {true, "", 60, 2, true};
  web.attributes.healthCheckLogs = {true, "/health", 300, 64, false};
  api.name = "api";
  api.scheme = config::Scheme::InternetFacing;
  api.attributes.connectionLogs.enabled = true;
  document.loadBalancers = {web, api};
  const auto targets = logTargets(document, "/data");
  EXPECT_THAT(
      targets,
      ElementsAre(LogTarget{"web", LogKind::Access, {true, "/data/logs", 60, 2, true}, "127.0.0.1"},
                  LogTarget{"web", LogKind::HealthCheck, {true, "/health", 300, 64, false}, "127.0.0.1"},
                  LogTarget{"api", LogKind::Connection, {true, "/data/logs", 300, 64, false}, "0.0.0.0"}));
}

TEST(LogFile, IsAPartUntilItsIntervalEndsOnTheClock) {
  const test::TemporaryFolder folder;
  LogFile log(target(folder.path()));
  log.append("one", kNine15 - 2min);
  EXPECT_THAT(filesIn(folder.path()), IsEmpty());
  log.tick(kNine15 - 2min + 249ms);
  EXPECT_THAT(filesIn(folder.path()), IsEmpty()) << "lines are gathered for 250 ms";
  log.tick(kNine15 - 2min + 250ms);
  EXPECT_THAT(filesIn(folder.path()),
              ElementsAre(MatchesRegex(".*/2026/03/02/.*_20260302T0915Z_127.0.0.1_[a-z0-9]{8}.log.part")));
  EXPECT_EQ(contentOfAll(folder.path()), "one\n");
  EXPECT_THAT(log.status().file, MatchesRegex(".*_20260302T0915Z_.*.log.part"));

  log.append("two", kNine15 - 1us);
  log.tick(kNine15);
  EXPECT_THAT(filesIn(folder.path()),
              ElementsAre(MatchesRegex(".*_20260302T0915Z_127.0.0.1_[a-z0-9]{8}.log")));
  EXPECT_EQ(contentOfAll(folder.path()), "one\ntwo\n");
  EXPECT_EQ(log.status().file, "");

  log.append("three", kNine15);
  log.finish();
  EXPECT_THAT(filesIn(folder.path()), ElementsAre(HasSubstr("T0915Z"), HasSubstr("T0920Z")));
  EXPECT_EQ(contentOf(filesIn(folder.path())[1]), "three\n");
  EXPECT_EQ(log.status().linesWritten, 3u);
}

TEST(LogFile, LinesGatheredBeforeAnIntervalsEndBelongToIt) {
  const test::TemporaryFolder folder;
  LogFile log(target(folder.path()));
  log.append("before", kNine15 - 1ms);
  log.append("after", kNine15 + 1ms);
  log.finish();
  const auto files = filesIn(folder.path());
  ASSERT_THAT(files, ElementsAre(HasSubstr("T0915Z"), HasSubstr("T0920Z")));
  EXPECT_EQ(contentOf(files[0]), "before\n");
  EXPECT_EQ(contentOf(files[1]), "after\n");
}

TEST(LogFile, AClockSetBackEndsTheIntervalToo) {
  const test::TemporaryFolder folder;
  LogFile log(target(folder.path()));
  log.append("before", kNine15);
  log.append("after", kNine15 - 24h);
  log.finish();
  EXPECT_THAT(filesIn(folder.path()), ElementsAre(HasSubstr("/03/01/"), HasSubstr("/03/02/")));
}

TEST(LogFile, EndsAtItsSizeWithoutCuttingALine) {
  const test::TemporaryFolder folder;
  LogTarget small = target(folder.path());
  small.files.rotateMegabytes = 1;
  LogFile log(small);
  const std::string line(999, 'x');
  for (int i = 0; i < 2100; ++i)
    log.append(line, kNine15);
  log.finish();
  const auto files = filesIn(folder.path());
  ASSERT_EQ(files.size(), 3u);
  std::vector<std::uintmax_t> sizes;
  for (const auto& file : files) {
    EXPECT_THAT(file, MatchesRegex(".*_20260302T0920Z_.*.log"));
    sizes.push_back(fs::file_size(file));
  }
  std::ranges::sort(sizes);
  EXPECT_THAT(sizes, ElementsAre(4'000u, 1'048'000u, 1'048'000u));
  EXPECT_EQ(log.status().linesWritten, 2100u);
}

TEST(LogFile, ManyLinesReachTheDiskBeforeTheirTime) {
  const test::TemporaryFolder folder;
  LogFile log(target(folder.path()));
  const std::string line(1023, 'x');
  for (int i = 0; i < 256; ++i)
    log.append(line, kNine15);
  EXPECT_EQ(contentOfAll(folder.path()).size(), 256u * 1024);
}

TEST(LogFile, AFinishedFileIsCompressedInSteps) {
  const test::TemporaryFolder folder;
  LogTarget zipped = target(folder.path());
  zipped.files.gzip = true;
  LogFile log(zipped);
  std::string all;
  for (int i = 0; all.size() < 3 * 1024 * 1024; ++i) {
    const std::string line = std::to_string(i * 7919) + std::string(200, 'x');
    log.append(line, kNine15);
    all += line + '\n';
  }
  log.finish();
  EXPECT_THAT(filesIn(folder.path()), ElementsAre(MatchesRegex(".*.log.part")));
  int steps = 0;
  while (log.compressSome())
    ++steps;
  EXPECT_GE(steps, 3);
  const auto files = filesIn(folder.path());
  ASSERT_THAT(files, ElementsAre(MatchesRegex(".*.log.gz")));
  EXPECT_EQ(rawStartOf(files[0]), "\x1f\x8b");
  EXPECT_LT(fs::file_size(files[0]), all.size() / 2);
  EXPECT_EQ(contentOf(files[0]), all);
}

TEST(LogFile, WhatCannotBeCompressedStaysPlain) {
  const test::TemporaryFolder folder;
  LogTarget zipped = target(folder.path());
  zipped.files.gzip = true;
  LogFile log(zipped);
  log.append("one", kNine15);
  log.write();
  const std::string part = log.status().file;
  // A folder with the name of the compressed file stands in its way.
  fs::create_directories(part.substr(0, part.size() - 5) + ".gz.part");
  log.finish();
  while (log.compressSome()) {
  }
  EXPECT_THAT(filesIn(folder.path()), ElementsAre(MatchesRegex(".*.log")));
  EXPECT_EQ(contentOfAll(folder.path()), "one\n");
  EXPECT_THAT(log.status().lastProblem, HasSubstr("Cannot compress"));
  EXPECT_EQ(log.status().linesDropped, 0u);
}

TEST(LogFile, CountsWhatTheDiskRefusesAndRecovers) {
  const test::TemporaryFolder folder;
  const std::string directory = folder.file("logs");
  std::ofstream(directory) << "a file where the folder should be";
  LogFile log(target(directory));
  log.append("one", kNine15);
  log.append("two", kNine15);
  log.write();
  EXPECT_TRUE(log.status().isFailing);
  EXPECT_EQ(log.status().linesDropped, 2u);
  EXPECT_EQ(log.status().linesWritten, 0u);
  EXPECT_THAT(log.status().lastProblem, HasSubstr(directory));

  fs::remove(directory);
  log.append("three", kNine15);
  log.finish();
  EXPECT_FALSE(log.status().isFailing);
  EXPECT_EQ(log.status().linesDropped, 2u);
  EXPECT_EQ(log.status().linesWritten, 1u);
  EXPECT_THAT(log.status().lastProblem, HasSubstr(directory)) << "still readable";
  EXPECT_EQ(contentOfAll(directory), "three\n");
}

/// The system's limit of a file's size stands in for a full disk: a write is cut short in the same way.
class FullDisk {
 public:
  explicit FullDisk(rlim_t bytes) {
    previous_ = std::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &limit_);
    const rlimit full{bytes, limit_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &full);
  }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;
  ~FullDisk() {
    ::setrlimit(RLIMIT_FSIZE, &limit_);
    std::signal(SIGXFSZ, previous_);
  }

 private:
  rlimit limit_{};
  void (*previous_)(int) = nullptr;
};

TEST(LogFile, AFullDiskLeavesWholeLines) {
  const test::TemporaryFolder folder;
  LogFile log(target(folder.path()));
  {
    const FullDisk full(1500);
    log.append(std::string(999, 'a'), kNine15);
    log.write();
    log.append(std::string(999, 'b'), kNine15);
    log.write();
    log.append(std::string(1999, 'c'), kNine15);
    log.write();
  }
  EXPECT_TRUE(log.status().isFailing);
  EXPECT_EQ(log.status().linesWritten, 1u);
  EXPECT_EQ(log.status().linesDropped, 2u);
  EXPECT_THAT(filesIn(folder.path()), ElementsAre(MatchesRegex(".*.log")));
  EXPECT_EQ(contentOfAll(folder.path()), std::string(999, 'a') + '\n');

  log.append("d", kNine15);
  log.write();
  EXPECT_FALSE(log.status().isFailing);
  EXPECT_EQ(contentOf(log.status().file), "d\n");
}

TEST(LogFile, ARemovedFolderIsMadeAgain) {
  const test::TemporaryFolder folder;
  LogFile log(target(folder.file("logs")));
  log.append("one", kNine15);
  log.write();
  fs::remove_all(folder.file("logs"));
  log.append("two", kNine15);
  log.finish();
  EXPECT_EQ(contentOfAll(folder.path()), "two\n");
  EXPECT_EQ(log.status().linesDropped, 0u);
  EXPECT_THAT(log.status().lastProblem, HasSubstr("was removed"));
}

TEST(LogFiles, EachLogGetsItsOwnEvents) {
  const test::TemporaryFolder folder;
  LogFiles logs;
  logs.configure({target(folder.path(), LogKind::Access), target(folder.path(), LogKind::Connection),
                  target(folder.path(), LogKind::HealthCheck)});
  logs.takeConfiguration();
  logs.record(ended("web", "/mine"), kNine15);
  logs.record(ended("other", "/others"), kNine15);
  logs.record(connected("web"), kNine15);
  logs.record(connected("other"), kNine15);
  logs.record(checked("web", true), kNine15);
  logs.record(checked("web", false), kNine15);
  logs.record(checked("", true), kNine15);
  logs.record(Event{.kind = EventKind::ConfigApplied}, kNine15);
  logs.write();
  std::vector<std::uint64_t> written;
  for (const LogStatus& status : logs.statuses()) {
    EXPECT_EQ(status.loadBalancer, "web");
    written.push_back(status.linesWritten);
  }
  EXPECT_THAT(written, ElementsAre(1u, 1u, 1u));
  logs.finish();
  const auto files = filesIn(folder.path());
  ASSERT_THAT(files, ElementsAre(HasSubstr("/000000000000_elastic"), HasSubstr("/conn_log_"),
                                 HasSubstr("/health_check_log_")));
  EXPECT_THAT(contentOf(files[0]), HasSubstr("/mine"));
  EXPECT_THAT(contentOf(files[1]), HasSubstr(" 127.0.0.9 "));
  EXPECT_THAT(contentOf(files[2]), HasSubstr(" group FAIL "));
}

TEST(LogFiles, AnUnchangedLogKeepsItsFileAndAChangedOneItsCounts) {
  const test::TemporaryFolder folder;
  LogFiles logs;
  const auto turn = [&](std::vector<LogTarget> targets) {
    logs.configure(std::move(targets));
    logs.takeConfiguration();
    logs.record(ended("web", "/"), kNine15);
    logs.write();
  };
  turn({target(folder.path())});
  const std::string first = logs.statuses().at(0).file;
  turn({target(folder.path())});
  EXPECT_EQ(logs.statuses().at(0).file, first);
  LogTarget changed = target(folder.path());
  changed.files.rotateSeconds = 60;
  turn({changed});
  EXPECT_NE(logs.statuses().at(0).file, first);
  EXPECT_FALSE(fs::exists(first));
  EXPECT_EQ(logs.statuses().at(0).linesWritten, 3u);
  turn({});
  EXPECT_THAT(logs.statuses(), IsEmpty());
  EXPECT_THAT(filesIn(folder.path()), ElementsAre(MatchesRegex(".*.log"), MatchesRegex(".*.log")));
}

TEST(LogFiles, ALogThatIsSwitchedOffIsStillCompressed) {
  const test::TemporaryFolder folder;
  LogFiles logs;
  LogTarget zipped = target(folder.path());
  zipped.files.gzip = true;
  logs.configure({zipped});
  logs.takeConfiguration();
  logs.record(ended("web", "/"), kNine15);
  logs.configure({});
  logs.takeConfiguration();
  logs.tick(kNine15);
  EXPECT_THAT(filesIn(folder.path()), ElementsAre(MatchesRegex(".*.log.gz")));
}

TEST(EventBusLogs, NothingIsLostAtShutdown) {
  const test::TemporaryFolder folder;
  constexpr int kRecords = 5000;
  {
    EventBus bus;
    EventSink& sink = bus.addSink();
    LogTarget zipped = target(folder.path());
    zipped.files.gzip = true;
    zipped.files.rotateSeconds = 86'400;
    bus.configureLogs({zipped});
    for (int i = 0; i < kRecords; ++i)
      sink.emitKept(ended("web", "/" + std::to_string(i)));
  }
  std::istringstream lines(contentOfAll(folder.path()));
  int count = 0;
  for (std::string line; std::getline(lines, line); ++count)
    ASSERT_THAT(line, HasSubstr("/" + std::to_string(count) + " HTTP/2.0\""));
  EXPECT_EQ(count, kRecords);
  for (const auto& file : filesIn(folder.path()))
    EXPECT_THAT(file, MatchesRegex(".*.log.gz"));
}

TEST(EventBusLogs, AFlushedRecordIsInTheFileAndInTheStatus) {
  const test::TemporaryFolder folder;
  EventBus bus;
  EventSink& sink = bus.addSink();
  bus.configureLogs({target(folder.path()), target(folder.path(), LogKind::Connection)});
  sink.emitKept(ended("web", "/here"));
  sink.emitKept(connected("web"));
  bus.flush();
  const auto statuses = bus.logStatuses();
  ASSERT_EQ(statuses.size(), 2u);
  EXPECT_EQ(statuses[0].linesWritten, 1u);
  EXPECT_EQ(statuses[1].linesWritten, 1u);
  EXPECT_THAT(contentOf(statuses[0].file), HasSubstr("/here"));
}

}  // namespace
}  // namespace spillway::observe

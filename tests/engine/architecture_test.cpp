// SPDX-License-Identifier: GPL-3.0-or-later
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

/// The shape of the program, read off its includes.
namespace spillway {
namespace {

namespace fs = std::filesystem;
using testing::IsEmpty;

constexpr std::size_t kMostLines = 600;

struct Source {
  std::string path;  ///< from the top folder, "engine/base/error.h"
  std::vector<std::string> lines;
  std::vector<std::string> includes;  ///< "engine/base/error.h", "vector"

  bool isHeader() const { return path.ends_with(".h"); }
  bool isIn(const std::string& folder) const { return path.starts_with(folder + "/"); }
};

Source readSource(const fs::path& file) {
  static const std::regex kInclude(R"re(^\s*#\s*include\s*[<"]([^>"]+)[>"].*)re");
  Source source{fs::relative(file, SPILLWAY_SOURCE_DIR).generic_string(), {}, {}};
  std::ifstream stream(file);
  for (std::string line; std::getline(stream, line);) {
    std::smatch found;
    if (std::regex_match(line, found, kInclude)) source.includes.push_back(found[1]);
    source.lines.push_back(std::move(line));
  }
  return source;
}

std::vector<Source> readSources() {
  std::vector<Source> sources;
  for (const char* top : {"engine", "ui", "app", "protos", "tests"}) {
    const fs::path folder = fs::path(SPILLWAY_SOURCE_DIR) / top;
    if (!fs::exists(folder)) continue;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
      const std::string kind = entry.path().extension();
      const bool isSource = kind == ".h" || kind == ".cpp" || kind == ".proto" || kind == ".py" ||
                            kind == ".sh" || kind == ".cmake" || entry.path().filename() == "CMakeLists.txt";
      if (entry.is_regular_file() && isSource) sources.push_back(readSource(entry.path()));
    }
  }
  return sources;
}

const std::vector<Source>& sources() {
  static const std::vector<Source> kSources = readSources();
  return kSources;
}

/// "file includes x" for each include of the chosen files that the pattern matches whole.
std::vector<std::string> includesOf(const std::function<bool(const Source&)>& chosen,
                                    const std::string& pattern) {
  const std::regex forbidden(pattern);
  std::vector<std::string> found;
  for (const auto& source : sources()) {
    if (!chosen(source)) continue;
    for (const auto& include : source.includes) {
      if (std::regex_match(include, forbidden)) found.push_back(source.path + " includes " + include);
    }
  }
  return found;
}

/// "net" of "engine/net/transport.h"; "" for what lies in engine/ itself or elsewhere.
std::string engineFolder(const std::string& path) {
  static const std::regex kPath("engine/([a-z0-9_]+)/.+");
  std::smatch found;
  return std::regex_match(path, found, kPath) ? found[1].str() : "";
}

/// What each folder of the engine may look at beside itself. A new folder takes its place here.
const std::map<std::string, std::set<std::string>> kMayInclude{
    {"base", {}},
    {"config", {"base"}},
    {"pki", {"base"}},
    {"grpc", {"base", "config", "observe", "http"}},
    {"service", {"base", "config"}},
    {"observe", {"base", "config"}},
    {"history", {"base", "config", "observe"}},
    {"export", {"base", "config", "observe", "history"}},
    {"net", {"base", "config", "pki"}},
    {"http", {"base", "config", "net"}},
    {"balance", {"base", "config", "pki", "net", "http", "observe"}},
    {"pool", {"base", "config", "net", "http", "observe", "balance"}},
    {"health", {"base", "config", "net", "http", "observe", "balance"}},
    {"proxy", {"base", "config", "net", "http", "observe", "balance", "pool", "health"}},
};

TEST(Architecture, FindsTheSources) {
  EXPECT_TRUE(
      std::ranges::any_of(sources(), [](const Source& s) { return s.path == "engine/config/model.h"; }));
  EXPECT_FALSE(includesOf([](const Source& s) { return s.path == "engine/config/validate.h"; },
                          "engine/config/model[.]h")
                   .empty());
}

TEST(Architecture, TheEngineKnowsNoQt) {
  EXPECT_THAT(
      includesOf([](const Source& s) { return s.isIn("engine"); }, "Q[A-Z].*|Qt[A-Z].*/.*|q[a-z]+[.]h|ui/.*"),
      IsEmpty());
}

TEST(Architecture, TheWindowKnowsNoSockets) {
  const std::string sockets =
      "sys/(socket|un|epoll)[.]h|netinet/.*|arpa/.*|netdb[.]h|Q(Tcp|Udp|Local|Ssl)[A-Z].*|QtNetwork.*";
  const std::string libraries =
      "nghttp2/.*|openssl/.*|asio.*|grpc.*|google/protobuf/.*|nlohmann/.*|spdlog/.*";
  const std::string dataPath = "engine/(http|balance|pool|proxy)/.*";
  EXPECT_THAT(
      includesOf([](const Source& s) { return s.isIn("ui"); }, sockets + "|" + libraries + "|" + dataPath),
      IsEmpty());
}

TEST(Architecture, TheEnginesFoldersLookOneWay) {
  std::vector<std::string> backward;
  for (const auto& source : sources()) {
    const std::string from = engineFolder(source.path);
    if (from.empty()) continue;
    const auto allowed = kMayInclude.find(from);
    if (allowed == kMayInclude.end()) {
      backward.push_back(source.path + " is in a folder without a place in kMayInclude");
      continue;
    }
    for (const auto& include : source.includes) {
      const std::string to = engineFolder(include);
      const bool isDoor = include == "engine/engine.h";
      if (isDoor || (!to.empty() && to != from && !allowed->second.contains(to))) {
        backward.push_back(source.path + " includes " + include);
      }
    }
  }
  EXPECT_THAT(backward, IsEmpty());
}

TEST(Architecture, HeavyHeadersStayInSourceFiles) {
  EXPECT_THAT(
      includesOf([](const Source& s) { return s.isHeader() && !s.isIn("tests"); },
                 "asio([.]hpp|/.*)|nghttp2/.*|openssl/.*|grpc(pp)?/.*|grpc[+][+]/.*|google/protobuf/.*|"
                 "nlohmann/.*|qcustomplot[.]h|spdlog/.*|llhttp[.]h"),
      IsEmpty());
}

TEST(Architecture, FilesAreSmall) {
  std::vector<std::string> large;
  for (const auto& source : sources()) {
    if (source.lines.size() > kMostLines)
      large.push_back(source.path + ": " + std::to_string(source.lines.size()));
  }
  EXPECT_THAT(large, IsEmpty());
}

TEST(Architecture, EverySourceSaysItsLicense) {
  const std::string words = "SPDX-License-Identifier: GPL-3.0-or-later";
  std::vector<std::string> silent;
  for (const auto& source : sources()) {
    const bool isScript = !source.lines.empty() && source.lines[0].starts_with("#!");
    const std::size_t line = isScript ? 1 : 0;
    const bool isCode = source.isHeader() || source.path.ends_with(".cpp") || source.path.ends_with(".proto");
    const std::string expected = (isCode ? "// " : "# ") + words;
    if (source.lines.size() <= line || source.lines[line] != expected) silent.push_back(source.path);
  }
  EXPECT_THAT(silent, IsEmpty());
}

TEST(Architecture, HeadersAreGuardedByPragma) {
  std::vector<std::string> bare;
  for (const auto& source : sources()) {
    if (source.isHeader() && std::ranges::find(source.lines, "#pragma once") == source.lines.end()) {
      bare.push_back(source.path);
    }
  }
  EXPECT_THAT(bare, IsEmpty());
}

}  // namespace
}  // namespace spillway

// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <numeric>
#include <tuple>

#include "app/spillwayctl/commands.h"
#include "app/spillwayctl/session.h"
#include "engine/history/reader.h"

namespace spillway::ctl {

namespace {

using namespace std::chrono_literals;
using observe::Count;
using observe::Gauge;
using observe::SeriesMetric;
using observe::SeriesPart;

constexpr const char* kClearScreen = "\x1b[H\x1b[2J";
constexpr auto kFollowEvery = 1000ms;
/// The history's newest second is stored so long after its end, at the most.
constexpr auto kStorageLag = 3s;
constexpr int kNumbersWidth = 66, kLeastName = 24;

/// What one part did in the last seconds.
struct TopRow {
  std::string kind, name;
  double requestsPerSecond = 0, errorsPerSecond = 0;
  double p50 = 0, p99 = 0;  ///< milliseconds; NaN: nothing ended
  double streams = 0, connections = 0;
};

struct TopTable {
  double knownSeconds = 0;  ///< of the time that was asked for
  std::vector<TopRow> rows;
};

std::pair<std::string, std::string> nameOf(const SeriesPart& part) {
  if (const auto* listener = std::get_if<ListenerId>(&part))
    return {"listener", fmt::format("{}/{}", listener->loadBalancer, listener->listener)};
  if (const auto* group = std::get_if<observe::TargetGroupName>(&part)) return {"group", group->name};
  if (const auto* target = std::get_if<TargetId>(&part))
    return {"target", fmt::format("{} {}:{}", target->group, target->address, target->port)};
  if (const auto* method = std::get_if<observe::MethodId>(&part))
    return {"method", fmt::format("{} {}", method->loadBalancer, method->path)};
  if (const auto* balancer = std::get_if<observe::LoadBalancerName>(&part))
    return {"balancer", balancer->name};
  return {"all", "everything"};
}

double total(const observe::SeriesSum& sum, Count count) {
  double all = 0;
  for (const auto& point : sum.values(SeriesMetric::of(count)))
    all += std::isnan(point.value) ? 0 : point.value;
  return all;
}

/// The newest known value.
double newest(const observe::SeriesSum& sum, Gauge gauge) {
  const auto points = sum.values(SeriesMetric::of(gauge));
  for (auto point = points.rbegin(); point != points.rend(); ++point) {
    if (!std::isnan(point->value)) return point->value;
  }
  return 0;
}

bool isTargetSide(const SeriesPart& part) {
  return std::holds_alternative<observe::TargetGroupName>(part) || std::holds_alternative<TargetId>(part);
}

TopRow rowOf(const SeriesPart& part, const observe::SeriesSum& sum, double knownSeconds) {
  TopRow row;
  std::tie(row.kind, row.name) = nameOf(part);
  if (knownSeconds > 0) {
    row.requestsPerSecond = total(sum, Count::Requests) / knownSeconds;
    row.errorsPerSecond = total(sum, Count::Errors) / knownSeconds;
  }
  const auto latencies = sum.allLatencies(observe::Latency::Duration);
  row.p50 = latencies.p50 / 1000;
  row.p99 = latencies.p99 / 1000;
  row.streams = newest(sum, Gauge::ActiveStreams);
  row.connections =
      newest(sum, isTargetSide(part) ? Gauge::ActiveTargetConnections : Gauge::ActiveConnections);
  return row;
}

Result<TopTable> readTable(history::Reader& reader, std::chrono::seconds length) {
  const auto parts = reader.metricParts();
  if (!parts) return failure(parts.error());
  const WallTime now = wallNow();
  TopTable table;
  for (const SeriesPart& part : *parts) {
    observe::SeriesSum sum({now - kStorageLag - length, now, 1s}, {observe::Latency::Duration});
    if (const auto summed = reader.sumMetrics(part, now, sum); !summed) return failure(summed.error());
    const auto known = sum.knownSeconds();
    table.knownSeconds = std::accumulate(known.begin(), known.end(), 0.0);
    table.rows.push_back(rowOf(part, sum, table.knownSeconds));
  }
  return table;
}

std::string rateText(double perSecond) {
  if (perSecond > 0 && perSecond < 9.95) return fmt::format("{:.1f}", perSecond);
  return fmt::format("{:.0f}", perSecond);
}

std::string millisText(double millis) {
  return std::isnan(millis) ? "-" : fmt::format("{:.1f}", millis);
}

/// Cut at its beginning: the end of an address or a path tells more.
std::string fitted(const std::string& name, std::size_t width) {
  return name.size() <= width ? name : ".." + name.substr(name.size() - width + 2);
}

std::size_t nameWidth(const std::vector<TopRow>& rows) {
  winsize size{};
  const bool isTerminal = ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  std::size_t longest = kLeastName;
  for (const TopRow& row : rows)
    longest = std::max(longest, row.name.size());
  if (!isTerminal) return longest;
  return std::min<std::size_t>(longest, std::max<int>(kLeastName, size.ws_col - kNumbersWidth));
}

void printText(const TopTable& table, std::uint32_t seconds) {
  const std::size_t width = nameWidth(table.rows);
  if (table.knownSeconds == 0)
    fmt::print("Nothing was counted in the last {} s: no balancer that keeps this history runs.\n", seconds);
  fmt::print("{:<9} {:<{}} {:>9} {:>9} {:>9} {:>9} {:>8} {:>6}\n", "", "", width, "req/s", "errors/s",
             "p50 ms", "p99 ms", "streams", "conns");
  for (const TopRow& row : table.rows) {
    fmt::print("{:<9} {:<{}} {:>9} {:>9} {:>9} {:>9} {:>8.0f} {:>6.0f}\n", row.kind, fitted(row.name, width),
               width, rateText(row.requestsPerSecond), rateText(row.errorsPerSecond), millisText(row.p50),
               millisText(row.p99), row.streams, row.connections);
  }
}

void printJson(const TopTable& table) {
  const auto orNull = [](double value) {
    return std::isnan(value) ? nlohmann::ordered_json() : nlohmann::ordered_json(value);
  };
  nlohmann::ordered_json all{{"time", std::chrono::duration<double>(wallNow().time_since_epoch()).count()},
                             {"knownSeconds", table.knownSeconds},
                             {"parts", nlohmann::ordered_json::array()}};
  for (const TopRow& row : table.rows) {
    all["parts"].push_back({{"kind", row.kind},
                            {"name", row.name},
                            {"requestsPerSecond", row.requestsPerSecond},
                            {"errorsPerSecond", row.errorsPerSecond},
                            {"p50Milliseconds", orNull(row.p50)},
                            {"p99Milliseconds", orNull(row.p99)},
                            {"activeStreams", row.streams},
                            {"activeConnections", row.connections}});
  }
  fmt::print("{}\n", all.dump());
}

}  // namespace

int top(const TopOptions& options, Signals& signals) {
  const std::string folder = options.dataDirectory.empty() ? defaultDataDirectory() : options.dataDirectory;
  const auto reader = history::Reader::open(history::fileIn(folder));
  if (!reader) {
    report(reader.error().detail);
    return kBadInput;
  }
  const bool isText = options.format == TopFormat::Text;
  const bool clears = isText && !options.once && ::isatty(STDOUT_FILENO) != 0;
  do {
    const auto table = readTable(**reader, std::chrono::seconds(options.seconds));
    if (!table) {
      report(table.error().detail);
      return kBadInput;
    }
    if (clears) fmt::print("{}", kClearScreen);
    isText ? printText(*table, options.seconds) : printJson(*table);
    flushOutput();
  } while (!options.once && signals.wait(kFollowEvery) != Wake::Terminate);
  return kSuccess;
}

}  // namespace spillway::ctl

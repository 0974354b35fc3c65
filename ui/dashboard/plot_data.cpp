// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/dashboard/plot_data.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <map>

#include "ui/models/words.h"

namespace spillway::ui {

namespace {

constexpr std::size_t kMaxStatuses = 5;

struct Line {
  QString name;
  int color = 0;
  std::function<double(const MetricsSample&)> value;
};

double ageOf(const MetricsSample& sample, const MetricsSample& newest) {
  return std::chrono::duration<double>(sample.time - newest.time).count();
}

PlotData plotOf(const MetricsSeries& metrics, std::chrono::seconds span, const std::vector<Line>& lines) {
  PlotData data;
  for (const Line& line : lines) {
    data.series.push_back({line.name, line.color, {}});
  }
  const auto& samples = metrics.samples();
  double lastAge = -std::numeric_limits<double>::infinity();
  for (const MetricsSample& sample : samples) {
    const double age = ageOf(sample, samples.back());
    if (age < -static_cast<double>(span.count()) - 1.0) continue;
    if (!data.ages.isEmpty() && age - lastAge > MetricsSeries::kGapSeconds) {
      data.ages.push_back((age + lastAge) / 2.0);
      for (PlotSeries& series : data.series)
        series.values.push_back(std::numeric_limits<double>::quiet_NaN());
    }
    data.ages.push_back(age);
    for (std::size_t i = 0; i < lines.size(); ++i) {
      data.series[i].values.push_back(lines[i].value(sample));
    }
    lastAge = age;
  }
  return data;
}

/// A status keeps its colour however many others there are.
int colorOf(std::uint32_t status) {
  switch (status) {
    case 0:
      return 2;
    case 14:
      return 4;
    case 4:
      return 5;
    default:
      return status % 2 == 0 ? 1 : 6;
  }
}

std::vector<std::uint32_t> commonestStatuses(const MetricsSeries& metrics, std::chrono::seconds span) {
  std::map<std::uint32_t, double> sums{{0, std::numeric_limits<double>::infinity()}};
  const auto& samples = metrics.samples();
  for (const MetricsSample& sample : samples) {
    if (ageOf(sample, samples.back()) < -static_cast<double>(span.count())) continue;
    for (const auto& [status, rate] : sample.grpcStatusPerSecond)
      sums[status] += rate;
  }
  std::vector<std::uint32_t> statuses;
  for (const auto& [status, sum] : sums) {
    statuses.push_back(status);
  }
  std::stable_sort(statuses.begin(), statuses.end(), [&](auto a, auto b) { return sums[a] > sums[b]; });
  if (statuses.size() > kMaxStatuses) statuses.resize(kMaxStatuses);
  return statuses;
}

}  // namespace

PlotData requestPlot(const MetricsSeries& metrics, std::chrono::seconds span) {
  return plotOf(
      metrics, span,
      {{QStringLiteral("gRPC"), 0, [](const MetricsSample& sample) { return sample.grpcPerSecond; }},
       {QStringLiteral("HTTP"), 1, [](const MetricsSample& sample) { return sample.httpPerSecond; }}});
}

PlotData grpcStatusPlot(const MetricsSeries& metrics, std::chrono::seconds span) {
  std::vector<Line> lines;
  for (const std::uint32_t status : commonestStatuses(metrics, span)) {
    lines.push_back({grpcStatusText(status), colorOf(status), [status](const MetricsSample& sample) {
                       const auto found = sample.grpcStatusPerSecond.find(status);
                       return found == sample.grpcStatusPerSecond.end() ? 0.0 : found->second;
                     }});
  }
  return plotOf(metrics, span, lines);
}

PlotData latencyPlot(const MetricsSeries& metrics, std::chrono::seconds span) {
  return plotOf(metrics, span,
                {{QStringLiteral("p50"), 3, [](const MetricsSample& sample) { return sample.p50; }},
                 {QStringLiteral("p90"), 0, [](const MetricsSample& sample) { return sample.p90; }},
                 {QStringLiteral("p99"), 4, [](const MetricsSample& sample) { return sample.p99; }}});
}

}  // namespace spillway::ui

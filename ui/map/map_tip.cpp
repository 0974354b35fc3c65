// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/map/map_tip.h"

#include <QStringList>
#include <algorithm>
#include <cmath>
#include <numeric>

#include "engine/observe/series_sum.h"
#include "ui/models/words.h"

namespace spillway::ui {

namespace {

using observe::Count;
using observe::Gauge;
using observe::Latency;
using observe::SeriesMetric;
using observe::SeriesSum;

constexpr std::chrono::seconds kWindow{10}, kStep{1};

double total(const SeriesSum& sum, Count count) {
  double all = 0;
  for (const auto& point : sum.values(SeriesMetric::of(count)))
    if (!std::isnan(point.value)) all += point.value;
  return all;
}

/// The newest that is known.
std::uint64_t newest(const SeriesSum& sum, Gauge gauge) {
  double value = 0;
  for (const auto& point : sum.values(SeriesMetric::of(gauge)))
    if (!std::isnan(point.value)) value = point.value;
  return static_cast<std::uint64_t>(value);
}

QString errorsWords(double errors, double requests, double seconds) {
  if (errors == 0) return QStringLiteral("no errors");
  return QStringLiteral("errors %1 (%2 %)")
      .arg(rateText(errors / seconds))
      .arg(std::ceil(errors / requests * 1000) / 10);
}

QStringList numbers(const SeriesSum& sum) {
  const auto known = sum.knownSeconds();
  const double seconds = std::accumulate(known.begin(), known.end(), 0.0);
  const double requests = total(sum, Count::Requests);
  const QString open = countOf(newest(sum, Gauge::ActiveStreams), QStringLiteral("open stream"));
  if (seconds == 0 || requests == 0) return {QStringLiteral("no requests in 10 s · ") + open};
  const auto spread = sum.allLatencies(Latency::Duration);
  const auto time = [](double micros) { return durationText(static_cast<std::int64_t>(micros)); };
  return {
      QStringLiteral("%1 · %2").arg(rateText(requests / seconds),
                                    errorsWords(total(sum, Count::Errors), requests, seconds)),
      QStringLiteral("p50 %1 · p90 %2 · p99 %3").arg(time(spread.p50), time(spread.p90), time(spread.p99)),
      open};
}

/// Rules have no series: what comes in to them is known all the same.
double perSecondInto(const MapNode& node, const MapContent& map) {
  double rate = 0;
  for (const MapEdge& edge : map.edges)
    if (edge.to == node.key) rate += edge.perSecond;
  return rate;
}

}  // namespace

QString mapTip(const MapNode& node, const MapContent& map, const observe::MetricSeries& series,
               WallTime now) {
  QStringList lines;
  if (!node.tip.contains(node.title)) lines += node.title;
  if (!node.tip.isEmpty()) lines += node.tip;
  if (node.part) {
    SeriesSum sum({now - kWindow, now, kStep}, {Latency::Duration});
    series.sum(*node.part, sum);
    lines += numbers(sum);
  } else {
    lines += rateText(perSecondInto(node, map));
  }
  return lines.join(QLatin1Char('\n'));
}

}  // namespace spillway::ui

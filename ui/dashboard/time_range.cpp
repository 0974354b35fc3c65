// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/dashboard/time_range.h"

#include <algorithm>
#include <cmath>

#include "ui/models/words.h"

namespace spillway::ui {

using namespace std::chrono_literals;

namespace {

constexpr std::int64_t kMostPoints = 300;
constexpr std::int64_t kSteps[] = {1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600};

QString lengthWords(std::chrono::seconds length) {
  const auto number = [](std::int64_t value, const char* unit) {
    return QStringLiteral("%1 %2").arg(value).arg(QLatin1String(unit));
  };
  const std::int64_t seconds = length.count();
  if (seconds % 86'400 == 0) return number(seconds / 86'400, seconds == 86'400 ? "day" : "days");
  if (seconds % 3600 == 0) return number(seconds / 3600, "h");
  if (seconds % 60 == 0) return number(seconds / 60, "min");
  if (seconds > 600) return QStringLiteral("%1 min").arg(static_cast<double>(seconds) / 60, 0, 'f', 1);
  return number(seconds, "s");
}

}  // namespace

std::chrono::seconds TimeRange::step() const {
  for (const std::int64_t step : kSteps)
    if (length_.count() / step <= kMostPoints) return std::chrono::seconds(step);
  return std::chrono::seconds(kSteps[std::size(kSteps) - 1]);
}

QString TimeRange::words() const {
  if (isLive()) return QStringLiteral("Last ") + lengthWords(length_);
  const QString from = dateTimeText(*end_ - length_).left(19), to = dateTimeText(*end_).left(19);
  const bool isOneDay = from.left(10) == to.left(10);
  return QStringLiteral("%1 to %2").arg(from, isOneDay ? to.mid(11) : to);
}

TimeRange TimeRange::zoomed(double factor, WallTime around, WallTime now) const {
  const double wanted =
      std::clamp(static_cast<double>(length_.count()) * factor, static_cast<double>(kShortest.count()),
                 static_cast<double>(kLongest.count()));
  const double behind = std::chrono::duration<double>(end(now) - around).count();
  const double share = behind / static_cast<double>(length_.count());
  TimeRange range(std::chrono::seconds(std::llround(wanted)));
  // The pointer is seldom right at the edge.
  if (isLive() && share < 0.1) return range;
  const auto newBehind =
      std::chrono::duration_cast<WallTime::duration>(std::chrono::duration<double>(share * wanted));
  range.end_ = std::min(around + newBehind, now);
  return range;
}

TimeRange TimeRange::moved(WallTime::duration earlier, WallTime now) const {
  TimeRange range(length_);
  range.end_ = std::min(end(now) - earlier, now);
  return range;
}

TimeRange TimeRange::held(WallTime now) const {
  return moved(WallTime::duration(0), now);
}

}  // namespace spillway::ui

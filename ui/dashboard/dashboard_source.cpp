// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/dashboard/dashboard_source.h"

#include <algorithm>
#include <utility>

namespace spillway::ui {

using namespace std::chrono_literals;

DashboardSource::DashboardSource(const observe::MetricSeries& series, std::string historyFile,
                                 QObject* parent)
    : QObject(parent), series_(series), thread_(std::move(historyFile)) {}

void DashboardSource::ask(const observe::SeriesPart& part, const observe::SeriesRange& range) {
  if (isBusy_) {
    waiting_ = Question{part, range};
  } else {
    begin({part, range});
  }
}

void DashboardSource::askNow(const observe::SeriesPart& part) {
  thread_.ask([this, part](history::Reader* /*reader*/) {
    const WallTime now = wallNow();
    observe::SeriesSum minute({now - 60s, now, 1s}, {observe::Latency::Duration});
    series_.sum(part, minute);
    PartNow answer{part, summarize(minute), series_.lastSeen(part)};
    QMetaObject::invokeMethod(this, [this, answer = std::move(answer)] { Q_EMIT nowArrived(answer); });
  });
}

void DashboardSource::begin(const Question& question) {
  isBusy_ = true;
  thread_.ask([this, question](history::Reader* reader) {
    auto data = answer(series_, reader, question);
    QMetaObject::invokeMethod(this, [this, data = std::move(data)] { finish(data); });
  });
}

void DashboardSource::finish(const std::shared_ptr<const DashboardData>& data) {
  isBusy_ = false;
  Q_EMIT arrived(data);
  if (!isBusy_ && waiting_) begin(*std::exchange(waiting_, std::nullopt));
}

std::shared_ptr<const DashboardData> DashboardSource::answer(const observe::MetricSeries& series,
                                                             history::Reader* reader,
                                                             const Question& question) {
  auto data = std::make_shared<DashboardData>();
  data->part = question.part;
  data->range = question.range;
  data->parts = series.parts();
  observe::SeriesSum sum(question.range, {observe::Latency::Duration});
  // What is in memory is not to be counted from the file too.
  const WallTime remembered = series.begin().value_or(question.range.to);
  if (reader) {
    if (question.range.from < remembered) (void)reader->sumMetrics(question.part, remembered, sum);
    if (auto stored = reader->metricParts())
      data->parts.insert(data->parts.end(), stored->begin(), stored->end());
    std::ranges::sort(data->parts);
    data->parts.erase(std::unique(data->parts.begin(), data->parts.end()), data->parts.end());
  }
  series.sum(question.part, sum);
  describePlots(sum, *data);
  return data;
}

}  // namespace spillway::ui

// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/bridge/recent_readings.h"

#include <QLocale>

namespace spillway::ui {

namespace {

using observe::MetricsReading;
using observe::PartReading;

constexpr std::chrono::milliseconds kWindow{10'500};

template <class Parts, class Key>
const PartReading& partOf(const Parts& parts, const Key& key) {
  static const PartReading nothing;
  const auto found = parts.find(key);
  return found == parts.end() ? nothing : found->second;
}

/// How much a counter grew; 0 when there is no such counter yet.
std::uint64_t grown(std::uint64_t now, std::uint64_t before) {
  return now > before ? now - before : 0;
}

std::uint64_t grpcOk(const MetricsReading& reading) {
  const auto found = reading.grpcStatus.find(0);
  return found == reading.grpcStatus.end() ? 0 : found->second;
}

}  // namespace

RecentReadings::RecentReadings(QObject* parent) : QObject(parent) {}

void RecentReadings::take(const MetricsReading& reading) {
  MetricsReading thin = reading;
  // A thousand buckets each, and nobody asks for them over the window.
  for (auto& [id, part] : thin.targets)
    part.duration = {};
  for (auto& [id, part] : thin.listeners)
    part.duration = {};
  readings_.push_back(std::move(thin));
  while (readings_.size() > 2 && readings_.back().time - readings_.front().time > kWindow)
    readings_.pop_front();
  Q_EMIT changed();
}

double RecentReadings::seconds() const {
  if (readings_.size() < 2) return 0;
  return std::chrono::duration<double>(readings_.back().time - readings_.front().time).count();
}

double RecentReadings::perSecond() const {
  if (seconds() <= 0) return 0;
  return static_cast<double>(grown(readings_.back().total.requests, readings_.front().total.requests)) /
         seconds();
}

double RecentReadings::perSecond(const ListenerId& listener) const {
  if (seconds() <= 0) return 0;
  return static_cast<double>(grown(partOf(readings_.back().listeners, listener).requests,
                                   partOf(readings_.front().listeners, listener).requests)) /
         seconds();
}

double RecentReadings::perSecond(const std::string& group) const {
  if (seconds() <= 0) return 0;
  return static_cast<double>(grown(partOf(readings_.back().groups, group).requests,
                                   partOf(readings_.front().groups, group).requests)) /
         seconds();
}

double RecentReadings::perSecond(const TargetId& target) const {
  if (seconds() <= 0) return 0;
  return static_cast<double>(grown(partOf(readings_.back().targets, target).requests,
                                   partOf(readings_.front().targets, target).requests)) /
         seconds();
}

double RecentReadings::perSecond(const RouteId& route) const {
  if (seconds() <= 0) return 0;
  const auto& now = readings_.back().routes;
  const auto& before = readings_.front().routes;
  const auto newest = now.find(route), oldest = before.find(route);
  return static_cast<double>(
             grown(newest == now.end() ? 0 : newest->second, oldest == before.end() ? 0 : oldest->second)) /
         seconds();
}

observe::HistogramReading RecentReadings::durations() const {
  if (readings_.size() < 2) return {};
  return readings_.back().total.duration.since(readings_.front().total.duration);
}

observe::HistogramReading RecentReadings::durations(const std::string& group) const {
  if (readings_.size() < 2) return {};
  return partOf(readings_.back().groups, group)
      .duration.since(partOf(readings_.front().groups, group).duration);
}

double RecentReadings::grpcOkShare() const {
  if (readings_.size() < 2) return -1;
  const std::uint64_t all = grown(readings_.back().grpcRequests, readings_.front().grpcRequests);
  if (all == 0) return -1;
  return static_cast<double>(grown(grpcOk(readings_.back()), grpcOk(readings_.front()))) /
         static_cast<double>(all);
}

double RecentReadings::engineLoad() const {
  if (seconds() <= 0) return 0;
  const std::uint64_t used = grown(readings_.back().workerCpuMicros, readings_.front().workerCpuMicros);
  return static_cast<double>(used) / 1e6 / seconds();
}

double RecentReadings::okShare(const std::string& group) const {
  if (readings_.size() < 2) return -1;
  const PartReading& now = partOf(readings_.back().groups, group);
  const PartReading& before = partOf(readings_.front().groups, group);
  const std::uint64_t all = grown(now.requests, before.requests);
  if (all == 0) return -1;
  return 1.0 - static_cast<double>(grown(now.errors, before.errors)) / static_cast<double>(all);
}

QString rateText(double perSecond) {
  if (perSecond <= 0) return QStringLiteral("0/s");
  if (perSecond < 9.95) return QStringLiteral("%1/s").arg(perSecond, 0, 'f', 1);
  return QLocale(QLocale::English).toString(static_cast<qlonglong>(perSecond + 0.5)) + QStringLiteral("/s");
}

}  // namespace spillway::ui

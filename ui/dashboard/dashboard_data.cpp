// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/dashboard/dashboard_data.h"

#include <QDateTime>
#include <QTimeZone>
#include <algorithm>
#include <cmath>

#include "ui/accesslog/log_filters.h"
#include "ui/export/table_text.h"
#include "ui/models/words.h"

namespace spillway::ui {

namespace {

using observe::Count;
using observe::Gauge;
using observe::SeriesMetric;
using observe::SeriesPart;
using observe::SeriesSum;
using Kind = SeriesMetric::Kind;

constexpr std::size_t kMostStatuses = 5;
constexpr std::size_t kNowSeconds = 10;

QVector<double> valuesOf(const SeriesSum& sum, const SeriesMetric& metric) {
  QVector<double> values;
  for (const auto& point : sum.values(metric))
    values.push_back(point.value);
  return values;
}

/// Sums of several metrics, step by step.
QVector<double> together(const SeriesSum& sum, const std::vector<SeriesMetric>& metrics) {
  QVector<double> all = valuesOf(sum, SeriesMetric::of(Count::Requests));
  for (double& value : all)
    if (!std::isnan(value)) value = 0;
  for (const SeriesMetric& metric : metrics) {
    const QVector<double> values = valuesOf(sum, metric);
    for (qsizetype i = 0; i < all.size(); ++i)
      all[i] += values[i];
  }
  return all;
}

QVector<double> perSecond(QVector<double> values, const SeriesSum& sum) {
  const auto known = sum.knownSeconds();
  for (qsizetype i = 0; i < values.size(); ++i)
    values[i] /= known[static_cast<std::size_t>(i)];  // NaN stays NaN
  return values;
}

double totalOf(const QVector<double>& values) {
  double total = 0;
  for (const double value : values)
    total += std::isnan(value) ? 0 : value;
  return total;
}

std::function<QString(double)> always(const QString& filter) {
  return [filter](double) { return filter; };
}

/// By protocol; only what occurred.
std::vector<PlotSeries> requestSeries(const SeriesSum& sum) {
  const QVector<double> grpc = valuesOf(sum, SeriesMetric::of(Count::GrpcRequests));
  const QVector<double> http2 = valuesOf(sum, SeriesMetric::of(Count::Http2Requests));
  QVector<double> http1 = valuesOf(sum, SeriesMetric::of(Count::Requests));
  for (qsizetype i = 0; i < http1.size(); ++i)
    http1[i] -= grpc[i] + http2[i];
  const QString tip = QStringLiteral("ALB: part of RequestCount − GrpcRequestCount");
  const QString isHttp2 = QStringLiteral("type in (h2, h2c)");
  std::vector<PlotSeries> series;
  const auto add = [&](const char* name, int color, const QVector<double>& values, const QString& albName,
                       const QString& filter) {
    if (totalOf(values) > 0)
      series.push_back({QLatin1String(name), color, perSecond(values, sum), albName, always(filter)});
  };
  add("gRPC", 0, grpc, QStringLiteral("ALB: GrpcRequestCount"), QStringLiteral("grpc"));
  add("HTTP/2", 2, http2, tip, isHttp2);
  add("HTTP/1.1", 1, http1, tip, QStringLiteral("not grpc and not ") + isHttp2);
  return series;
}

/// Who made it, and the class; only what occurred, and 2xx.
std::vector<PlotSeries> classSeries(const SeriesSum& sum) {
  constexpr int kColors[2][6] = {{7, 7, 2, 3, 5, 4}, {7, 7, 2, 3, 1, 6}};
  std::map<std::pair<bool, int>, std::vector<SeriesMetric>> classes{{{false, 2}, {}}};
  for (const SeriesMetric& metric : sum.metrics()) {
    if (metric.kind == Kind::HttpStatus || metric.kind == Kind::BalancerStatus)
      classes[{metric.kind == Kind::BalancerStatus, std::min(metric.code / 100, 5)}].push_back(metric);
  }
  std::vector<PlotSeries> series;
  for (const auto& [key, metrics] : classes) {
    const auto& [fromBalancer, hundreds] = key;
    const QString name = QStringLiteral("%1xx").arg(hundreds);
    series.push_back(
        {fromBalancer ? name + QStringLiteral(" balancer") : name, kColors[fromBalancer][hundreds],
         perSecond(together(sum, metrics), sum),
         QStringLiteral("ALB: HTTPCode_%1_%2XX_Count").arg(fromBalancer ? "ELB" : "Target").arg(hundreds),
         always(QStringLiteral("status = %1 and %2balancer").arg(name, fromBalancer ? "" : "not "))});
  }
  return series;
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

/// OK and the commonest others.
std::vector<PlotSeries> grpcSeries(const SeriesSum& sum) {
  std::vector<std::pair<double, SeriesMetric>> found{
      {std::numeric_limits<double>::infinity(), SeriesMetric::ofGrpcStatus(0)}};
  for (const SeriesMetric& metric : sum.metrics()) {
    if (metric.kind == Kind::GrpcStatus && metric.code != 0)
      found.emplace_back(totalOf(valuesOf(sum, metric)), metric);
  }
  std::ranges::stable_sort(found, [](const auto& a, const auto& b) { return a.first > b.first; });
  if (found.size() > kMostStatuses) found.resize(kMostStatuses);
  std::vector<PlotSeries> series;
  for (const auto& [total, metric] : found)
    series.push_back({grpcStatusText(metric.code), colorOf(metric.code),
                      perSecond(valuesOf(sum, metric), sum), QStringLiteral("ALB: part of GrpcRequestCount"),
                      always(QStringLiteral("grpc.status = %1").arg(metric.code))});
  return series;
}

std::vector<PlotSeries> latencySeries(const SeriesSum& sum) {
  const auto slowerThan = [](double millis) {
    return QStringLiteral("duration >= %1us").arg(static_cast<qint64>(millis * 1000));
  };
  const QString tip = QStringLiteral("Whole exchanges. ALB's nearest: TargetResponseTime");
  std::vector<PlotSeries> series{{QStringLiteral("p50"), 3, {}, tip, slowerThan},
                                 {QStringLiteral("p90"), 0, {}, tip, slowerThan},
                                 {QStringLiteral("p99"), 4, {}, tip, slowerThan}};
  for (const auto& point : sum.latencies(observe::Latency::Duration)) {
    series[0].values.push_back(point.p50 / 1000);
    series[1].values.push_back(point.p90 / 1000);
    series[2].values.push_back(point.p99 / 1000);
  }
  return series;
}

std::vector<PlotSeries> connectionSeries(const SeriesSum& sum) {
  return {{QStringLiteral("streams"),
           0,
           valuesOf(sum, SeriesMetric::of(Gauge::ActiveStreams)),
           QStringLiteral("Open at once, the most in a step"),
           {}},
          {QStringLiteral("clients"),
           2,
           valuesOf(sum, SeriesMetric::of(Gauge::ActiveConnections)),
           QStringLiteral("ALB: ActiveConnectionCount, of clients"),
           {}},
          {QStringLiteral("targets"),
           1,
           valuesOf(sum, SeriesMetric::of(Gauge::ActiveTargetConnections)),
           QStringLiteral("ALB: ActiveConnectionCount, to targets"),
           {}}};
}

std::vector<PlotSeries> byteSeries(const SeriesSum& sum) {
  const auto kilobytes = [&](Count count) {
    QVector<double> values = perSecond(valuesOf(sum, SeriesMetric::of(count)), sum);
    for (double& value : values)
      value /= 1000;
    return values;
  };
  const QString tip =
      QStringLiteral("Of ended requests, header fields included. ALB: part of ProcessedBytes");
  return {{QStringLiteral("from clients"), 0, kilobytes(Count::ReceivedBytes), tip, {}},
          {QStringLiteral("to clients"), 2, kilobytes(Count::SentBytes), tip, {}}};
}

QString str(const std::string& text) {
  return QString::fromStdString(text);
}

template <class Parts, class Key>
observe::PartReading find(const Parts& parts, const Key& key) {
  const auto found = parts.find(key);
  return found == parts.end() ? observe::PartReading() : found->second;
}

}  // namespace

void describePlots(const SeriesSum& sum, DashboardData& data) {
  data.times.clear();
  for (const auto& point : sum.values(SeriesMetric::of(Count::Requests)))
    data.times.push_back(std::chrono::duration<double>(point.begin.time_since_epoch()).count());
  const auto plot = [&](DashboardPlot which) -> auto& {
    return data.plots[static_cast<std::size_t>(which)];
  };
  plot(DashboardPlot::Requests) = requestSeries(sum);
  plot(DashboardPlot::HttpClasses) = classSeries(sum);
  plot(DashboardPlot::GrpcStatuses) = grpcSeries(sum);
  plot(DashboardPlot::Latency) = latencySeries(sum);
  plot(DashboardPlot::Connections) = connectionSeries(sum);
  plot(DashboardPlot::Bytes) = byteSeries(sum);
}

MinuteSummary summarize(const SeriesSum& sum) {
  MinuteSummary summary;
  const auto requests = sum.values(SeriesMetric::of(Count::Requests));
  const auto known = sum.knownSeconds();
  double counts[2] = {}, seconds[2] = {};
  std::size_t knownSteps = 0;
  for (std::size_t i = requests.size(); i-- > 0;) {
    if (known[i] <= 0) continue;
    const std::size_t age = knownSteps++ < kNowSeconds ? 0 : 1;
    counts[age] += requests[i].value;
    seconds[age] += known[i];
  }
  if (seconds[0] > 0) summary.perSecond = counts[0] / seconds[0];
  if (seconds[1] > 0) summary.before = counts[1] / seconds[1];
  summary.grpcRequests =
      static_cast<std::uint64_t>(totalOf(valuesOf(sum, SeriesMetric::of(Count::GrpcRequests))) + 0.5);
  std::uint64_t ok = 0;
  for (const SeriesMetric& metric : sum.metrics()) {
    const bool isStatus = metric.kind != Kind::Count && metric.kind != Kind::Gauge;
    if (!isStatus && metric != SeriesMetric::of(Count::GrpcWithoutStatus)) continue;
    QVector<double> values = valuesOf(sum, metric);
    const auto total = static_cast<std::uint64_t>(totalOf(values) + 0.5);
    summary.statuses[metric] = std::move(values);
    if (metric.kind != Kind::GrpcStatus) continue;
    if (metric.code == 0) {
      ok = total;
    } else if (total > summary.commonestErrorCount) {
      summary.commonestErrorCount = total;
      summary.commonestError = metric.code;
    }
  }
  summary.grpcNotOk = summary.grpcRequests - std::min(ok, summary.grpcRequests);
  const auto times = sum.allLatencies(observe::Latency::Duration);
  summary.p50 = times.p50 / 1000;
  summary.p90 = times.p90 / 1000;
  summary.p99 = times.p99 / 1000;
  return summary;
}

observe::PartReading partOf(const observe::MetricsReading& reading, const SeriesPart& part) {
  if (const auto* balancer = std::get_if<observe::LoadBalancerName>(&part))
    return find(reading.loadBalancers, balancer->name);
  if (const auto* listener = std::get_if<ListenerId>(&part)) return find(reading.listeners, *listener);
  if (const auto* group = std::get_if<observe::TargetGroupName>(&part))
    return find(reading.groups, group->name);
  if (const auto* target = std::get_if<TargetId>(&part)) return find(reading.targets, *target);
  if (const auto* method = std::get_if<observe::MethodId>(&part)) return find(reading.grpcMethods, *method);
  return reading.total;
}

QString partWords(const SeriesPart& part) {
  if (const auto* balancer = std::get_if<observe::LoadBalancerName>(&part))
    return QStringLiteral("load balancer ") + str(balancer->name);
  if (const auto* listener = std::get_if<ListenerId>(&part))
    return QStringLiteral("listener %1/%2").arg(str(listener->loadBalancer), str(listener->listener));
  if (const auto* group = std::get_if<observe::TargetGroupName>(&part))
    return QStringLiteral("target group ") + str(group->name);
  if (const auto* target = std::get_if<TargetId>(&part))
    return QStringLiteral("target %1:%2 of %3")
        .arg(str(target->address))
        .arg(target->port)
        .arg(str(target->group));
  if (const auto* method = std::get_if<observe::MethodId>(&part))
    return QStringLiteral("method %1 of %2").arg(str(method->path), str(method->loadBalancer));
  return QStringLiteral("all listeners");
}

QString partFilter(const SeriesPart& part) {
  if (const auto* balancer = std::get_if<observe::LoadBalancerName>(&part))
    return QStringLiteral("load_balancer = ") + inQuotes(str(balancer->name));
  if (const auto* listener = std::get_if<ListenerId>(&part)) return filterOfListener(*listener);
  if (const auto* group = std::get_if<observe::TargetGroupName>(&part))
    return filterOfGroup(str(group->name));
  if (const auto* target = std::get_if<TargetId>(&part))
    return filterOfTarget(QStringLiteral("%1:%2").arg(str(target->address)).arg(target->port));
  if (const auto* method = std::get_if<observe::MethodId>(&part)) {
    const QString balancer = QStringLiteral("load_balancer = ") + inQuotes(str(method->loadBalancer));
    if (method->path == observe::kOtherMethods) return bothFilters(balancer, QStringLiteral("grpc"));
    return bothFilters(balancer, QStringLiteral("path = ") + inQuotes(str(method->path)));
  }
  return {};
}

void writeCsv(const DashboardData& data, QIODevice& out) {
  constexpr const char* kUnits[kDashboardPlots] = {"per second", "per second", "per second",
                                                   "ms",         "open",       "kB/s"};
  QByteArray line = "time";
  for (std::size_t plot = 0; plot < kDashboardPlots; ++plot)
    for (const PlotSeries& series : data.plots[plot])
      line += ',' + csvField(QStringLiteral("%1 (%2)").arg(series.name, QLatin1String(kUnits[plot])));
  out.write(line + '\n');
  for (qsizetype i = 0; i < data.times.size(); ++i) {
    const auto time =
        QDateTime::fromMSecsSinceEpoch(static_cast<qint64>(data.times[i] * 1000), QTimeZone::utc());
    line = time.toString(Qt::ISODate).toUtf8();
    for (const auto& plot : data.plots)
      for (const PlotSeries& series : plot)
        line += ',' +
                (std::isnan(series.values[i]) ? QByteArray() : QByteArray::number(series.values[i], 'g', 10));
    out.write(line + '\n');
  }
}

}  // namespace spillway::ui

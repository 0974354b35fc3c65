// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/observe/open_metrics_families.h"

#include <prometheus/metric_family.h>

#include <array>
#include <limits>
#include <string>

#include "engine/observe/histogram.h"
#include "engine/observe/resource_names.h"

namespace spillway::observe {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;
using Labels = std::vector<ClientMetric::Label>;

/// A part and the labels that name it.
struct LabelledPart {
  Labels labels;
  const PartReading* reading;
};
using Parts = std::vector<LabelledPart>;

struct CountFamily {
  const char* name;
  Count count;
  const char* help;
};

/// What every kind of part counts, and then what only listeners and only target sides do.
constexpr std::array kCommon{
    CountFamily{"requests_total", Count::Requests, "Requests that ended."},
    CountFamily{"errors_total", Count::Errors, "Requests with gRPC status other than OK or HTTP 5xx."},
    CountFamily{"received_bytes_total", Count::ReceivedBytes, "Bytes from clients, header fields included."},
    CountFamily{"sent_bytes_total", Count::SentBytes, "Bytes to clients, header fields included."},
    CountFamily{"grpc_requests_total", Count::GrpcRequests, "gRPC requests that ended."},
    CountFamily{"http2_requests_total", Count::Http2Requests, "Requests over HTTP/2 other than gRPC."},
    CountFamily{"request_messages_total", Count::RequestMessages, "gRPC messages from clients."},
    CountFamily{"response_messages_total", Count::ResponseMessages, "gRPC messages to clients."},
};
constexpr std::array kOfListeners{
    CountFamily{"routed_requests_total", Count::Routed, "Requests for which a target was chosen."},
    CountFamily{"retries_total", Count::Retries, "Targets that were tried beyond the first."},
    CountFamily{"ipv6_requests_total", Count::Ipv6Requests, "Requests of clients over IPv6."},
    CountFamily{"ipv6_bytes_total", Count::Ipv6Bytes, "Bytes from and to clients over IPv6."},
    CountFamily{"rule_evaluations_total", Count::RuleEvaluations, "Rules tried, default rules not counted."},
    CountFamily{"fixed_responses_total", Count::FixedResponses, "Requests answered by a fixed response."},
    CountFamily{"redirects_total", Count::Redirects, "Requests answered by a redirect."},
    CountFamily{"redirects_too_long_total", Count::RedirectsTooLong, "Redirects with too long a location."},
    CountFamily{"non_compliant_requests_total", Count::NonCompliant, "Requests that break RFC 7230."},
    CountFamily{"dropped_invalid_header_requests_total", Count::DroppedInvalidHeader,
                "Requests that lost invalid header fields."},
    CountFamily{"forwarded_invalid_header_requests_total", Count::ForwardedInvalidHeader,
                "Requests sent on with invalid header fields."},
    CountFamily{"non_sticky_requests_total", Count::NonSticky,
                "Requests with stickiness on that went to another target."},
    CountFamily{"app_cookie_non_sticky_requests_total", Count::AppCookieNonSticky,
                "The same, by application cookie."},
    CountFamily{"jwt_validation_failures_total", Count::JwtFailures, "Requests whose token was refused."},
    CountFamily{"connections_total", Count::NewConnections, "Connections accepted from clients."},
    CountFamily{"rejected_connections_total", Count::RejectedConnections,
                "Connections refused at the listener's limit."},
    CountFamily{"tls_negotiation_errors_total", Count::TlsNegotiationErrors,
                "TLS handshakes of clients that failed."},
};
constexpr std::array kOfTargets{
    CountFamily{"fail_open_requests_total", Count::FailOpen,
                "Requests routed although too few targets were healthy."},
    CountFamily{"connections_total", Count::NewTargetConnections, "Connections made to targets."},
    CountFamily{"connection_errors_total", Count::TargetConnectionErrors,
                "Connections to targets that could not be made."},
    CountFamily{"tls_negotiation_errors_total", Count::TargetTlsErrors,
                "TLS handshakes with targets that failed."},
};

ClientMetric counter(Labels labels, std::uint64_t value) {
  ClientMetric metric;
  metric.label = std::move(labels);
  metric.counter.value = static_cast<double>(value);
  return metric;
}

ClientMetric gauge(Labels labels, double value) {
  ClientMetric metric;
  metric.label = std::move(labels);
  metric.gauge.value = value;
  return metric;
}

Labels with(Labels labels, const char* name, std::string value) {
  labels.push_back({name, std::move(value)});
  return labels;
}

/// Bounds are the powers of two from 128 µs to 134 s, where our buckets end too: nothing is interpolated.
ClientMetric histogram(Labels labels, const HistogramReading& reading) {
  constexpr int kFirst = 7, kLast = 27;
  ClientMetric metric;
  metric.label = std::move(labels);
  std::uint64_t below = 0;
  std::size_t next = 0;
  for (int power = kFirst; power <= kLast; ++power) {
    const std::uint64_t bound = std::uint64_t{1} << power;
    for (; next < reading.buckets.size() && histogramLowest(next) < bound; ++next)
      below += reading.buckets[next];
    metric.histogram.bucket.push_back({below, static_cast<double>(bound) / 1e6});
  }
  metric.histogram.bucket.push_back({reading.count, std::numeric_limits<double>::infinity()});
  metric.histogram.sample_count = reading.count;
  metric.histogram.sample_sum = static_cast<double>(reading.sum) / 1e6;
  return metric;
}

class Families {
 public:
  template <std::size_t N>
  void addCounts(const std::string& prefix, const Parts& parts, const std::array<CountFamily, N>& counts) {
    for (const auto& [name, count, help] : counts) {
      MetricFamily& family = add(prefix + name, help, MetricType::Counter);
      for (const auto& [labels, reading] : parts)
        family.metric.push_back(counter(labels, countOf(*reading, count)));
    }
  }

  void addStatuses(const std::string& prefix, const Parts& parts) {
    MetricFamily& http =
        add(prefix + "http_responses_total", "Requests by HTTP status and who made it.", MetricType::Counter);
    for (const auto& [labels, reading] : parts) {
      for (const auto& [key, count] : reading->httpStatus) {
        const Labels one = with(labels, "http_status", std::to_string(key.status));
        http.metric.push_back(counter(with(one, "made_by", key.fromBalancer ? "balancer" : "target"), count));
      }
    }
    MetricFamily& grpc =
        add(prefix + "grpc_responses_total", "gRPC requests by status.", MetricType::Counter);
    for (const auto& [labels, reading] : parts)
      addGrpcStatuses(grpc, labels, *reading);
  }

  static void addGrpcStatuses(MetricFamily& family, const Labels& labels, const PartReading& reading) {
    for (const auto& [code, count] : reading.grpcStatus) {
      const std::string name = grpcStatusName(code);
      family.metric.push_back(
          counter(with(labels, "grpc_status", name.empty() ? std::to_string(code) : name), count));
    }
    if (reading.grpcWithoutStatus)
      family.metric.push_back(counter(with(labels, "grpc_status", "none"), reading.grpcWithoutStatus));
  }

  void addGauge(const std::string& name, const char* help, const Parts& parts,
                std::int64_t PartReading::*member) {
    MetricFamily& family = add(name, help, MetricType::Gauge);
    for (const auto& [labels, reading] : parts)
      family.metric.push_back(gauge(labels, static_cast<double>(reading->*member)));
  }

  void addHistogram(const std::string& name, const char* help, const Parts& parts,
                    HistogramReading PartReading::*member) {
    MetricFamily& family = add(name, help, MetricType::Histogram);
    for (const auto& [labels, reading] : parts)
      family.metric.push_back(histogram(labels, reading->*member));
  }

  MetricFamily& add(std::string name, const char* help, MetricType type) {
    families_.push_back({std::move(name), help, type, {}});
    return families_.back();
  }

  /// Families without a single value are left out.
  std::vector<MetricFamily> take() {
    std::erase_if(families_, [](const MetricFamily& family) { return family.metric.empty(); });
    return std::move(families_);
  }

 private:
  std::vector<MetricFamily> families_;
};

Labels labelsOf(const TargetId& id) {
  const bool isIpv6 = id.address.find(':') != std::string::npos;
  return {{"target_group", id.group},
          {"target", (isIpv6 ? "[" + id.address + "]" : id.address) + ":" + std::to_string(id.port)}};
}

void addListeners(Families& families, const MetricsReading& reading) {
  Parts parts;
  for (const auto& [id, part] : reading.listeners)
    parts.push_back({{{"load_balancer", id.loadBalancer}, {"listener", id.listener}}, &part});
  const std::string prefix = "spillway_listener_";
  families.addCounts(prefix, parts, kCommon);
  families.addCounts(prefix, parts, kOfListeners);
  families.addStatuses(prefix, parts);
  families.addGauge(prefix + "active_requests", "Requests that are open now.", parts,
                    &PartReading::activeStreams);
  families.addGauge(prefix + "active_connections", "Client connections that are open now.", parts,
                    &PartReading::activeConnections);
  families.addHistogram(prefix + "request_duration_seconds", "Whole requests, from head to end.", parts,
                        &PartReading::duration);
}

void addTargetSide(Families& families, const std::string& prefix, const Parts& parts) {
  families.addCounts(prefix, parts, kCommon);
  families.addCounts(prefix, parts, kOfTargets);
  families.addStatuses(prefix, parts);
  families.addGauge(prefix + "active_requests", "Requests that are open now.", parts,
                    &PartReading::activeStreams);
  families.addGauge(prefix + "active_connections", "Connections to targets that are open now.", parts,
                    &PartReading::activeTargetConnections);
  families.addHistogram(prefix + "response_time_seconds",
                        "From the request's dispatch until the target's response head.", parts,
                        &PartReading::targetResponse);
}

void addMethods(Families& families, const MetricsReading& reading) {
  Parts parts;
  for (const auto& [id, part] : reading.grpcMethods)
    parts.push_back({{{"load_balancer", id.loadBalancer}, {"grpc_method", id.path}}, &part});
  MetricFamily& requests = families.add("spillway_grpc_method_requests_total",
                                        "gRPC requests by method and status.", MetricType::Counter);
  for (const auto& [labels, part] : parts)
    Families::addGrpcStatuses(requests, labels, *part);
  families.addHistogram("spillway_grpc_method_duration_seconds", "Whole gRPC requests by method.", parts,
                        &PartReading::duration);
}

void addRoutes(Families& families, const MetricsReading& reading) {
  MetricFamily& requests = families.add(
      "spillway_rule_requests_total",
      "Requests by the rule that they met and the group that it sent them to.", MetricType::Counter);
  for (const auto& [id, count] : reading.routes) {
    Labels labels{{"load_balancer", id.listener.loadBalancer}, {"listener", id.listener.listener}};
    labels = with(std::move(labels), "rule", id.rule == 0 ? "default" : std::to_string(id.rule));
    requests.metric.push_back(counter(with(std::move(labels), "target_group", id.group), count));
  }
}

void addHosts(Families& families, const MetricsReading& reading) {
  const auto addFlag = [&](const char* name, const char* help, const auto& flag) {
    MetricFamily& family = families.add(name, help, MetricType::Gauge);
    for (const auto& [id, host] : reading.hosts) {
      const std::string zone = host.availabilityZone.empty() ? kLocalZone : host.availabilityZone;
      family.metric.push_back(gauge(with(labelsOf(id), "availability_zone", zone), flag(host) ? 1 : 0));
    }
  };
  addFlag("spillway_target_healthy", "1 = the target is healthy.",
          [](const HostReading& host) { return host.state == TargetState::Healthy; });
  addFlag("spillway_target_anomalous", "1 = the target fails more often than its peers.",
          [](const HostReading& host) { return host.anomalous; });
  addFlag("spillway_target_mitigated", "1 = the target gets less traffic because of that.",
          [](const HostReading& host) { return host.mitigated; });
  MetricFamily& states = families.add(
      "spillway_target_state", "1 = what the target is, in the words of ALB's API.", MetricType::Gauge);
  for (const auto& [id, host] : reading.hosts) {
    Labels labels = with(labelsOf(id), "state", toString(host.state));
    labels = with(std::move(labels), "reason", toString(host.reason));
    states.metric.push_back(gauge(with(std::move(labels), "description", host.description), 1));
  }
}

}  // namespace

std::vector<MetricFamily> openMetricsFamilies(const MetricsReading& reading) {
  Families families;
  addListeners(families, reading);
  Parts groups, targets;
  for (const auto& [name, part] : reading.groups)
    groups.push_back({{{"target_group", name}}, &part});
  for (const auto& [id, part] : reading.targets)
    targets.push_back({labelsOf(id), &part});
  addTargetSide(families, "spillway_target_group_", groups);
  addTargetSide(families, "spillway_target_", targets);
  addMethods(families, reading);
  addRoutes(families, reading);
  addHosts(families, reading);
  families
      .add("spillway_dropped_events_total", "Stream details that were dropped to keep up.",
           MetricType::Counter)
      .metric.push_back(counter({}, reading.droppedDetails));
  return families.take();
}

}  // namespace spillway::observe

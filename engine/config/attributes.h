// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

/// ALB's attributes of load balancers, listeners and target groups, and the limits that only a desk can set.
namespace spillway::config {

enum class DesyncMitigationMode : std::uint8_t { Monitor, Defensive, Strictest };
enum class XffMode : std::uint8_t { Append, Preserve, Remove };

/// One of ALB's three logs, written to a folder of this machine instead of a bucket.
struct LogFiles {
  bool enabled = false;
  std::string directory;               ///< "" = <data folder>/logs
  std::uint32_t rotateSeconds = 300;   ///< a new file this often; ALB: 5 minutes
  std::uint32_t rotateMegabytes = 64;  ///< … or at this size
  bool gzip = false;                   ///< compress finished files, as ALB does
  bool operator==(const LogFiles&) const = default;
};

/// ALB's load balancer attributes; the comment names ALB's key.
struct LoadBalancerAttributes {
  std::uint32_t idleTimeoutSeconds = 60;        ///< idle_timeout.timeout_seconds, 1-4000
  std::uint32_t clientKeepAliveSeconds = 3600;  ///< client_keep_alive.seconds, 60-604800
  bool http2Enabled = true;                     ///< routing.http2.enabled
  DesyncMitigationMode desyncMitigationMode = DesyncMitigationMode::Defensive;
  bool dropInvalidHeaderFields = false;   ///< routing.http.drop_invalid_header_fields.enabled
  bool preserveHostHeader = false;        ///< routing.http.preserve_host_header.enabled
  bool tlsVersionAndCipherSuite = false;  ///< routing.http.x_amzn_tls_version_and_cipher_suite.enabled
  bool xffClientPort = false;             ///< routing.http.xff_client_port.enabled
  XffMode xffHeaderProcessingMode = XffMode::Append;
  LogFiles accessLogs, connectionLogs, healthCheckLogs;
  bool operator==(const LoadBalancerAttributes&) const = default;
};

/// Limits on what a peer may send; the defaults are ALB's where ALB has one (alb-behaviour §5.10).
struct Limits {
  std::uint32_t requestLineBytes = 16 * 1024;
  std::uint32_t headerBytes = 16 * 1024;   ///< one field, name and value
  std::uint32_t headersBytes = 64 * 1024;  ///< all fields of a request
  std::uint32_t headerCount = 200;         ///< ours
  std::uint32_t responseHeadersBytes = 32 * 1024;
  std::uint32_t concurrentStreams = 128;         ///< per HTTP/2 client connection
  std::uint32_t requestsPerConnection = 10'000;  ///< HTTP/2: GOAWAY after them
  std::uint32_t connections = 1024;              ///< per listener; more are refused
  std::uint64_t requestBodyBytes = 0;            ///< 0 = no limit, as ALB
  std::uint32_t headTimeoutSeconds = 10;         ///< a request's head must be whole by then
  std::uint32_t headerOverflowStatus = 400;      ///< 400 or 413: AWS documents both
  bool operator==(const Limits&) const = default;
};

/// ALB's listener attributes. Maps go from the header's usual name to what the user chose.
struct ListenerAttributes {
  bool serverHeader = true;  ///< routing.http.response.server.enabled
  /// New names for headers that the balancer adds to requests: "X-Amzn-Tls-Version" → "X-Tls" …
  std::map<std::string, std::string> requestHeaderNames;
  /// Headers put on every response: "Strict-Transport-Security" → "max-age=31536000" …
  std::map<std::string, std::string> responseHeaders;
  bool operator==(const ListenerAttributes&) const = default;
};

/// MutualAuthentication of an HTTPS listener.
struct MutualAuthentication {
  enum class Mode : std::uint8_t { Off, Passthrough, Verify };
  Mode mode = Mode::Off;
  std::string trustStore;  ///< Verify: name of a trust store of the same document
  bool ignoreClientCertificateExpiry = false;
  bool advertiseTrustStoreCaNames = false;
  bool operator==(const MutualAuthentication&) const = default;
};

/// CA certificates and revocation lists against which clients' certificates are checked.
struct TrustStore {
  std::string name;
  std::string caCertificatesFile;            ///< PEM bundle
  std::vector<std::string> revocationFiles;  ///< PEM CRLs
  bool operator==(const TrustStore&) const = default;
};

enum class Algorithm : std::uint8_t { RoundRobin, LeastOutstandingRequests, WeightedRandom };

/// Target stickiness of a group.
struct Stickiness {
  enum class Type : std::uint8_t { LbCookie, AppCookie };
  bool enabled = false;
  Type type = Type::LbCookie;
  std::uint32_t lbCookieDurationSeconds = 86'400;  ///< 1-604800
  std::string appCookieName;
  std::uint32_t appCookieDurationSeconds = 86'400;  ///< 1-604800
  bool operator==(const Stickiness&) const = default;
};

/// minimum_healthy_targets.count / .percentage; nullopt = off.
struct MinimumHealthyTargets {
  std::optional<std::uint32_t> count = 1;
  std::optional<std::uint32_t> percentage;  ///< 1-100, of the registered targets
  bool operator==(const MinimumHealthyTargets&) const = default;
};
/// Whether these many healthy targets are under the minimum. Percentages refer to the registered targets;
/// either threshold is enough.
inline bool areTooFew(std::size_t healthy, std::size_t registered, const MinimumHealthyTargets& minimum) {
  if (minimum.count && healthy < *minimum.count) return true;
  return minimum.percentage && healthy * 100 < registered * *minimum.percentage;
}

/// ALB's target group attributes.
struct TargetGroupAttributes {
  std::uint32_t deregistrationDelaySeconds = 300;  ///< deregistration_delay.timeout_seconds, 0-3600
  Algorithm algorithm = Algorithm::RoundRobin;     ///< load_balancing.algorithm.type
  bool anomalyMitigation = false;                  ///< load_balancing.algorithm.anomaly_mitigation
  std::uint32_t slowStartSeconds = 0;              ///< slow_start.duration_seconds, 0 or 30-900
  Stickiness stickiness;
  MinimumHealthyTargets unhealthyStateRouting;  ///< fewer: requests go to all registered targets
  MinimumHealthyTargets dnsFailover;            ///< kept, without effect here
  bool operator==(const TargetGroupAttributes&) const = default;
};

}  // namespace spillway::config

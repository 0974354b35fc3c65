// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/config/attributes.h"
#include "engine/config/rules.h"

/// What the user wrote: plain values, compared and copied freely. Names are ALB's, in lowerCamelCase in the
/// file. `validate.h` says whether a document makes sense; `compile.h` turns it into what the workers run.
namespace spillway::config {

/// Where listeners bind. Internal: loopback only. InternetFacing: every interface of the machine.
enum class Scheme : std::uint8_t { Internal, InternetFacing };
enum class IpAddressType : std::uint8_t { Ipv4, Dualstack };
enum class Protocol : std::uint8_t { Http, Https };
enum class ProtocolVersion : std::uint8_t { Http1, Http2, Grpc };

/// A server certificate: issued by Spillway's local CA for `names`, read from two PEM files, or from one
/// PKCS#12 file.
struct Certificate {
  enum class Source : std::uint8_t { LocalCa, Files, Pkcs12 };
  Source source = Source::LocalCa;
  std::vector<std::string> names;  ///< LocalCa: subject alternative names beside localhost, 127.0.0.1 and ::1
  std::string certificateFile;     ///< Files: PEM, leaf first; Pkcs12: the .p12 file
  std::string privateKeyFile;      ///< Files: PEM
  std::string passwordFile;        ///< Pkcs12: a file whose first line is the password; "" = no password
  bool operator==(const Certificate&) const = default;
};

inline constexpr const char* kDefaultSslPolicy = "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09";

struct Listener {
  std::string name;  ///< optional; see effectiveName()
  Protocol protocol = Protocol::Https;
  std::uint32_t port = 0;                     ///< 1-65535; 0 takes any free port (not on AWS)
  std::string sslPolicy = kDefaultSslPolicy;  ///< HTTPS only
  std::vector<Certificate> certificates;  ///< HTTPS only: the default certificate, then those chosen by SNI
  MutualAuthentication mutualAuthentication;  ///< HTTPS only
  ListenerAttributes attributes;
  std::vector<Action> defaultActions;  ///< the default rule's; the last one routes
  std::vector<Rule> rules;             ///< any order; the priority decides
  bool operator==(const Listener&) const = default;
};

/// The listener's name, or "HTTPS:50051" where the user gave none.
std::string effectiveName(const Listener&);
/// The target groups that its rules and its default action forward to, each once.
std::vector<std::string> targetGroupsOf(const Listener&);
bool forwardsTo(const Listener&, const std::string& targetGroup);

/// What ALB does not do but a desk needs. Each is off unless switched on, and shown as "not on AWS".
struct BeyondAlb {
  bool plaintextHttp2 = false;            ///< HTTP/2 with prior knowledge, and gRPC, on HTTP listeners
  bool retryUnprocessedRequests = false;  ///< send a request that no target has begun to another target, once
  bool verifyTargetCertificates =
      false;  ///< check targets' certificates against the system's and the local CA
  bool unlimitedRequestsPerConnection = false;  ///< no GOAWAY after 10,000 requests on one HTTP/2 connection
  bool fastHealthChecks = false;                ///< interval from 1 s, timeout from 1 s, thresholds from 1
  bool extendedConnect = false;                 ///< WebSocket from HTTP/2 clients (RFC 8441)
  bool operator==(const BeyondAlb&) const = default;
};

/// How much is kept of a stream for whoever looks into it: nothing; header fields, messages' sizes, frames
/// and windows; the bytes of the messages and bodies too.
enum class CaptureLevel : std::uint8_t { Off, Metadata, Full };

/// What is kept of a load balancer's streams, beyond their lines in the access log.
struct Capture {
  CaptureLevel level = CaptureLevel::Full;
  std::string filter;                     ///< of the filter language, judged when a stream ends; "" = all
  std::uint32_t bodyBytes = 1024 * 1024;  ///< of one stream, both directions together; the rest is cut
  std::vector<std::string> redactedHeaders{"authorization", "proxy-authorization", "cookie", "set-cookie",
                                           "x-api-key"};  ///< their values are never kept
  /// Request header fields whose values every entry of the log keeps, for the filter's header["x"].
  std::vector<std::string> loggedHeaders;
  /// Fields of gRPC messages whose values are not stored, where their schema is known. By their words:
  /// "token" covers "access_token" and "accessToken".
  std::vector<std::string> redactedFields{"password",   "passwd",      "passphrase",    "pwd",
                                          "secret",     "token",       "api_key",       "private_key",
                                          "credential", "credentials", "authorization", "cookie"};
  bool operator==(const Capture&) const = default;
};

struct LoadBalancer {
  std::string name;
  Scheme scheme = Scheme::Internal;
  IpAddressType ipAddressType = IpAddressType::Ipv4;
  LoadBalancerAttributes attributes;
  Limits limits;
  BeyondAlb beyondAlb;
  Capture capture;
  std::vector<Listener> listeners;
  bool operator==(const LoadBalancer&) const = default;
};

/// Codes that count as success; text as in ALB: "12", "0,12", "0-99".
struct Matcher {
  std::string grpcCode = "12";   ///< groups with protocolVersion GRPC, 0-99
  std::string httpCode = "200";  ///< other groups, 200-499
  bool operator==(const Matcher&) const = default;
};

inline constexpr const char* kDefaultGrpcHealthPath = "/AWS.ALB/healthcheck";

struct HealthCheck {
  Protocol protocol = Protocol::Http;         ///< healthCheckProtocol
  std::optional<std::uint32_t> port;          ///< healthCheckPort; nullopt = "traffic-port"
  std::string path = kDefaultGrpcHealthPath;  ///< healthCheckPath
  std::uint32_t intervalSeconds = 30;         ///< 5-300
  std::uint32_t timeoutSeconds = 5;           ///< 2-120, shorter than the interval
  std::uint32_t healthyThresholdCount = 5;    ///< 2-10
  std::uint32_t unhealthyThresholdCount = 2;  ///< 2-10
  Matcher matcher;
  bool operator==(const HealthCheck&) const = default;
};

struct Target {
  std::string id;                ///< IP address or host name
  std::uint32_t port = 0;        ///< 1-65535
  std::string availabilityZone;  ///< a label for metrics; "" = "local-1a"
  bool operator==(const Target&) const = default;
};

struct TargetGroup {
  std::string name;
  Protocol protocol = Protocol::Http;  ///< Https: TLS to targets
  std::uint32_t port = 0;              ///< default port of targets, 1-65535
  ProtocolVersion protocolVersion = ProtocolVersion::Grpc;
  HealthCheck healthCheck;  ///< in the file: healthCheckPath, healthCheckIntervalSeconds, … beside the others
  TargetGroupAttributes attributes;
  std::vector<Target> targets;
  bool operator==(const TargetGroup&) const = default;
};

/// Programs that Spillway starts on this machine, one task per port, as targets of a group.
struct LocalService {
  std::string name;
  std::vector<std::string> command;  ///< program and arguments; "{port}" is replaced by the task's port
  std::vector<std::uint32_t> ports;  ///< one task each
  std::string targetGroup;           ///< informative: the group whose targets these are
  bool operator==(const LocalService&) const = default;
};

inline constexpr int kDocumentVersion = 1;

/// What a developer wants to see of the balancer from outside. Both off by default.
struct Monitoring {
  std::optional<std::uint32_t>
      openMetricsPort;        ///< loopback port that serves OpenMetrics text for Prometheus
  std::string tlsKeyLogFile;  ///< NSS key log of all TLS connections, for Wireshark; "" = off
  bool operator==(const Monitoring&) const = default;
};

enum class CallSecurity : std::uint8_t { Plaintext, AnyCertificate, LocalCa, SystemCas };
enum class CallEncoding : std::uint8_t { Identity, Gzip, Deflate };

/// A call that a developer keeps for the call builder. The engine has no part in it.
struct SavedCall {
  std::string name;
  std::string address;  ///< "127.0.0.1:50051"
  CallSecurity security = CallSecurity::Plaintext;
  std::string method;                ///< "/routeguide.RouteGuide/GetFeature"
  std::uint32_t deadlineMillis = 0;  ///< 0: none
  CallEncoding encoding = CallEncoding::Identity;
  std::string message;   ///< as JSON
  std::string metadata;  ///< "name: value", a line each
  bool operator==(const SavedCall&) const = default;
};

/// A workspace (`*.spillway.json`).
struct Document {
  std::vector<LoadBalancer> loadBalancers;
  std::vector<TargetGroup> targetGroups;
  std::vector<TrustStore> trustStores;
  Monitoring monitoring;
  std::vector<LocalService> localServices;
  std::vector<SavedCall> savedCalls;
  std::vector<std::string> lessons;  ///< of the streaming lab, by file name, for a class; empty: all
  bool operator==(const Document&) const = default;
};

/// One problem with a document. `path` is like "loadBalancers[0].listeners[0].port".
struct Issue {
  enum class Severity : std::uint8_t { Error, Warning };
  std::string path;     ///< which field
  std::string value;    ///< what was written, as text; may be empty
  std::string message;  ///< one clear sentence that names what would be right
  Severity severity = Severity::Error;
  bool operator==(const Issue&) const = default;
};

/// "loadBalancers[0].listeners[0].port: 70000: A port is 1-65535." : one line for people.
std::string describe(const Issue&);

}  // namespace spillway::config

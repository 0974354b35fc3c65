// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// A listener's rules as the user wrote them: conditions, transforms, actions (ALB User Guide "Listener
/// rules").
namespace spillway::config {

enum class ConditionField : std::uint8_t {
  HostHeader,
  PathPattern,
  HttpHeader,
  HttpRequestMethod,
  QueryString,
  SourceIp
};

/// One pair of a query-string condition; without a key any key will do.
struct QueryPair {
  std::optional<std::string> key;
  std::string value;
  bool operator==(const QueryPair&) const = default;
};

/// Values are ORed. Which members count depends on `field`.
struct Condition {
  ConditionField field = ConditionField::PathPattern;
  std::string httpHeaderName;            ///< HttpHeader only
  std::vector<std::string> values;       ///< all but QueryString; wildcards * and ? where ALB has them
  std::vector<std::string> regexValues;  ///< HostHeader, PathPattern, HttpHeader, instead of `values`; RE2
  std::vector<QueryPair> queryPairs;     ///< QueryString only; in the file: values [{key, value}]
  bool operator==(const Condition&) const = default;
};

enum class ActionType : std::uint8_t {
  Forward,
  Redirect,
  FixedResponse,
  JwtValidation,
  AuthenticateOidc,    ///< refused by validate(): not supported yet
  AuthenticateCognito  ///< the same
};

struct WeightedTargetGroup {
  std::string targetGroup;   ///< name of a target group of the same document
  std::uint32_t weight = 1;  ///< 0-999; share = weight / sum
  bool operator==(const WeightedTargetGroup&) const = default;
};

/// Keeps a client at the group that it was sent to first (cookie AWSALBTG).
struct TargetGroupStickiness {
  bool enabled = false;
  std::uint32_t durationSeconds = 3600;  ///< 1-604800
  bool operator==(const TargetGroupStickiness&) const = default;
};

/// RedirectConfig; #{protocol}, #{host}, #{port}, #{path} and #{query} stand for the request's own parts.
struct Redirect {
  std::string protocol = "#{protocol}";  ///< HTTP, HTTPS or #{protocol}
  std::string host = "#{host}";
  std::string port = "#{port}";
  std::string path = "/#{path}";
  std::string query = "#{query}";  ///< without the leading "?"
  std::uint32_t statusCode = 301;  ///< in the file: "HTTP_301" or "HTTP_302"
  bool operator==(const Redirect&) const = default;
};

struct FixedResponse {
  std::uint32_t statusCode = 503;  ///< 2xx, 4xx or 5xx
  std::string contentType = "text/plain";
  std::string messageBody;  ///< 1024 characters at the most
  bool operator==(const FixedResponse&) const = default;
};

struct JwtClaim {
  enum class Format : std::uint8_t { SingleString, StringArray, SpaceSeparatedValues };
  std::string name;
  Format format = Format::SingleString;
  std::vector<std::string> values;  ///< one of them must be there
  bool operator==(const JwtClaim&) const = default;
};

struct JwtValidation {
  std::string jwksEndpoint;  ///< https:// as on ALB; here also http:// and file:// of this machine
  std::string issuer;
  std::vector<JwtClaim> additionalClaims;
  bool operator==(const JwtValidation&) const = default;
};

/// One action. Which member counts depends on `type`; the others keep their defaults.
struct Action {
  ActionType type = ActionType::Forward;
  std::vector<WeightedTargetGroup> targetGroups;  ///< Forward: 1-5
  TargetGroupStickiness targetGroupStickiness;    ///< Forward
  Redirect redirect;
  FixedResponse fixedResponse;
  JwtValidation jwtValidation;
  bool operator==(const Action&) const = default;
};

/// The action that forwards everything to one group.
Action forwardTo(std::string targetGroup);
/// Whether the action forwards to this group.
bool forwardsTo(const Action& action, const std::string& targetGroup);

/// A transform: what `regex` finds is replaced; $1, $2, … stand for its groups.
struct Rewrite {
  std::string regex, replace;
  bool operator==(const Rewrite&) const = default;
};

struct Rule {
  std::uint32_t priority = 1;         ///< 1-50000, unique in its listener; the lowest is tried first
  std::vector<Condition> conditions;  ///< ANDed
  std::vector<Action> actions;        ///< the last one routes
  std::optional<Rewrite> hostHeaderRewrite, urlRewrite;
  bool operator==(const Rule&) const = default;
};

}  // namespace spillway::config

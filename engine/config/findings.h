// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/config/model.h"

/// Inside of validate(): what the checks of a document's parts share.
namespace spillway::config {

/// The issues found so far, in order.
class Findings {
 public:
  void error(std::string path, std::string value, std::string message);
  void warning(std::string path, std::string value, std::string message);
  std::vector<Issue> take() { return std::move(issues_); }

 private:
  std::vector<Issue> issues_;
};

struct Range {
  std::uint32_t lowest = 0, highest = 0;
  bool contains(std::uint32_t value) const { return lowest <= value && value <= highest; }
};
inline constexpr Range kPorts{1, 65535};

/// "<what> is 1-65535." beside the field when `value` is outside.
void checkRange(Findings&, const std::string& path, std::uint32_t value, Range, std::string_view what);

/// ALB's rule for names: 1-32 letters, digits and hyphens, no hyphen at either end. `what`: "load balancer".
void checkName(Findings&, const std::string& path, const std::string& name, std::string_view what);

/// Remembers who holds each name, port or address; the key is what must be unique.
template <class Key>
class Holders {
 public:
  /// The holder of `key`; empty when there was none, and `holder` has it from now on.
  std::string claim(const Key& key, std::string holder) {
    const auto [place, isNew] = holders_.try_emplace(key, std::move(holder));
    return isNew ? std::string() : place->second;
  }
  /// The holder of `key`; empty when there is none.
  std::string holderOf(const Key& key) const {
    const auto place = holders_.find(key);
    return place == holders_.end() ? std::string() : place->second;
  }

 private:
  std::map<Key, std::string> holders_;
};

/// What the parts of a document must know of each other.
struct Relations {
  const Document& document;
  std::vector<std::string_view> groupNames;
  std::map<std::string, const LoadBalancer*>
      userOfGroup;                       ///< the first load balancer that forwards to the group
  Holders<std::uint32_t> listenerPorts;  ///< "listener "HTTPS:50051" of load balancer "shop""
};

void checkListener(Findings&, const std::string& path, const Listener&, const LoadBalancer&,
                   const Relations&);
/// Security policy, certificates and mutual TLS of a listener.
void checkSecurity(Findings&, const std::string& path, const Listener&, const Document&);
/// Trust stores, how many listeners use them, and the key log that gives all secrets away.
void checkSecurityFiles(Findings&, const Document&);
/// Attributes and limits of a load balancer.
void checkLoadBalancerAttributes(Findings&, const std::string& path, const LoadBalancer&);
/// Headers that a listener renames or puts on responses.
void checkListenerAttributes(Findings&, const std::string& path, const Listener&);
void checkMonitoring(Findings&, const Relations&);
void checkTargetGroup(Findings&, const std::string& path, const TargetGroup&, const Relations&);
void checkGroupAttributes(Findings&, const std::string& path, const TargetGroupAttributes&);
void checkHealthCheck(Findings&, const std::string& path, const TargetGroup&, const LoadBalancer* user);

}  // namespace spillway::config

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <fmt/format.h>

#include <map>
#include <memory>
#include <string>

#include "engine/balance/snapshot.h"

/// Groups of targets as the workers see them, without sockets.
namespace spillway::balance {

inline constexpr const char* kTargetNames = "ABCDEFGHIJ";

/// A group "shop" with healthy targets 127.0.0.1:1, :2, …, whose texts are "A", "B", …
inline GroupSnapshot groupOf(std::size_t targets, const std::string& name = "shop") {
  static std::uint64_t serial = 0;
  GroupSnapshot group;
  group.serial = ++serial;
  group.settings.name = name;
  group.runtime = std::make_shared<GroupRuntime>();
  for (std::size_t i = 0; i < targets; ++i) {
    TargetSnapshot target;
    target.runtime =
        std::make_shared<TargetRuntime>(TargetId{name, "127.0.0.1", static_cast<std::uint16_t>(i + 1)});
    target.runtime->state = observe::TargetState::Healthy;
    target.text = i < 10 ? std::string(1, kTargetNames[i]) : fmt::format("T{}", i);
    group.targets.push_back(target);
  }
  return group;
}

inline TargetRuntime& runtimeOf(const GroupSnapshot& group, std::size_t target) {
  return *group.targets.at(target).runtime;
}

/// As the health monitor does it.
inline void setState(const GroupSnapshot& group, std::size_t target, observe::TargetState state) {
  runtimeOf(group, target).state = state;
  ++group.runtime->healthEpoch;
}

using Counts = std::map<std::string, int>;

}  // namespace spillway::balance

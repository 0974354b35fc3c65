// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "engine/observe/decision.h"

namespace spillway::history {

/// A decision trace in two parts. Requests that go the same way share the shape; the counts differ.
struct DecisionBody {
  std::string shape;   ///< JSON: rules, groups, candidates and their states, the reasons
  std::string counts;  ///< bytes: for each choice its candidates' open exchanges, and which one was chosen
};

DecisionBody encodeDecision(const observe::Decision&);
/// Null: these are not such parts.
std::shared_ptr<const observe::Decision> decodeDecision(std::string_view shape, std::string_view counts);

}  // namespace spillway::history

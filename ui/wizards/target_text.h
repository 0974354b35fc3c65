// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <cstdint>
#include <optional>
#include <vector>

#include "engine/config/model.h"

namespace spillway::ui {

/// What a person typed or pasted as targets.
struct TargetText {
  std::vector<config::Target> targets;  ///< in order; may repeat
  QString problem;                      ///< one sentence about the first piece that makes no sense; "" = none
};

/// Reads `host`, `host:port`, `host:50061-50063`, `[::1]:50061`, several apart by commas, semicolons or white
/// space. Pieces without a port take `defaultPort`; with no default they are a problem.
TargetText parseTargets(const QString& text, std::optional<std::uint32_t> defaultPort);

}  // namespace spillway::ui

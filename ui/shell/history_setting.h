// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/history/store.h"

namespace spillway::ui {

class EngineBridge;

/// What a person may choose.
inline constexpr std::uint64_t kMiB = 1024ULL * 1024, kGiB = 1024 * kMiB;
inline constexpr std::uint64_t kLeastHistoryBytes = 64 * kMiB, kMostHistoryBytes = 100 * kGiB;
inline constexpr std::chrono::seconds kLeastHistoryTime = std::chrono::hours(1),
                                      kMostHistoryTime = std::chrono::days(365);

/// The bounds of the history that were chosen last, or the store's own.
history::Bounds savedHistoryBounds();
/// Bounds the running history and remembers the choice.
void chooseHistoryBounds(EngineBridge& bridge, const history::Bounds& bounds);

}  // namespace spillway::ui

// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/observe/connection_status.h"

#include <algorithm>

namespace spillway::observe {

std::vector<StreamCount> StreamsByTarget::counts() const {
  std::vector<StreamCount> all;
  all.reserve(counts_.size());
  for (const auto& [slot, count] : counts_)
    all.push_back(count);
  std::ranges::sort(all, {}, &StreamCount::target);
  return all;
}

}  // namespace spillway::observe

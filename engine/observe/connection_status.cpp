// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/observe/connection_status.h"

#include <map>

namespace spillway::observe {

StreamCount& StreamsByTarget::added(Slot target, const std::string& text) {
  if (counts_.size() == kMost) return others_;
  StreamCount& count = counts_[target];
  count.target = text;
  return count;
}

std::vector<StreamCount> StreamsByTarget::counts() const {
  // A target that is in two groups has a slot in each.
  std::map<std::string, StreamCount> byAddress;
  for (const auto& [slot, count] : counts_) {
    StreamCount& sum = byAddress[count.target];
    sum.total += count.total;
    sum.open += count.open;
  }
  std::vector<StreamCount> all;
  all.reserve(byAddress.size() + 1);
  for (auto& [target, sum] : byAddress) {
    sum.target = target;
    all.push_back(std::move(sum));
  }
  if (others_.total > 0) all.push_back({"other targets", others_.total, others_.open});
  return all;
}

}  // namespace spillway::observe

// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/balance/selector.h"

namespace spillway::balance {

void Selector::renew(View& view, const GroupSnapshot& group) {
  view.usable.clear();
  for (const TargetSnapshot& target : group.targets) {
    if (target.runtime->state.load(std::memory_order_relaxed) == observe::TargetState::Healthy) {
      view.usable.push_back(&target);
    }
  }
  view.failOpen = view.usable.empty() && !group.targets.empty();
  if (!view.failOpen) return;
  for (const TargetSnapshot& target : group.targets) view.usable.push_back(&target);
}

Pick Selector::pick(const GroupSnapshot& group, const TargetRuntime* exclude) {
  View& view = views_[group.serial];
  const std::uint32_t epoch = group.runtime->healthEpoch.load(std::memory_order_acquire);
  if (view.epoch != epoch) {
    view.epoch = epoch;
    renew(view, group);
  }
  if (view.usable.empty()) return {};
  const std::uint32_t turn = group.runtime->cursor.fetch_add(1, std::memory_order_relaxed);
  const TargetSnapshot* target = view.usable[turn % view.usable.size()];
  if (target->runtime.get() == exclude) target = view.usable[(turn + 1) % view.usable.size()];
  return {target, view.failOpen};
}

}  // namespace spillway::balance

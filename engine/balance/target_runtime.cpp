// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/balance/target_runtime.h"

namespace spillway::balance {

std::shared_ptr<TargetRuntime> RuntimeRegistry::target(const TargetId& id) {
  const std::lock_guard lock(mutex_);
  auto& known = targets_[id];
  if (auto runtime = known.lock()) return runtime;
  auto runtime = std::make_shared<TargetRuntime>(id);
  runtime->slot = metrics_.targetSlot(id);
  known = runtime;
  return runtime;
}

std::shared_ptr<GroupRuntime> RuntimeRegistry::group(const std::string& name) {
  const std::lock_guard lock(mutex_);
  auto& known = groups_[name];
  if (auto runtime = known.lock()) return runtime;
  auto runtime = std::make_shared<GroupRuntime>();
  runtime->slot = metrics_.groupSlot(name);
  known = runtime;
  return runtime;
}

std::shared_ptr<ListenerRuntime> RuntimeRegistry::listener(const ListenerId& id) {
  const std::lock_guard lock(mutex_);
  auto& known = listeners_[id];
  if (auto runtime = known.lock()) return runtime;
  auto runtime = std::make_shared<ListenerRuntime>();
  runtime->slot = metrics_.listenerSlot(id);
  known = runtime;
  return runtime;
}

}  // namespace spillway::balance

// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/config/model.h"

#include <fmt/format.h>

#include "engine/config/words.h"

namespace spillway::config {

std::string effectiveName(const Listener& listener) {
  if (!listener.name.empty()) return listener.name;
  return fmt::format("{}:{}", wordOf(listener.protocol), listener.port);
}

std::string describe(const Issue& issue) {
  std::string line;
  for (const auto& part : {issue.path, issue.value}) {
    if (!part.empty()) line += part + ": ";
  }
  return line + issue.message;
}

}  // namespace spillway::config

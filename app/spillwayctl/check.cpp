// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>

#include "app/spillwayctl/commands.h"
#include "engine/config/document_json.h"
#include "engine/config/validate.h"

namespace spillway::ctl {

int check(const std::string& file) {
  const auto document = config::loadDocument(file);
  const auto issues = document ? config::validate(*document) : document.error();
  for (const auto& issue : issues)
    fmt::print("{}\n", config::describe(issue));
  if (config::hasErrors(issues)) return kBadInput;
  fmt::print("OK\n");
  return kSuccess;
}

}  // namespace spillway::ctl

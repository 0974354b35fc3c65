// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string_view>
#include <vector>

#include "engine/config/model.h"

namespace spillway::config {

/// A file as far as it could be read: fields with a problem of form keep their default.
struct Draft {
  Document document;
  std::vector<Issue> issues;  ///< problems of form
  std::vector<std::string>
      lost;               ///< paths whose value is not what the user meant: nothing else can be said of them
  bool readable = false;  ///< false: no JSON or another version; `document` is empty
};

Draft readDraft(std::string_view json);

}  // namespace spillway::config

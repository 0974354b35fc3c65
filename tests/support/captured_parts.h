// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "engine/observe/capture.h"

namespace spillway::test {

inline std::vector<observe::CapturedPart> partsOf(const observe::CapturedStream& stream) {
  std::vector<observe::CapturedPart> parts;
  for (const auto& batch : stream.batches)
    parts.insert(parts.end(), batch->parts.begin(), batch->parts.end());
  return parts;
}

}  // namespace spillway::test

// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/balance/random.h"

#include <random>

namespace spillway::balance {

Random Random::unpredictable() {
  std::random_device system;
  return Random((std::uint64_t{system()} << 32) | system());
}

}  // namespace spillway::balance

// SPDX-License-Identifier: GPL-3.0-or-later
#include <mimalloc.h>

namespace {

/// Memory goes back to the system some milliseconds after it became free. By default mimalloc puts that off
/// with each piece that becomes free, and so for ever when a thousand connections end at once and nothing
/// follows.
[[maybe_unused]] const bool isSet = [] {
  mi_option_set(mi_option_decommit_extend_delay, 0);
  return true;
}();

}  // namespace

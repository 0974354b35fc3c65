// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/spillwayctl/filter_mistake.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "app/spillwayctl/session.h"

namespace spillway::ctl {

void showMistake(const std::string& filter, const history::FilterError& error) {
  report(error.message);
  // Columns are characters, positions bytes.
  const auto characters = [&](std::size_t from, std::size_t to) {
    return static_cast<std::size_t>(
        std::count_if(filter.begin() + static_cast<std::ptrdiff_t>(std::min(from, filter.size())),
                      filter.begin() + static_cast<std::ptrdiff_t>(std::min(to, filter.size())),
                      [](char c) { return (c & 0xC0) != 0x80; }));
  };
  const std::size_t marks =
      std::max<std::size_t>(1, characters(error.position, error.position + error.length));
  fmt::print(stderr, "  {}\n  {}{}\n", filter, std::string(characters(0, error.position), ' '),
             std::string(marks, '^'));
}

}  // namespace spillway::ctl

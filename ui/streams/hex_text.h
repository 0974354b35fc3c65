// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <cstddef>
#include <string_view>
#include <utility>
#include <vector>

namespace spillway::ui {

/// Sixteen bytes a line: offset, bytes, and what of them is ASCII.
QString hexText(std::string_view bytes);
/// Where bytes from `begin` up to `end` stand in that text, as pieces from one position to another: the
/// bytes and their letters, line by line.
std::vector<std::pair<int, int>> hexPlaces(std::size_t begin, std::size_t end);

}  // namespace spillway::ui

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace spillway::config {

/// The word of `known` that somebody who typed `written` most likely meant; "" when none is near. Case,
/// hyphens, underscores and dots do not count.
std::string_view nearest(std::string_view written, const std::vector<std::string_view>& known);

/// " Did you mean \"listeners\"?" for the end of a message; "" when no word is near.
std::string didYouMean(std::string_view written, const std::vector<std::string_view>& known);

/// "a, b or c", to say what is allowed; "" for none.
std::string anyOf(const std::vector<std::string_view>& words);

}  // namespace spillway::config

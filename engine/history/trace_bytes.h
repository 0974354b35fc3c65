// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>

/// Trace ids as the balancer makes them, "Root=1-67891233-abcdef012345678912345678", are 16 bytes in the
/// history instead of 40: they are the largest part of an entry.
namespace spillway::history {

inline constexpr std::size_t kTraceBytes = 16;

/// nullopt: the id has another form.
std::optional<std::string> packTrace(std::string_view id);
/// Of kTraceBytes bytes.
std::string unpackTrace(std::string_view bytes);

}  // namespace spillway::history

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>

namespace spillway::config {

/// What a text is that should name a machine. Pure: resolves nothing.
enum class AddressKind : std::uint8_t { Invalid, Ipv4, Ipv6, HostName };
AddressKind addressKind(const std::string& text);

/// One sentence that says why `text` cannot be a target's id and what would be right; "" when it can.
std::string targetIdProblem(const std::string& text);

/// One sentence that says why `text` cannot be a certificate's name (a DNS name, "*.example.test" or an IP
/// address);
/// "" when it can.
std::string certificateNameProblem(const std::string& text);

}  // namespace spillway::config

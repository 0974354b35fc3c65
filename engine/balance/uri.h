// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

/// The parts of a request's target, as rules look at them. Pure. A `storage` is written only where the text
/// must change, and then the result is a view of it.
namespace spillway::balance {

/// "/a/b?x=1" → path "/a/b", query "x=1". Views into the target.
struct TargetParts {
  std::string_view path, query;
};
TargetParts splitTarget(std::string_view target);

/// "shop.test:8443" → host "shop.test", port "8443"; "[::1]:443" → host "[::1]". Views into the authority.
struct AuthorityParts {
  std::string_view host, port;
};
AuthorityParts splitAuthority(std::string_view authority);

/// The path in its normal form (RFC 3986 §6.2.2): percent-encoded unreserved characters are decoded, the
/// digits of other percent-encodings are upper case, dot segments are gone. Slashes are not merged. What AWS
/// does is not published.
std::string_view normalisedPath(std::string_view path, std::string& storage);

/// The text without control characters (0x00-0x1f, 0x7f).
std::string_view withoutControls(std::string_view text, std::string& storage);

}  // namespace spillway::balance

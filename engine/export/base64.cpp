// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/export/base64.h"

#include <algorithm>

#include "engine/base/base64url.h"

namespace spillway::exporting {

std::string toBase64(std::string_view bytes) {
  std::string text = toBase64Url(bytes);
  std::ranges::replace(text, '-', '+');
  std::ranges::replace(text, '_', '/');
  text.append((4 - text.size() % 4) % 4, '=');
  return text;
}

std::optional<std::string> fromBase64(std::string_view text) {
  if (text.size() % 4 != 0 || text.find_first_of("-_") != std::string_view::npos) return std::nullopt;
  for (int padding = 0; padding < 2 && text.ends_with('='); ++padding)
    text.remove_suffix(1);
  std::string urlText(text);
  std::ranges::replace(urlText, '+', '-');
  std::ranges::replace(urlText, '/', '_');
  return fromBase64Url(urlText);
}

}  // namespace spillway::exporting

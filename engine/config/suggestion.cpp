// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/config/suggestion.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace spillway::config {
namespace {

constexpr std::size_t kLongestWord =
    64;  // longer ones are no typing mistakes, and the table below stays small

std::string folded(std::string_view word) {
  std::string result;
  for (const unsigned char c : word) {
    if (c != '_' && c != '-' && c != '.') result += static_cast<char>(std::tolower(c));
  }
  return result;
}

/// Edits (insert, delete, replace, swap of neighbours) that turn one word into the other.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> table(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i)
    table[i][0] = i;
  for (std::size_t j = 0; j <= b.size(); ++j)
    table[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replace = table[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      table[i][j] = std::min({table[i - 1][j] + 1, table[i][j - 1] + 1, replace});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        table[i][j] = std::min(table[i][j], table[i - 2][j - 2] + 1);
      }
    }
  }
  return table[a.size()][b.size()];
}

}  // namespace

std::string_view nearest(std::string_view written, const std::vector<std::string_view>& known) {
  const std::string word = folded(written);
  if (word.empty() || word.size() > kLongestWord) return {};
  std::string_view best;
  std::size_t fewest = std::max<std::size_t>(1, word.size() / 3) + 1;
  for (const auto candidate : known) {
    if (candidate.size() > kLongestWord) continue;
    const std::size_t edits = distance(word, folded(candidate));
    if (edits < fewest) {
      fewest = edits;
      best = candidate;
    }
  }
  return best;
}

std::string didYouMean(std::string_view written, const std::vector<std::string_view>& known) {
  const auto word = nearest(written, known);
  return word.empty() ? "" : fmt::format(" Did you mean \"{}\"?", word);
}

std::string anyOf(const std::vector<std::string_view>& words) {
  std::string result;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) result += i + 1 == words.size() ? " or " : ", ";
    result += words[i];
  }
  return result;
}

}  // namespace spillway::config

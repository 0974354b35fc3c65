// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/streams/hex_text.h"

#include <algorithm>

namespace spillway::ui {

namespace {

constexpr std::size_t kPerLine = 16;
constexpr int kOffset = 10;                                             ///< "00000010  "
constexpr int kLetters = kOffset + 3 * static_cast<int>(kPerLine) + 1;  ///< where a line's letters begin
constexpr int kLine = kLetters + static_cast<int>(kPerLine) + 1;        ///< with the line's end

int hexPlace(std::size_t byte) {
  return static_cast<int>(byte / kPerLine) * kLine + kOffset + 3 * static_cast<int>(byte % kPerLine);
}
int letterPlace(std::size_t byte) {
  return static_cast<int>(byte / kPerLine) * kLine + kLetters + static_cast<int>(byte % kPerLine);
}

}  // namespace

QString hexText(std::string_view bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  QString text;
  text.reserve(static_cast<qsizetype>((bytes.size() / kPerLine + 1) * kLine));
  for (std::size_t line = 0; line < bytes.size(); line += kPerLine) {
    if (line > 0) text += QLatin1Char('\n');
    text += QStringLiteral("%1  ").arg(line, 8, 16, QLatin1Char('0'));
    QString letters;
    for (std::size_t i = line; i < line + kPerLine; ++i) {
      if (i >= bytes.size()) {
        text += QStringLiteral("   ");
        letters += QLatin1Char(' ');
        continue;
      }
      const auto byte = static_cast<unsigned char>(bytes[i]);
      text += QLatin1Char(kDigits[byte >> 4]);
      text += QLatin1Char(kDigits[byte & 15]);
      text += QLatin1Char(' ');
      letters += byte >= 0x20 && byte < 0x7F ? QLatin1Char(static_cast<char>(byte)) : QLatin1Char('.');
    }
    text += QLatin1Char(' ') + letters;
  }
  return text;
}

std::vector<std::pair<int, int>> hexPlaces(std::size_t begin, std::size_t end) {
  std::vector<std::pair<int, int>> places;
  while (begin < end) {
    const std::size_t lineEnd = std::min(end, (begin / kPerLine + 1) * kPerLine);
    places.emplace_back(hexPlace(begin), hexPlace(lineEnd - 1) + 2);
    places.emplace_back(letterPlace(begin), letterPlace(lineEnd - 1) + 1);
    begin = lineEnd;
  }
  return places;
}

}  // namespace spillway::ui

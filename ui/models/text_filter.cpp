// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/text_filter.h"

#include <QStringList>
#include <algorithm>

namespace spillway::ui {

namespace {

char lowerAscii(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool contains(std::string_view field, std::string_view lowerWord) {
  const auto same = [](char inField, char inWord) { return lowerAscii(inField) == inWord; };
  return std::search(field.begin(), field.end(), lowerWord.begin(), lowerWord.end(), same) != field.end();
}

}  // namespace

TextFilter::TextFilter(const QString& text) {
  const QStringList words = text.simplified().split(QLatin1Char(' '), Qt::SkipEmptyParts);
  for (const QString& word : words) {
    std::string lower = word.toStdString();
    std::transform(lower.begin(), lower.end(), lower.begin(), lowerAscii);
    words_.push_back(std::move(lower));
  }
}

bool TextFilter::matches(const std::vector<std::string_view>& fields) const {
  return std::all_of(words_.begin(), words_.end(), [&](const std::string& word) {
    return std::any_of(fields.begin(), fields.end(),
                       [&](std::string_view field) { return contains(field, word); });
  });
}

std::vector<std::string_view> filterFields(const observe::StreamHead& head, std::string_view target) {
  return {head.path, head.method, target, head.client, observe::toString(head.type)};
}

std::string statusWords(const observe::StreamRecord& record) {
  std::string words = std::to_string(record.elbStatus);
  if (record.grpcStatus) {
    words += ' ' + std::to_string(*record.grpcStatus) + ' ' + observe::grpcStatusName(*record.grpcStatus);
  }
  return words;
}

}  // namespace spillway::ui

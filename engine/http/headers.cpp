// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/http/headers.h"

namespace spillway::http {

void Headers::add(std::string_view name, std::string_view value) {
  if (entries_.empty()) {
    text_.reserve(512);
    entries_.reserve(16);
  }
  const auto at = static_cast<std::uint32_t>(text_.size());
  text_.append(name.data(), name.size()).append(value.data(), value.size());
  entries_.push_back({at, static_cast<std::uint32_t>(name.size()),
                      at + static_cast<std::uint32_t>(name.size()),
                      static_cast<std::uint32_t>(value.size())});
}

void Headers::set(std::string_view name, std::string_view value) {
  remove(name);
  add(name, value);
}

void Headers::remove(std::string_view name) {
  removeIf([&](std::string_view each, std::string_view) { return each == name; });
}

std::optional<std::string_view> Headers::find(std::string_view name) const {
  for (const Entry& entry : entries_) {
    if (entry.nameSize == name.size() &&
        name.compare(0, name.size(), text_.data() + entry.name, entry.nameSize) == 0)
      return std::string_view(text_.data() + entry.value, entry.valueSize);
  }
  return std::nullopt;
}

std::size_t Headers::bytes() const {
  std::size_t sum = 0;
  for (const Entry& entry : entries_)
    sum += entry.nameSize + entry.valueSize;
  return sum;
}

}  // namespace spillway::http

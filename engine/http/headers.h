// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace spillway::http {

/// Header or trailer fields in their order, names in lower case. One text buffer and one index: few
/// allocations.
class Headers {
 public:
  struct Field {
    std::string_view name, value;
  };

  void add(std::string_view name, std::string_view value);
  /// Removes all fields of this name and adds one.
  void set(std::string_view name, std::string_view value);
  void remove(std::string_view name);
  /// Removes in one pass what `unwanted(name, value)` says; its views are valid only within the call.
  template <class Unwanted>
  void removeIf(Unwanted&& unwanted) {
    std::erase_if(entries_, [&](const Entry& entry) {
      return unwanted(std::string_view(text_.data() + entry.name, entry.nameSize),
                      std::string_view(text_.data() + entry.value, entry.valueSize));
    });
  }
  /// The first value of this name.
  std::optional<std::string_view> find(std::string_view name) const;
  std::size_t count() const { return entries_.size(); }
  bool empty() const { return entries_.empty(); }
  /// Views are valid until the next change.
  Field at(std::size_t index) const {
    const Entry& entry = entries_[index];
    return {{text_.data() + entry.name, entry.nameSize}, {text_.data() + entry.value, entry.valueSize}};
  }
  /// Sum of the lengths of all names and values, bytes.
  std::size_t bytes() const;

 private:
  struct Entry {
    std::uint32_t name, nameSize, value, valueSize;
  };
  std::string text_;
  std::vector<Entry> entries_;
};

}  // namespace spillway::http

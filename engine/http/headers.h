// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

namespace spillway::http {

/// Header or trailer fields in their order, names in lower case. All of it is in one block of memory: the
/// text from its front on, the index from its end backwards.
class Headers {
 public:
  struct Field {
    std::string_view name, value;
  };

  Headers() = default;
  Headers(const Headers& other);
  Headers(Headers&& other) noexcept
      : block_(std::move(other.block_)),
        capacity_(std::exchange(other.capacity_, 0)),
        textSize_(std::exchange(other.textSize_, 0)),
        count_(std::exchange(other.count_, 0)) {}
  Headers& operator=(Headers other) noexcept {
    block_.swap(other.block_);
    std::swap(capacity_, other.capacity_);
    std::swap(textSize_, other.textSize_);
    std::swap(count_, other.count_);
    return *this;
  }
  ~Headers() = default;

  void add(std::string_view name, std::string_view value);
  /// Removes all fields of this name and adds one.
  void set(std::string_view name, std::string_view value);
  void remove(std::string_view name);
  /// Removes in one pass what `unwanted(name, value)` says; its views are valid only within the call.
  template <class Unwanted>
  void removeIf(Unwanted&& unwanted) {
    std::size_t kept = 0;
    for (std::size_t i = 0; i < count_; ++i) {
      const Field field = at(i);
      if (!unwanted(field.name, field.value)) entry(kept++) = entry(i);
    }
    count_ = static_cast<std::uint32_t>(kept);
  }
  void clear() { textSize_ = count_ = 0; }
  /// The first value of this name.
  std::optional<std::string_view> find(std::string_view name) const;
  std::size_t count() const { return count_; }
  bool empty() const { return count_ == 0; }
  /// Views are valid until the next change.
  Field at(std::size_t index) const {
    const Entry& found = entry(index);
    const char* name = text() + found.at;
    return {{name, found.nameSize}, {name + found.nameSize, found.valueSize}};
  }
  /// Sum of the lengths of all names and values, bytes.
  std::size_t bytes() const;

 private:
  /// A field's name and, right behind it, its value.
  struct Entry {
    std::uint32_t at, nameSize, valueSize;
  };
  const char* text() const { return reinterpret_cast<const char*>(block_.get()); }
  Entry& entry(std::size_t index) const { return block_[capacity_ - 1 - index]; }
  std::unique_ptr<Entry[]> grow(std::size_t bytes);

  std::unique_ptr<Entry[]> block_;
  std::uint32_t capacity_ = 0;  ///< entries that the block could hold if it held nothing else
  std::uint32_t textSize_ = 0, count_ = 0;
};

}  // namespace spillway::http

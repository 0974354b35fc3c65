// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/http/headers.h"

#include <algorithm>
#include <cstring>

namespace spillway::http {
namespace {

/// Bytes of the first block: enough for most heads.
constexpr std::size_t kFirstBlock = 768;

}  // namespace

Headers::Headers(const Headers& other)
    : capacity_(other.capacity_), textSize_(other.textSize_), count_(other.count_) {
  if (capacity_ == 0) return;
  block_ = std::make_unique_for_overwrite<Entry[]>(capacity_);
  std::memcpy(block_.get(), other.block_.get(), textSize_);
  std::copy_n(&other.block_[capacity_ - count_], count_, &block_[capacity_ - count_]);
}

/// Makes room for one more field of `bytes` bytes. Returns the block before: the field may lie in it.
std::unique_ptr<Headers::Entry[]> Headers::grow(std::size_t bytes) {
  const std::size_t needed = textSize_ + bytes + (count_ + 1) * sizeof(Entry);
  const std::size_t size = std::max({kFirstBlock, needed, std::size_t{2} * capacity_ * sizeof(Entry)});
  const auto capacity = static_cast<std::uint32_t>(size / sizeof(Entry) + 1);
  auto block = std::make_unique_for_overwrite<Entry[]>(capacity);
  if (block_) {
    std::memcpy(block.get(), block_.get(), textSize_);
    std::copy_n(&block_[capacity_ - count_], count_, &block[capacity - count_]);
  }
  capacity_ = capacity;
  return std::exchange(block_, std::move(block));
}

void Headers::add(std::string_view name, std::string_view value) {
  const std::size_t bytes = name.size() + value.size();
  const std::size_t needed = textSize_ + bytes + (count_ + 1) * sizeof(Entry);
  const auto before = needed > capacity_ * sizeof(Entry) ? grow(bytes) : nullptr;
  char* end = reinterpret_cast<char*>(block_.get()) + textSize_;
  if (!name.empty()) std::memcpy(end, name.data(), name.size());
  if (!value.empty()) std::memcpy(end + name.size(), value.data(), value.size());
  entry(count_) = {textSize_, static_cast<std::uint32_t>(name.size()),
                   static_cast<std::uint32_t>(value.size())};
  ++count_;
  textSize_ += static_cast<std::uint32_t>(bytes);
}

void Headers::set(std::string_view name, std::string_view value) {
  remove(name);
  add(name, value);
}

void Headers::remove(std::string_view name) {
  removeIf([&](std::string_view each, std::string_view) { return each == name; });
}

std::optional<std::string_view> Headers::find(std::string_view name) const {
  for (std::size_t i = 0; i < count_; ++i) {
    if (entry(i).nameSize != name.size()) continue;
    const Field field = at(i);
    if (field.name == name) return field.value;
  }
  return std::nullopt;
}

std::size_t Headers::bytes() const {
  std::size_t sum = 0;
  for (std::size_t i = 0; i < count_; ++i)
    sum += entry(i).nameSize + entry(i).valueSize;
  return sum;
}

}  // namespace spillway::http

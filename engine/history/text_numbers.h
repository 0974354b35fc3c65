// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "engine/history/database.h"

namespace spillway::history {

/// Numbers texts for the entries that hold them, each text once. For the one who writes, inside its
/// transactions. An epoch is a stretch of entries; a text that none of the kept epochs uses is forgotten.
class TextNumbers {
 public:
  explicit TextNumbers(Database&);
  /// The text's number; it is used by `epoch`, which never goes back.
  std::int64_t numberOf(std::string_view text, std::int64_t epoch);
  /// Forgets the texts that only epochs before this one use.
  void forgetBefore(std::int64_t epoch);
  /// After a transaction that was rolled back: what was numbered in it is not there.
  void forgetCache() { known_.clear(); }

 private:
  struct Known {
    std::int64_t number = 0, epoch = 0;
  };
  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  Known lookUp(std::string_view text, std::int64_t epoch);
  bool markUsed(std::int64_t number, std::int64_t epoch);

  Database& database_;
  Statement find_, insert_, use_, forget_;
  std::unordered_map<std::string, Known, Hash, std::equal_to<>> known_;
};

}  // namespace spillway::history

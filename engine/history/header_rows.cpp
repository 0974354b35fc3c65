// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/history/header_rows.h"

#include <fmt/core.h>

#include <algorithm>

namespace spillway::history {
namespace {

/// The text up to the next zero, which is taken away with it.
std::string_view takeText(std::string_view& packed) {
  const std::string_view text = packed.substr(0, packed.find('\0'));
  packed.remove_prefix(std::min(packed.size(), text.size() + 1));
  return text;
}

}  // namespace

std::string_view packedField(std::string_view packed, std::string_view name) {
  while (!packed.empty()) {
    const bool isIt = takeText(packed) == name;
    const std::string_view value = takeText(packed);
    if (isIt) return value;
  }
  return {};
}

/// A name in hexadecimal digits cannot break out of the text.
std::string keptFieldSql(std::string_view name) {
  std::string digits;
  for (const char c : name)
    digits += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return fmt::format(
      "kept_field((SELECT fields FROM entry_headers WHERE entry_headers.id = entries.id), x'{}')", digits);
}

HeaderRows::HeaderRows(Database& database)
    : insert_(database, "INSERT INTO entry_headers (id, fields) VALUES (?, ?)"),
      forget_(database, "DELETE FROM entry_headers WHERE id < ?") {}

void HeaderRows::write(std::int64_t entry, const observe::KeptFields& fields) {
  packed_.clear();
  for (const auto& [name, value] : fields)
    packed_.append(name).append(1, '\0').append(value).append(1, '\0');
  insert_.bind(entry).bindBlob(packed_).run();
}

void HeaderRows::forgetBefore(std::int64_t entry) {
  forget_.bind(entry).run();
}

HeaderFinder::HeaderFinder(Database& database)
    : find_(database, "SELECT fields FROM entry_headers WHERE id = ?") {}

observe::KeptFields HeaderFinder::find(std::int64_t entry) {
  observe::KeptFields fields;
  find_.bind(entry);
  if (find_.step()) {
    for (std::string_view packed = find_.blob(0); !packed.empty();) {
      const std::string_view name = takeText(packed);
      fields.emplace_back(name, takeText(packed));
    }
  }
  find_.reset();
  return fields;
}

}  // namespace spillway::history

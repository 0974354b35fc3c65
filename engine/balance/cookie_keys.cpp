// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/balance/cookie_keys.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "engine/base/base64url.h"
#include "engine/pki/key_file.h"

namespace spillway::balance {
namespace {

namespace fs = std::filesystem;

/// As long as browsers keep the cookies.
constexpr std::chrono::hours kKeyLife{7 * 24};
constexpr std::size_t kKeptKeys = 2;

/// One line of the file: "<id> <seconds since 1970> <secret in base64url>"; the newest key is first.
struct DatedKey {
  CookieKey key;
  std::chrono::sys_seconds made;
};

bool isPrivate(const std::string& file) {
  std::error_code error;
  const auto status = fs::status(file, error);
  const auto others = fs::perms::group_all | fs::perms::others_all;
  return !error && fs::is_regular_file(status) && (status.permissions() & others) == fs::perms::none;
}

std::vector<DatedKey> readKeys(const std::string& file) {
  if (!isPrivate(file)) return {};
  std::vector<DatedKey> keys;
  std::ifstream stream(file);
  for (std::string line; keys.size() < kKeptKeys && std::getline(stream, line);) {
    std::istringstream fields(line);
    unsigned int id = 0;
    std::int64_t made = 0;
    std::string secret;
    fields >> id >> made >> secret;
    const auto bytes = fromBase64Url(secret);
    DatedKey key{{}, std::chrono::sys_seconds(std::chrono::seconds(made))};
    if (!fields || id > 0xFF || !bytes || bytes->size() != key.key.secret.size()) return {};
    key.key.id = static_cast<std::uint8_t>(id);
    std::ranges::copy(*bytes, key.key.secret.begin());
    keys.push_back(key);
  }
  return keys;
}

Result<void> writeKeys(const std::string& file, const std::vector<DatedKey>& keys) {
  std::string text;
  for (const auto& [key, made] : keys) {
    const std::string_view secret(reinterpret_cast<const char*>(key.secret.data()), key.secret.size());
    text += fmt::format("{} {} {}\n", key.id, made.time_since_epoch().count(), toBase64Url(secret));
  }
  return pki::writeFileAtomically(file, text, 0600);
}

}  // namespace

Result<CookieSealer> openCookieKeys(const std::string& dataDirectory, WallTime now) {
  const std::string file = dataDirectory + "/cookie.key";
  std::error_code ignored;  // a folder that is missing is said by the lock
  fs::create_directories(dataDirectory, ignored);
  const auto lock = pki::FileLock::acquire(dataDirectory + "/cookie.lock");
  if (!lock) return failure(lock.error());
  std::vector<DatedKey> dated = readKeys(file);
  if (dated.empty() || dated.front().made + kKeyLife <= now) {
    const auto id = static_cast<std::uint8_t>(dated.empty() ? 0 : dated.front().key.id + 1);
    dated.insert(dated.begin(), {makeCookieKey(id), std::chrono::floor<std::chrono::seconds>(now)});
    dated.resize(std::min(dated.size(), kKeptKeys));
    if (const auto written = writeKeys(file, dated); !written) return failure(written.error());
  }
  std::vector<CookieKey> keys;
  keys.reserve(dated.size());
  for (const DatedKey& item : dated)
    keys.push_back(item.key);
  return CookieSealer(std::move(keys));
}

}  // namespace spillway::balance

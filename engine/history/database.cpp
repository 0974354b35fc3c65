// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/history/database.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <utility>

namespace spillway::history {
namespace {

/// Another program may be writing its batch.
constexpr int kPatience = 5000;  // milliseconds

/// Of SQLite's machine; a millisecond or some.
constexpr int kStepsBetweenQuestions = 10'000;

[[noreturn]] void fail(sqlite3* database) {
  throw DatabaseError(sqlite3_errcode(database), sqlite3_errmsg(database));
}

/// Its owner alone may read it; SQLite makes the files beside it with the same rights.
void makePrivate(const std::string& file) {
  const int made = ::open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (made >= 0) ::close(made);
}

}  // namespace

bool DatabaseError::isFull() const {
  return code_ == SQLITE_FULL;
}

bool DatabaseError::isDamaged() const {
  return code_ == SQLITE_CORRUPT || code_ == SQLITE_NOTADB;
}

bool DatabaseError::isInterrupted() const {
  return code_ == SQLITE_INTERRUPT;
}

Database::Database(const std::string& file, Access access) {
  const int mode =
      access == Access::ReadOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  if (access == Access::ReadWrite) makePrivate(file);
  sqlite3* opened = nullptr;
  const int code = sqlite3_open_v2(file.c_str(), &opened, mode | SQLITE_OPEN_NOMUTEX, nullptr);
  handle_.reset(opened);
  if (code != SQLITE_OK) throw DatabaseError(code, opened ? sqlite3_errmsg(opened) : sqlite3_errstr(code));
  sqlite3_busy_timeout(opened, kPatience);
}

void Database::Closer::operator()(sqlite3* handle) const {
  sqlite3_close_v2(handle);
}

void Database::run(const char* sql) {
  if (sqlite3_exec(native(), sql, nullptr, nullptr, nullptr) != SQLITE_OK) fail(native());
}

std::int64_t Database::number(const char* sql) {
  Statement statement(*this, sql);
  return statement.step() ? statement.integer(0) : 0;
}

std::int64_t Database::changes() const {
  return sqlite3_changes64(native());
}

void Database::endWhen(std::function<bool()> isToEnd) {
  isToEnd_ = std::move(isToEnd);
  const auto ask = [](void* given) { return (*static_cast<std::function<bool()>*>(given))() ? 1 : 0; };
  sqlite3_progress_handler(native(), kStepsBetweenQuestions, ask, &isToEnd_);
}

void Database::interrupt() {
  sqlite3_interrupt(native());
}

Statement::Statement(Database& database, std::string_view sql) {
  sqlite3_stmt* made = nullptr;
  const int code = sqlite3_prepare_v3(database.native(), sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &made, nullptr);
  if (code != SQLITE_OK) fail(database.native());
  handle_.reset(made);
}

void Statement::Finalizer::operator()(sqlite3_stmt* handle) const {
  sqlite3_finalize(handle);
}

void Statement::check(int code) const {
  if (code != SQLITE_OK) fail(sqlite3_db_handle(handle_.get()));
}

Statement& Statement::bind(std::int64_t value) {
  check(sqlite3_bind_int64(handle_.get(), ++bound_, value));
  return *this;
}

Statement& Statement::bind(std::string_view value) {
  check(sqlite3_bind_text64(handle_.get(), ++bound_, value.data() ? value.data() : "", value.size(),
                            SQLITE_TRANSIENT, SQLITE_UTF8));
  return *this;
}

Statement& Statement::bindBlob(std::string_view value) {
  check(sqlite3_bind_blob64(handle_.get(), ++bound_, value.data() ? value.data() : "", value.size(),
                            SQLITE_STATIC));
  return *this;
}

Statement& Statement::bindNull() {
  check(sqlite3_bind_null(handle_.get(), ++bound_));
  return *this;
}

bool Statement::step() {
  switch (sqlite3_step(handle_.get())) {
    case SQLITE_ROW:
      return true;
    case SQLITE_DONE:
      return false;
    default: {
      sqlite3* database = sqlite3_db_handle(handle_.get());
      const DatabaseError error(sqlite3_errcode(database), sqlite3_errmsg(database));
      reset();
      throw error;
    }
  }
}

void Statement::run() {
  step();
  reset();
}

void Statement::reset() {
  sqlite3_reset(handle_.get());
  bound_ = 0;
}

std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(handle_.get(), column);
}

std::optional<std::int64_t> Statement::integerOrNull(int column) const {
  if (sqlite3_column_type(handle_.get(), column) == SQLITE_NULL) return std::nullopt;
  return integer(column);
}

bool Statement::isBlob(int column) const {
  return sqlite3_column_type(handle_.get(), column) == SQLITE_BLOB;
}

std::string_view Statement::text(int column) const {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(handle_.get(), column));
  return text ? std::string_view(text, static_cast<std::size_t>(sqlite3_column_bytes(handle_.get(), column)))
              : std::string_view();
}

std::string_view Statement::blob(int column) const {
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(handle_.get(), column));
  return bytes
             ? std::string_view(bytes, static_cast<std::size_t>(sqlite3_column_bytes(handle_.get(), column)))
             : std::string_view();
}

Transaction::Transaction(Database& database) : database_(database) {
  database_.run("BEGIN IMMEDIATE");
}

Transaction::~Transaction() {
  if (!isOpen_ || sqlite3_get_autocommit(database_.native()) != 0) return;
  sqlite3_exec(database_.native(), "ROLLBACK", nullptr, nullptr, nullptr);
}

void Transaction::commit() {
  database_.run("COMMIT");
  isOpen_ = false;
}

}  // namespace spillway::history

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace spillway::history {

/// SQLite said no; the words are for people.
class DatabaseError : public std::runtime_error {
 public:
  DatabaseError(int primaryCode, const std::string& words) : std::runtime_error(words), code_(primaryCode) {}
  bool isFull() const;
  bool isDamaged() const;      ///< the file is no database, or a broken one
  bool isInterrupted() const;  ///< Database::interrupt() did it

 private:
  int code_;
};

/// A connection to an SQLite file. One thread, except interrupt(). Its functions throw DatabaseError.
class Database {
 public:
  enum class Access : std::uint8_t { ReadOnly, ReadWrite };
  /// ReadWrite makes the file when it is missing, readable by its owner alone.
  Database(const std::string& file, Access);
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  void run(const char* sql);
  std::int64_t number(const char* sql);  ///< the one value that it yields
  /// Rows that the last statement changed.
  std::int64_t changes() const;
  /// Asked now and then while a statement runs: true ends it, as an interruption. Not from within.
  void endWhen(std::function<bool()> isToEnd);
  /// Ends what runs now; any thread, as long as this lives.
  void interrupt();
  sqlite3* native() const { return handle_.get(); }

 private:
  struct Closer {
    void operator()(sqlite3*) const;
  };
  std::function<bool()> isToEnd_;  ///< asked by the handle while it lives
  std::unique_ptr<sqlite3, Closer> handle_;
};

/// A prepared statement of a database, which must live longer.
class Statement {
 public:
  Statement(Database&, std::string_view sql);

  /// Parameters are bound in order, from the first one after each reset().
  Statement& bind(std::int64_t);
  Statement& bind(std::string_view);      ///< copied
  Statement& bindBlob(std::string_view);  ///< must live until the statement has run
  Statement& bindNull();
  /// Whether there is a row (another row).
  bool step();
  /// One that yields nothing: steps once and resets.
  void run();
  void reset();

  std::int64_t integer(int column) const;
  std::optional<std::int64_t> integerOrNull(int column) const;
  bool isBlob(int column) const;
  std::string_view text(int column) const;  ///< until the next step()
  std::string_view blob(int column) const;  ///< the same

 private:
  void check(int code) const;
  struct Finalizer {
    void operator()(sqlite3_stmt*) const;
  };
  std::unique_ptr<sqlite3_stmt, Finalizer> handle_;
  int bound_ = 0;
};

/// Begins a transaction for writing; rolls back unless commit() was called.
class Transaction {
 public:
  explicit Transaction(Database& database);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  void commit();

 private:
  Database& database_;
  bool isOpen_ = true;
};

}  // namespace spillway::history

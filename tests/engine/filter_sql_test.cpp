// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/history/filter_sql.h"

#include <gtest/gtest.h>

#include <array>
#include <random>

#include "engine/history/reader.h"
#include "engine/history/row_writer.h"
#include "engine/history/schema.h"
#include "engine/observe/access_log_format.h"
#include "tests/support/random_records.h"
#include "tests/support/temporary_folder.h"

namespace spillway::history {
namespace {

constexpr int kRecords = 1500, kFilters = 1500;
const WallTime kNow(std::chrono::seconds(1'790'000'500));

/// Filters of any shape, whose values are such as the random records have.
class RandomFilters {
 public:
  explicit RandomFilters(std::mt19937& random) : random_(random) {}

  std::string filter(int depth = 0) {
    switch (random_() % (depth < 3 ? 6 : 3)) {
      case 3:
        return "not " + filter(depth + 1);
      case 4:
        return "(" + filter(depth + 1) + (random_() % 2 ? " and " : " or ") + filter(depth + 1) + ")";
      case 5:
        return filter(depth + 1) + (random_() % 2 ? " and " : " or ") + filter(depth + 1);
      default:
        return comparison();
    }
  }

 private:
  template <std::size_t N>
  std::string oneOf(const std::array<const char*, N>& words) {
    return words[random_() % N];
  }

  std::string comparison() {
    static constexpr std::array kAlone{"error",
                                       "since 8m",
                                       "GetFeature",
                                       "\"grpc-C\"",
                                       "grpc",
                                       "fail_open",
                                       "header[\"host\"] ~ l",
                                       "header[\"x\"] != 1",
                                       "header[\"X-Canary\"]",
                                       "header[\"x-canary\"] in (yes, no)",
                                       "header[\"x-canary\"] !~ e",
                                       "header[\"x-canary\"] contains ES",
                                       "header[\"it's\"] = \"a, b\"",
                                       "header[\"it's\"] != x"};
    if (random_() % 8 == 0) return oneOf(kAlone);
    const auto fields = filterFields();
    const FieldInfo& field = fields[random_() % fields.size()];
    const std::string name(field.aliases.empty() || random_() % 2 ? field.name : field.aliases[0]);
    if (random_() % 8 == 0) return name;
    if (random_() % 8 == 0) return name + " in (" + value(field) + ", " + value(field) + ")";
    static constexpr std::array kOrders{" = ", " != ", " < ", " <= ", " > ", " >= "};
    static constexpr std::array kMatches{" = ", " != ", " ~ ", " !~ ", " contains "};
    return name + (field.isText() ? oneOf(kMatches) : oneOf(kOrders)) + value(field);
  }

  std::string value(const FieldInfo& field) {
    static constexpr std::array kTexts{"lb1",        "\"127.0.0.1\"",
                                       "routeguide", "GetFeature",
                                       "POST",       "rg-2",
                                       "local-10",   "forward",
                                       "TLSv1.3",    "10",
                                       "::1",        "1",
                                       "\"^/a.b\"",  "\"[0-3]$\"",
                                       "curl",       "e",
                                       "\"\"",       "https",
                                       "message",    "\"127.0.0.1:50061\""};
    static constexpr std::array kStatuses{"200", "4xx", "5xx", "503", "0"};
    static constexpr std::array kDurations{"1ms", "0.5s", "2s", "0us", "1500us"};
    static constexpr std::array kSizes{"50kB", "1GB", "0", "2GiB", "51613"};
    static constexpr std::array kTimes{"5m ago", "2026-09-21T14:15Z", "now", "\"100 s ago\"", "2026-09-21"};
    static constexpr std::array kNumbers{"0", "1", "2", "14", "54022"};
    switch (field.type) {
      case FieldType::Text:
      case FieldType::OwnText:
        return oneOf(kTexts);
      case FieldType::Status:
        return oneOf(kStatuses);
      case FieldType::Duration:
        return oneOf(kDurations);
      case FieldType::Bytes:
        return oneOf(kSizes);
      case FieldType::Time:
        return oneOf(kTimes);
      case FieldType::Choice:
        return '"' + std::string(field.choices[random_() % field.choices.size()].name) + '"';
      case FieldType::Flag:
        return random_() % 2 ? "true" : "false";
      case FieldType::Number:
        break;
    }
    return oneOf(kNumbers);
  }

  std::mt19937& random_;
};

TEST(FilterSql, SelectsTheSameEntriesAsThePredicate) {
  const test::TemporaryFolder folder;
  const std::string file = folder.file("history.db");
  std::mt19937 random(2026);
  std::vector<std::shared_ptr<const observe::StreamRecord>> records;
  std::vector<observe::Event> events;
  for (int i = 0; i < kRecords; ++i) {
    records.push_back(test::randomRecord(random));
    events.emplace_back().record = records.back();
  }
  Database database(file, Database::Access::ReadWrite);
  ASSERT_TRUE(bringToSchema(database));
  RowWriter(database).write(events);
  const auto reader = Reader::open(file);
  ASSERT_TRUE(reader) << reader.error().detail;

  RandomFilters filters(random);
  int some = 0;
  for (int i = 0; i < kFilters; ++i) {
    const std::string text = filters.filter();
    const auto filter = Filter::parse(text, kNow);
    ASSERT_TRUE(filter) << text << "\n" << filter.error().position << ": " << filter.error().message;
    std::vector<std::int64_t> expected;
    for (int id = 1; id <= kRecords; ++id) {
      if (filter->matches(*records[static_cast<std::size_t>(id - 1)])) expected.push_back(id);
    }
    const auto found = (*reader)->ids(*filter, Order::OldestFirst);
    ASSERT_TRUE(found) << text << "\n" << filter->sql().text << "\n" << found.error().detail;
    ASSERT_EQ(*found, expected) << text << "\n" << filter->sql().text;
    some += !expected.empty() && expected.size() < kRecords ? 1 : 0;
    const auto inverse = Filter::parse("not (" + text + ")", kNow);
    ASSERT_TRUE(inverse);
    EXPECT_EQ((*reader)->count(*inverse).value() + static_cast<std::int64_t>(found->size()), kRecords)
        << text;
  }
  EXPECT_GT(some, kFilters / 3);  // else the filters say little
}

TEST(FilterSql, UsesAnIndexForStatusesAndTimes) {
  const test::TemporaryFolder folder;
  Database database(folder.file("history.db"), Database::Access::ReadWrite);
  ASSERT_TRUE(bringToSchema(database));
  addFilterFunctions(database);
  const std::pair<const char*, const char*> cases[] = {{"status = 503", "entries_status"},
                                                       {"status = 5xx", "entries_status"},
                                                       {"time > 10s ago", "entries_time"},
                                                       {"since 1m", "entries_time"},
                                                       {"grpc.status = UNAVAILABLE", "entries_grpc_status"},
                                                       {"target = 127.0.0.1:50061", "entries_target"}};
  for (const auto& [text, index] : cases) {
    const SqlCondition condition = Filter::parse(text, kNow)->sql();
    Statement plan(database, "EXPLAIN QUERY PLAN SELECT count(*) FROM entries WHERE " + condition.text);
    for (const auto& parameter : condition.parameters)
      std::visit([&](const auto& value) { plan.bind(value); }, parameter);
    std::string words;
    while (plan.step())
      words += std::string(plan.text(3)) + "; ";
    EXPECT_NE(words.find(index), std::string::npos) << text << ": " << words << "\n" << condition.text;
  }
}

}  // namespace
}  // namespace spillway::history

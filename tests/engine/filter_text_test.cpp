// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/history/filter_text.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "engine/history/filter.h"
#include "engine/history/reader.h"
#include "engine/history/row_writer.h"
#include "engine/history/schema.h"
#include "tests/support/random_records.h"
#include "tests/support/temporary_folder.h"

namespace spillway::history {
namespace {

const WallTime kNow(std::chrono::seconds(1'790'000'500));

bool selects(const std::string& text, const observe::StreamRecord& record) {
  const auto filter = Filter::parse(text, kNow);
  if (!filter) ADD_FAILURE() << text << ": " << filter.error().message;
  return filter && filter->matches(record);
}

TEST(FilterText, AClauseSelectsTheRequestThatItIsMadeOf) {
  std::mt19937 random(5);
  for (int i = 0; i < 300; ++i) {
    const auto record = test::randomRecord(random);
    for (const FieldInfo& field : filterFields()) {
      const std::string clause = clauseOf(field, *record);
      EXPECT_TRUE(selects(clause, *record)) << clause;
      EXPECT_FALSE(selects(allBut(clause), *record)) << allBut(clause);
      EXPECT_EQ(selects(allBut(allBut(clause)), *record), true) << clause;
    }
  }
}

TEST(FilterText, AnyTextCanBeAskedFor) {
  const std::string longOne(20'000, 'x');
  for (const std::string text : {"/a b", "and", "\"", "\\", "\\\"", "a=b", "(", "5ms", "caf\xC3\xA9 au lait",
                                 "\xFF\xFE", "tab\tand\nline", "/?q=1&r=%20", "'", longOne.c_str()}) {
    auto head = std::make_shared<observe::StreamHead>();
    head->path = text;
    observe::StreamRecord record;
    record.head = head;
    const std::string clause = clauseOf(*findField("path"), record);
    EXPECT_TRUE(selects(clause, record)) << clause;
    EXPECT_LT(clause.size(), 600U);
    EXPECT_TRUE(std::ranges::all_of(clause, [](char c) { return c >= ' ' && c <= '~'; })) << clause;
  }
}

TEST(FilterText, FiltersArePutTogetherAsTheyMean) {
  EXPECT_EQ(bothOf("", "status = 503"), "status = 503");
  EXPECT_EQ(bothOf("grpc", "status = 503"), "grpc and status = 503");
  EXPECT_EQ(bothOf("grpc or tls", "status = 503"), "(grpc or tls) and status = 503");
  EXPECT_EQ(bothOf("path = \"a or b\"", "grpc"), "path = \"a or b\" and grpc");
  EXPECT_EQ(eitherOf("grpc and tls", "status = 503"), "grpc and tls or status = 503");
  EXPECT_EQ(eitherOf("", "status = 503"), "");  // all, still
  EXPECT_EQ(allBut("not target"), "target");
  EXPECT_EQ(allBut("grpc and tls"), "not (grpc and tls)");
  std::mt19937 random(6);
  const auto pick = [&](const observe::StreamRecord& record) {
    return clauseOf(filterFields()[random() % filterFields().size()], record);
  };
  for (int i = 0; i < 500; ++i) {
    const auto one = test::randomRecord(random), other = test::randomRecord(random);
    const std::string a = eitherOf(pick(*one), pick(*other)), b = pick(*other);
    EXPECT_EQ(selects(bothOf(a, b), *one), selects(a, *one) && selects(b, *one)) << a << " | " << b;
    EXPECT_EQ(selects(eitherOf(a, b), *one), selects(a, *one) || selects(b, *one)) << a << " | " << b;
    EXPECT_EQ(selects(bothOf(a, allBut(b)), *one), selects(a, *one) && !selects(b, *one)) << a << " | " << b;
  }
}

TEST(FilterText, HeadersThatMayNotBeKeptAreTold) {
  for (const char* text : {"header[\"x-canary\"] = 1", "grpc and not (header[x-canary] or status = 200)"})
    EXPECT_NE(Filter::parse(text, kNow)->remark().find("Recording names it"), std::string::npos) << text;
  for (const char* text : {"", "grpc",
                           "header[\"User-Agent\"] ~ curl and header[host] and "
                           "header[\"X-Amzn-Trace-Id\"]"})
    EXPECT_EQ(Filter::parse(text, kNow)->remark(), "") << text;
}

TEST(FilterText, AHeaderIsAskedForByItsName) {
  const FieldInfo& canary = headerField("X-Canary");
  EXPECT_EQ(&canary, &headerField("x-canary"));
  std::mt19937 random(8);
  for (int i = 0; i < 100; ++i) {
    const auto record = test::randomRecord(random);
    const std::string value = valueText(canary, *record), clause = clauseOf(canary, *record);
    EXPECT_TRUE(selects(clause, *record)) << clause;
    EXPECT_EQ(selects("header[\"x-canary\"]", *record), !value.empty());
    if (value == "yes") {
      EXPECT_EQ(clause, "header[\"x-canary\"] = yes");
    }
  }
}

TEST(FilterText, AHistoryTellsWhichValuesItHas) {
  const test::TemporaryFolder folder;
  const std::string file = folder.file("history.db");
  std::mt19937 random(7);
  std::vector<observe::Event> events;
  for (int i = 0; i < 500; ++i)
    events.emplace_back().record = test::randomRecord(random);
  Database database(file, Database::Access::ReadWrite);
  ASSERT_TRUE(bringToSchema(database));
  RowWriter(database).write(events);
  const auto reader = Reader::open(file);
  ASSERT_TRUE(reader) << reader.error().detail;
  std::vector<FieldInfo> fields(filterFields().begin(), filterFields().end());
  fields.push_back(headerField("X-Canary"));
  for (const FieldInfo& field : fields) {
    std::map<std::string, int> counts;
    for (std::size_t i = 300; i < events.size(); ++i)
      ++counts[valueText(field, *events[i].record)];
    counts.erase("");
    if (!field.isOffered()) counts.clear();
    const auto values = (*reader)->values(field, 200, 1000);
    ASSERT_TRUE(values) << field.name << ": " << values.error().detail;
    EXPECT_EQ(values->size(), counts.size()) << field.name;
    int before = 200;
    for (const std::string& value : *values) {
      ASSERT_TRUE(counts.contains(value)) << field.name << ": " << value;
      EXPECT_LE(counts[value], before) << field.name << ": the frequent ones come first";
      before = counts[value];
    }
  }
  EXPECT_EQ((*reader)->values(*findField("target"), 200, 1).value().size(), 1U);
}

}  // namespace
}  // namespace spillway::history

// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/grpc/message_frame.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "tests/grpc/compressed.h"

namespace spillway::grpc {
namespace {

using test::compressed;
using test::gzip;
using testing::HasSubstr;
using namespace std::string_view_literals;

TEST(MessageFrame, FindsOneAfterTheOther) {
  const Bytes bytes = bytesOf("\0\0\0\0\2ab\1\0\0\0\0"sv);
  const auto first = frameAt(bytes, 0);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->payload, (ByteRange{5, 7}));
  EXPECT_FALSE(first->isCompressed);
  EXPECT_EQ(first->problem, "");
  const auto second = frameAt(bytes, first->range.end);
  ASSERT_TRUE(second);
  EXPECT_TRUE(second->isCompressed);
  EXPECT_EQ(second->size, 0u);
  EXPECT_EQ(second->problem, "");
  EXPECT_FALSE(frameAt(bytes, second->range.end));
}

TEST(MessageFrame, SaysWhatIsCutOff) {
  EXPECT_EQ(frameAt(bytesOf("\0\0\0"sv), 0)->problem, "the prefix of a message has 5 bytes, 3 are here");
  const auto cut = frameAt(bytesOf("\0\0\0\x10\0abc"sv), 0);
  EXPECT_EQ(cut->problem, "the prefix says 4,096 bytes, 3 are here");
  EXPECT_EQ(cut->payload, (ByteRange{5, 8}));
  EXPECT_EQ(cut->range, (ByteRange{0, 8}));
  EXPECT_THAT(frameAt(bytesOf("\7\0\0\0\0"sv), 0)->problem, HasSubstr("the first byte of the prefix is 7"));
  EXPECT_EQ(frameAt(bytesOf("\0\xff\xff\xff\xff"sv), 0)->size, 0xFFFFFFFFu);
}

TEST(MessageEncoding, OpensGzipAndDeflate) {
  std::mt19937 random(1);
  std::string text;
  for (int i = 0; i < 200'000; ++i)
    text += static_cast<char>('a' + random() % 16);
  EXPECT_EQ(openMessage(bytesOf(gzip(text)), "gzip").value(), text);
  EXPECT_EQ(openMessage(bytesOf(compressed(text, 15)), "deflate").value(), text);
  EXPECT_EQ(openMessage(bytesOf(gzip("")), "GZIP").value(), "");
}

TEST(MessageEncoding, SaysWhyAMessageCannotBeOpened) {
  const std::string good = gzip("a message that is a little longer than its head");
  const auto why = [](std::string_view bytes, std::string_view encoding) {
    const auto opened = openMessage(bytesOf(bytes), encoding);
    return opened ? "opened" : opened.error().detail;
  };
  EXPECT_THAT(why(good.substr(0, good.size() - 3), "gzip"), HasSubstr("cut off after 47 opened bytes"));
  EXPECT_THAT(why("", "gzip"), HasSubstr("cut off after 0 opened bytes"));
  EXPECT_EQ(why(good + "more", "gzip"), "4 bytes stand behind the end of the compressed message");
  EXPECT_THAT(why("plain text", "gzip"), HasSubstr("damaged after 0 opened bytes: incorrect header check"));
  EXPECT_THAT(why(good, "deflate"), HasSubstr("damaged"));
  EXPECT_EQ(why(good, "snappy"), "grpc-encoding is snappy; gzip and deflate can be opened");
  EXPECT_EQ(why(good, ""), "the message is marked as compressed, but grpc-encoding names no compression");
}

TEST(MessageEncoding, OpensNoBomb) {
  const std::string bomb = gzip(std::string(std::size_t{100} << 20, 'x'));
  EXPECT_LT(bomb.size(), 200'000u);
  const auto opened = openMessage(bytesOf(bomb), "gzip", 1 << 20);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().detail, "the message opens to more than 1,048,576 bytes: not opened further");
}

}  // namespace
}  // namespace spillway::grpc

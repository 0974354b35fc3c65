// SPDX-License-Identifier: GPL-3.0-or-later
// *.spillway-capture: what was written is read back whole; what is no such file is refused with a reason.
#include <gmock/gmock.h>
#include <zlib.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

#include "engine/export/capture_file.h"
#include "engine/history/capture_body.h"
#include "engine/history/entry_json.h"
#include "engine/history/entry_lines.h"
#include "engine/observe/access_log_format.h"
#include "tests/support/random_records.h"
#include "tests/support/stream_maker.h"
#include "tests/support/temporary_folder.h"

namespace spillway::exporting {
namespace {

using observe::CapturedKind;
using observe::Direction;
using observe::Hop;
using ::testing::HasSubstr;

std::string bytesOfFile(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void writeFile(const std::string& file, const std::string& bytes) {
  std::ofstream(file, std::ios::binary) << bytes;
}

void writeGzip(const std::string& file, const std::string& text) {
  const gzFile out = gzopen(file.c_str(), "wb");
  gzwrite(out, text.data(), static_cast<unsigned>(text.size()));
  gzclose(out);
}

/// All batches as one: how they were cut does not matter.
std::string wholeOf(const observe::CapturedStream& stream) {
  return history::encodeCapture(stream);
}

RecordedStream everyKind() {
  test::StreamMaker maker;
  maker.wire(Hop::Client, 3, 5);
  maker.head(Hop::Client, Direction::Request, {{":path", "/x"}, {"x-bytes", "\xff\x00\x01"}, {"", ""}});
  maker.attempt("127.0.0.1:50061");
  maker.bytes(Direction::Request, std::string("\0\xff binary", 9));
  maker.bytes(Direction::Request, std::string(700'000, 'x'), 400'000);
  auto& message = maker.part(CapturedKind::Message, Hop::Client, Direction::Request);
  message.number = 1;
  message.size = 5'000'000'000;
  message.compressed = true;
  auto& frame = maker.part(CapturedKind::Frame, Hop::Target, Direction::Response);
  frame.frameType = 1;
  frame.frameFlags = 5;
  frame.streamWindow = -7;
  frame.connectionWindow = 65'535;
  maker.part(CapturedKind::Reset, Hop::Target, Direction::Response).number = 8;
  for (int i = 0; i < 1200; ++i)
    maker.end(Hop::Client, Direction::Response);
  maker.trailers(Hop::Client, {{"grpc-status", "0"}});
  RecordedStream stream = maker.made();
  stream.capture.lostParts = 3;
  return stream;
}

class CaptureFile : public ::testing::Test {
 protected:
  std::string write(const std::vector<RecordedStream>& streams) {
    auto writer = openCaptureWriter(file_).value();
    for (const RecordedStream& stream : streams)
      EXPECT_TRUE(writer->write(stream).has_value());
    EXPECT_TRUE(writer->finish().has_value());
    return file_;
  }
  /// What is wrong with a file: on opening it, or while it is read.
  static std::string problemOf(const std::string& file) {
    auto reader = CaptureFileReader::open(file);
    if (!reader) return reader.error().detail;
    for (;;) {
      auto next = (*reader)->next();
      if (!next) return next.error().detail;
      if (!*next) return "";
    }
  }
  test::TemporaryFolder folder_;
  std::string file_ = folder_.file("a.spillway-capture");
};

TEST_F(CaptureFile, HasEveryPartOfAStream) {
  const RecordedStream written = everyKind();
  auto reader = CaptureFileReader::open(write({written})).value();
  const auto read = reader->next().value();
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(wholeOf(read->capture), wholeOf(written.capture));
  EXPECT_EQ(read->capture.lostParts, 3u);
  EXPECT_EQ(read->capture.stream, 7u);
  EXPECT_GT(read->capture.batches.size(), 2u) << "lines stay short";
  EXPECT_FALSE(reader->next().value().has_value());
  EXPECT_FALSE(reader->next().value().has_value());
}

TEST_F(CaptureFile, HasEverySummary) {
  std::mt19937 random(4);
  std::vector<RecordedStream> written(200);
  for (RecordedStream& stream : written)
    stream.record = test::randomRecord(random);
  auto reader = CaptureFileReader::open(write(written)).value();
  for (const RecordedStream& stream : written) {
    const auto read = reader->next().value();
    ASSERT_TRUE(read.has_value());
    EXPECT_EQ(history::jsonLine(*read->record), history::jsonLine(*stream.record));
    EXPECT_EQ(history::entryJson(*read->record), history::entryJson(*stream.record));
    EXPECT_TRUE(read->capture.batches.empty());
  }
  EXPECT_FALSE(reader->next().value().has_value());
}

TEST_F(CaptureFile, MayBeEmpty) {
  EXPECT_EQ(problemOf(write({})), "");
}

TEST_F(CaptureFile, AppearsWholeOrNotAtAll) {
  {
    auto writer = openCaptureWriter(file_).value();
    ASSERT_TRUE(writer->write(everyKind()).has_value());
    EXPECT_FALSE(std::filesystem::exists(file_));
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder_.path()));
  EXPECT_THAT(openCaptureWriter(folder_.file("no/where")).error().detail, HasSubstr("no/where"));
}

TEST_F(CaptureFile, EveryCutIsNoticed) {
  const std::string whole = bytesOfFile(write({everyKind(), everyKind()}));
  const std::string cut = folder_.file("cut");
  for (std::size_t size = 0; size < whole.size(); size += 1 + whole.size() / 60) {
    writeFile(cut, whole.substr(0, size));
    EXPECT_NE(problemOf(cut), "") << size << " of " << whole.size();
  }
  writeFile(cut, whole.substr(0, whole.size() - 20));
  EXPECT_THAT(problemOf(cut), HasSubstr("is cut"));
}

TEST_F(CaptureFile, EveryDamageIsNoticedOrHarmless) {
  const std::string whole = bytesOfFile(write({everyKind()}));
  std::mt19937 random(5);
  for (int i = 0; i < 200; ++i) {
    std::string damaged = whole;
    damaged[random() % damaged.size()] ^= static_cast<char>(1 + random() % 255);
    writeFile(folder_.file("damaged"), damaged);
    problemOf(folder_.file("damaged"));  // must not crash; gzip's checksum tells of most
  }
}

TEST_F(CaptureFile, SaysWhatIsWrong) {
  const std::string file = folder_.file("bad");
  EXPECT_THAT(problemOf(file), HasSubstr("Cannot open"));
  writeFile(file, "{\"format\":\"spillway-capture\",\"version\":1}\n");
  EXPECT_THAT(problemOf(file), HasSubstr("not gzip'd"));
  writeGzip(file, "{\"log\":{}}\n");
  EXPECT_THAT(problemOf(file), HasSubstr("no capture of Spillway"));
  writeGzip(file, "{\"format\":\"spillway-capture\",\"version\":2}\n");
  EXPECT_THAT(problemOf(file), HasSubstr("of a newer Spillway: its format has version 2"));
  const std::string head = "{\"format\":\"spillway-capture\",\"version\":1}\n";
  writeGzip(file, head);
  EXPECT_THAT(problemOf(file), HasSubstr("its last line is missing"));
  writeGzip(file, head + "{\"stream\":{}}\n{\"end\":{\"streams\":2}}\n");
  EXPECT_THAT(problemOf(file), HasSubstr("is damaged"));
  writeGzip(file, head + "nonsense\n");
  EXPECT_THAT(problemOf(file), HasSubstr("no JSON object"));
  writeGzip(file, head + "{\"stream\":{\"status\":\"many\"}}\n{\"end\":{\"streams\":1}}\n");
  EXPECT_THAT(problemOf(file), HasSubstr("The field 'status' of a stream cannot be \"many\""));
  for (const char* part :
       {R"({"kind":"odd","hop":"client","direction":"request","time":1})", R"({"kind":"end"})", "7",
        R"({"kind":"end","hop":"client","direction":"request","time":1,"number":-1})",
        R"({"kind":"bytes","hop":"client","direction":"request","time":1,"size":1,"bytes":"AAAA"})",
        R"({"kind":"bytes","hop":"client","direction":"request","time":1,"size":9,"bytes":"A"})",
        R"({"kind":"head","hop":"client","direction":"request","time":1,"fields":[["a"]]})"}) {
    writeGzip(file, head + "{\"stream\":{}}\n{\"parts\":[" + part + "]}\n{\"end\":{\"streams\":1}}\n");
    EXPECT_THAT(problemOf(file), HasSubstr("Part 1 of a stream makes no sense")) << part;
  }
}

TEST_F(CaptureFile, ALineThatNeverEndsIsRefused) {
  const gzFile out = gzopen(file_.c_str(), "wb");
  const std::string mebibyte(1024 * 1024, ' ');
  for (int i = 0; i < 40; ++i)
    gzwrite(out, mebibyte.data(), static_cast<unsigned>(mebibyte.size()));
  gzclose(out);
  EXPECT_THAT(problemOf(file_), HasSubstr("more than 32 MiB"));
}

}  // namespace
}  // namespace spillway::exporting

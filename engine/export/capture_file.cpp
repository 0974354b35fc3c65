// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/export/capture_file.h"

#include <fmt/core.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "engine/export/gzip_lines.h"
#include "engine/export/part_json.h"
#include "engine/history/entry_json.h"
#include "engine/observe/access_log_format.h"

namespace spillway::exporting {
namespace {

using Json = nlohmann::ordered_json;
using observe::CapturedBatch;
using observe::CapturedPart;

constexpr const char* kFormat = "spillway-capture";
constexpr int kVersion = 1;
/// Of one line: parts, and what they weigh.
constexpr std::size_t kLineParts = 500, kLineBytes = 256 * 1024;
/// What one stream may weigh in memory, and in parts. Larger ones are not of ours.
constexpr std::uint64_t kMostStreamBytes = 1024ULL * 1024 * 1024, kMostStreamParts = 1'000'000;

Error invalid(std::string words) {
  return {ErrorCode::Invalid, Side::Balancer, std::move(words)};
}

std::string textOf(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::size_t weightOf(const CapturedPart& part) {
  std::size_t weight = part.kept;
  if (!part.fields) return weight;
  for (const auto& [name, value] : *part.fields)
    weight += name.size() + value.size();
  return weight;
}

class CaptureFileWriter final : public StreamWriter {
 public:
  explicit CaptureFileWriter(OutputFile out) : out_(std::move(out)) {}

  Result<void> begin() {
    const Json head{{"format", kFormat},
                    {"version", kVersion},
                    {"writer", "Spillway " SPILLWAY_VERSION},
                    {"written", observe::formatIsoTime(wallNow())}};
    return out_.line(head.dump());
  }

  Result<void> write(const RecordedStream& stream) override {
    const std::string lost = stream.capture.lostParts == 0
                                 ? std::string()
                                 : fmt::format(",\"lostParts\":{}", stream.capture.lostParts);
    const std::string line = fmt::format(R"({{"stream":{}{}}})", history::entryJson(*stream.record), lost);
    if (auto written = out_.line(line); !written) return written;
    for (const auto& batch : stream.capture.batches) {
      if (auto written = write(*batch); !written) return written;
    }
    ++streams_;
    return {};
  }

  Result<void> finish() override {
    if (auto written = out_.line(Json{{"end", {{"streams", streams_}}}}.dump()); !written) return written;
    return out_.finish();
  }

 private:
  Result<void> write(const CapturedBatch& batch) {
    std::size_t from = 0, bytesAt = 0, weight = 0;
    for (std::size_t i = 0; i < batch.parts.size(); ++i) {
      weight += weightOf(batch.parts[i]);
      const bool isLast = i + 1 == batch.parts.size();
      if (!isLast && weight < kLineBytes && i + 1 - from < kLineParts) continue;
      const std::string line = "{\"parts\":" + partsJson(batch, from, i + 1, bytesAt) + '}';
      if (auto written = out_.line(line); !written) return written;
      from = i + 1;
      weight = 0;
    }
    return {};
  }

  GzipLineWriter out_;
  std::uint64_t streams_ = 0;
};

}  // namespace

Result<std::unique_ptr<StreamWriter>> openCaptureWriter(const std::string& file) {
  auto out = OutputFile::open(file);
  if (!out) return failure(out.error());
  auto writer = std::make_unique<CaptureFileWriter>(std::move(*out));
  if (auto begun = writer->begin(); !begun) return failure(begun.error());
  return std::unique_ptr<StreamWriter>(std::move(writer));
}

struct CaptureFileReader::Impl {
  std::string name;
  std::unique_ptr<GzipLineReader> lines;
  Json ahead;  ///< a line that was read already; null: none
  std::uint64_t streams = 0;
  bool isOver = false;

  Result<void> readLine(Json& line);
  Result<void> readHead();
  Result<RecordedStream> readStream(const Json& line);
  Result<void> addParts(const Json& line, RecordedStream& stream);
  Result<void> readEnd(const Json& line);
};

/// The next line; the end must not come by itself.
Result<void> CaptureFileReader::Impl::readLine(Json& line) {
  line = std::exchange(ahead, Json());
  if (!line.is_null()) return {};
  const auto text = lines->line();
  if (!text) return failure(text.error());
  if (!*text) return failure(invalid(fmt::format("'{}' is cut: its last line is missing.", name)));
  line = Json::parse(**text, nullptr, false);
  if (!line.is_object())
    return failure(invalid(fmt::format("'{}' has a line that is no JSON object.", name)));
  return {};
}

Result<void> CaptureFileReader::Impl::readHead() {
  Json head;
  if (auto read = readLine(head); !read) return read;
  const auto format = head.find("format"), version = head.find("version");
  const bool isOurs = format != head.end() && format->is_string() && format->get<std::string>() == kFormat &&
                      version != head.end() && version->is_number_integer();
  if (!isOurs) return failure(invalid(fmt::format("'{}' is no capture of Spillway.", name)));
  if (version->get<std::int64_t>() > kVersion)
    return failure(invalid(
        fmt::format("'{}' is of a newer Spillway: its format has version {}, this one reads version {}.",
                    name, version->dump(), kVersion)));
  return {};
}

Result<RecordedStream> CaptureFileReader::Impl::readStream(const Json& line) {
  RecordedStream stream;
  auto record = history::readEntryJson(textOf(line.at("stream")));
  if (!record) return failure(record.error());
  stream.record = std::move(*record);
  stream.capture.stream = stream.record->head->id;
  stream.capture.hasEnded = true;
  if (const auto lost = line.find("lostParts"); lost != line.end() && lost->is_number_unsigned())
    stream.capture.lostParts = lost->get<std::uint64_t>();
  std::uint64_t bytes = 0, parts = 0;
  for (;;) {
    Json next;
    if (auto read = readLine(next); !read) return failure(read.error());
    if (!next.contains("parts")) {
      ahead = std::move(next);
      return stream;
    }
    if (auto added = addParts(next, stream); !added) return failure(added.error());
    bytes += static_cast<std::uint64_t>(stream.capture.batches.back()->weight());
    parts += stream.capture.batches.back()->parts.size();
    if (bytes > kMostStreamBytes || parts > kMostStreamParts)
      return failure(invalid(fmt::format("'{}' has a stream that is too large for memory.", name)));
  }
}

Result<void> CaptureFileReader::Impl::addParts(const Json& line, RecordedStream& stream) {
  auto batch = readPartsJson(textOf(line.at("parts")));
  if (!batch) return failure(batch.error());
  (*batch)->stream = stream.capture.stream;
  stream.capture.batches.push_back(std::move(*batch));
  return {};
}

/// The line behind the last stream, and nothing behind it.
Result<void> CaptureFileReader::Impl::readEnd(const Json& line) {
  const auto end = line.find("end");
  const auto behind = lines->line();
  if (!behind) return failure(behind.error());
  if (end != line.end() && *end == Json{{"streams", streams}} && !*behind) return {};
  return failure(invalid(fmt::format("'{}' is damaged: a line is no part of a capture.", name)));
}

CaptureFileReader::CaptureFileReader(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
CaptureFileReader::~CaptureFileReader() = default;

Result<std::unique_ptr<CaptureFileReader>> CaptureFileReader::open(const std::string& file) {
  auto lines = GzipLineReader::open(file);
  if (!lines) return failure(lines.error());
  auto impl = std::make_unique<Impl>();
  impl->name = file;
  impl->lines = std::move(*lines);
  if (auto head = impl->readHead(); !head) return failure(head.error());
  return std::unique_ptr<CaptureFileReader>(new CaptureFileReader(std::move(impl)));
}

Result<std::optional<RecordedStream>> CaptureFileReader::next() {
  Impl& in = *impl_;
  if (in.isOver) return std::nullopt;
  Json line;
  const auto read = in.readLine(line);
  in.isOver = !read || !line.contains("stream");
  if (!read) return failure(read.error());
  if (in.isOver) {
    if (auto ended = in.readEnd(line); !ended) return failure(ended.error());
    return std::nullopt;
  }
  auto stream = in.readStream(line);
  in.isOver = !stream;
  if (!stream) return failure(stream.error());
  ++in.streams;
  return std::optional(std::move(*stream));
}

}  // namespace spillway::exporting

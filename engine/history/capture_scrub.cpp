// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/history/capture_scrub.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <utility>

#include "engine/base/text.h"

namespace spillway::history {
namespace {

using observe::CapturedBatch;
using observe::CapturedKind;
using observe::CapturedPart;
using observe::CapturedStream;
using observe::Direction;

constexpr std::size_t kPrefix = 5;  ///< of a gRPC message: whether it is compressed, and its length

/// What is kept of one direction's content, in one piece, and where its bytes came from.
struct Content {
  std::string bytes;
  std::vector<std::pair<CapturedBatch*, std::size_t>> places;  ///< of the pieces: batch, offset in its bytes
  std::vector<std::size_t> sizes;
  std::string encoding;
  bool isCut = false;
};

std::string encodingOf(const observe::FieldList& fields) {
  const auto found = std::ranges::find_if(
      fields, [](const auto& field) { return equalsIgnoringCase(field.first, "grpc-encoding"); });
  return found == fields.end() ? std::string() : found->second;
}

std::shared_ptr<CapturedBatch> copyOf(const CapturedBatch& batch) {
  auto copy = std::make_shared<CapturedBatch>();
  copy->stream = batch.stream;
  copy->first = batch.first;
  copy->parts = batch.parts;
  copy->bytes = batch.bytes;
  return copy;
}

/// Takes the content of a batch; what stands behind a cut is no part of it and is overwritten.
void collect(CapturedBatch& batch, std::array<Content, 2>& contents) {
  std::size_t at = 0;
  for (const CapturedPart& part : batch.parts) {
    Content& content = contents[static_cast<std::size_t>(part.direction)];
    if (part.kind == CapturedKind::Head && part.fields && content.encoding.empty())
      content.encoding = encodingOf(*part.fields);
    if (part.kind != CapturedKind::Bytes) continue;
    if (content.isCut) {
      std::fill_n(batch.bytes.begin() + static_cast<std::ptrdiff_t>(at), part.kept, '\0');
    } else {
      content.bytes.append(batch.bytes, at, part.kept);
      content.places.emplace_back(&batch, at);
      content.sizes.push_back(part.kept);
    }
    content.isCut = content.isCut || part.kept < part.size;
    at += part.kept;
  }
}

void putBack(const Content& content) {
  std::size_t at = 0;
  for (std::size_t i = 0; i < content.places.size(); ++i) {
    const auto& [batch, place] = content.places[i];
    std::memcpy(batch->bytes.data() + place, content.bytes.data() + at, content.sizes[i]);
    at += content.sizes[i];
  }
}

std::size_t lengthAt(std::string_view bytes, std::size_t at) {
  std::size_t length = 0;
  for (std::size_t i = at + 1; i < at + kPrefix; ++i)
    length = length << 8 | static_cast<std::uint8_t>(bytes[i]);
  return length;
}

void scrubMessages(Content& content, observe::MessagePlace place, const std::vector<std::string>& names,
                   observe::MessageScrubber& scrubber) {
  std::string& bytes = content.bytes;
  place.encoding = content.encoding;
  for (std::size_t at = 0; at + kPrefix <= bytes.size();) {
    place.isCompressed = bytes[at] != 0;
    const std::size_t begin = at + kPrefix, size = std::min(lengthAt(bytes, at), bytes.size() - begin);
    scrubber.scrub(place, names, {reinterpret_cast<std::uint8_t*>(bytes.data()) + begin, size});
    at = begin + size;
  }
}

/// Keeps how much passed, but not what.
void dropContent(CapturedBatch& batch) {
  batch.bytes.clear();
  for (CapturedPart& part : batch.parts)
    part.kept = 0;
}

}  // namespace

CapturedStream scrubbed(const CapturedStream& stream, std::string_view path,
                        const std::vector<std::string>& names, observe::MessageScrubber& scrubber) {
  CapturedStream clean = stream;
  std::array<Content, 2> contents;
  for (auto& batch : clean.batches) {
    auto copy = copyOf(*batch);
    stream.lostParts > 0 ? dropContent(*copy) : collect(*copy, contents);
    batch = std::move(copy);
  }
  for (const Direction direction : {Direction::Request, Direction::Response}) {
    Content& content = contents[static_cast<std::size_t>(direction)];
    scrubMessages(content, {path, direction}, names, scrubber);
    putBack(content);
  }
  return clean;
}

}  // namespace spillway::history

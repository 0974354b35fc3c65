// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/history/capture_body.h"

#include <type_traits>
#include <utility>

#include "engine/base/varint.h"

namespace spillway::history {
namespace {

using observe::CapturedBatch;
using observe::CapturedKind;
using observe::CapturedPart;
using observe::CapturedStream;

constexpr std::uint64_t kVersion = 1;
/// More of anything is no capture of ours.
constexpr std::uint64_t kMostParts = 1'000'000, kMostFields = 10'000;

std::int64_t microsOf(WallTime time) {
  return std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch()).count();
}

bool hasFields(CapturedKind kind) {
  return kind == CapturedKind::Head || kind == CapturedKind::Trailers || kind == CapturedKind::Attempt;
}

void putText(std::string& to, std::string_view text) {
  putVarint(to, text.size());
  to += text;
}

void putPart(std::string& to, const CapturedPart& part, std::int64_t& before) {
  putVarint(to, static_cast<std::uint64_t>(part.kind) << 3 | static_cast<std::uint64_t>(part.hop) << 2 |
                    static_cast<std::uint64_t>(part.direction) << 1 | (part.compressed ? 1U : 0U));
  const std::int64_t time = microsOf(part.time);
  putVarint(to, zigzag(time - std::exchange(before, time)));
  putVarint(to, part.number);
  putVarint(to, part.size);
  if (part.kind == CapturedKind::Bytes) putVarint(to, part.kept);
  if (part.kind == CapturedKind::Frame) {
    putVarint(to, part.frameType);
    putVarint(to, part.frameFlags);
    putVarint(to, zigzag(part.streamWindow));
    putVarint(to, zigzag(part.connectionWindow));
  }
  if (!hasFields(part.kind)) return;
  putVarint(to, part.fields ? part.fields->size() : 0);
  if (!part.fields) return;
  for (const auto& [name, value] : *part.fields) {
    putText(to, name);
    putText(to, value);
  }
}

/// Takes values from the front of bytes; once one is missing, all that follow are.
class Taker {
 public:
  explicit Taker(std::string_view bytes) : bytes_(bytes) {}
  bool failed() const { return failed_; }
  bool isEmpty() const { return bytes_.empty(); }

  std::uint64_t number(std::uint64_t most = UINT64_MAX) {
    const auto value = failed_ ? std::nullopt : takeVarint(bytes_);
    if (!value || *value > most) failed_ = true;
    return failed_ ? 0 : *value;
  }
  template <class T>
  void into(T& value) {
    value = static_cast<T>(number());
  }
  std::int64_t signedNumber() { return unzigzag(number()); }
  std::string_view text() {
    const std::uint64_t size = number(bytes_.size());
    if (failed_ || size > bytes_.size()) {
      failed_ = true;
      return {};
    }
    const std::string_view found = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return found;
  }

 private:
  std::string_view bytes_;
  bool failed_ = false;
};

CapturedPart takePart(Taker& from, std::int64_t& time) {
  CapturedPart part;
  const std::uint64_t bits = from.number();
  part.kind = static_cast<CapturedKind>(bits >> 3);
  part.hop = static_cast<observe::Hop>(bits >> 2 & 1);
  part.direction = static_cast<observe::Direction>(bits >> 1 & 1);
  part.compressed = (bits & 1) != 0;
  time += from.signedNumber();
  part.time = WallTime(std::chrono::microseconds(time));
  from.into(part.number);
  from.into(part.size);
  if (part.kind == CapturedKind::Bytes) from.into(part.kept);
  if (part.kind == CapturedKind::Frame) {
    from.into(part.frameType);
    from.into(part.frameFlags);
    part.streamWindow = static_cast<std::int32_t>(from.signedNumber());
    part.connectionWindow = static_cast<std::int32_t>(from.signedNumber());
  }
  if (!hasFields(part.kind)) return part;
  observe::FieldList fields;
  const std::uint64_t count = from.number(kMostFields);
  for (std::uint64_t i = 0; i < count && !from.failed(); ++i) {
    const std::string_view name = from.text();
    fields.emplace_back(name, from.text());
  }
  part.fields = std::make_shared<const observe::FieldList>(std::move(fields));
  return part;
}

/// Whether the batch has as many bytes as its parts say.
bool fits(const CapturedBatch& batch) {
  std::uint64_t kept = 0;
  for (const CapturedPart& part : batch.parts) {
    if (part.kind > CapturedKind::Wire) return false;
    kept += part.kept;
  }
  return kept == batch.bytes.size();
}

}  // namespace

std::string encodeCapture(const CapturedStream& stream) {
  std::uint64_t parts = 0, bytes = 0;
  for (const auto& batch : stream.batches) {
    parts += batch->parts.size();
    bytes += batch->bytes.size();
  }
  std::string to;
  to.reserve(bytes + parts * 16 + 1024);
  putVarint(to, kVersion);
  putVarint(to, stream.lostParts);
  putVarint(to, parts);
  std::int64_t time = 0;
  for (const auto& batch : stream.batches) {
    for (const CapturedPart& part : batch->parts)
      putPart(to, part, time);
  }
  putVarint(to, bytes);
  for (const auto& batch : stream.batches)
    to += batch->bytes;
  return to;
}

std::optional<CapturedStream> decodeCapture(std::string_view bytes) {
  Taker from(bytes);
  if (from.number() != kVersion) return std::nullopt;
  CapturedStream stream;
  stream.hasEnded = true;
  stream.lostParts = from.number();
  const std::uint64_t count = from.number(kMostParts);
  auto batch = std::make_shared<CapturedBatch>();
  std::int64_t time = 0;
  for (std::uint64_t i = 0; i < count && !from.failed(); ++i)
    batch->parts.push_back(takePart(from, time));
  batch->bytes = from.text();
  if (from.failed() || !from.isEmpty() || !fits(*batch)) return std::nullopt;
  stream.batches.push_back(std::move(batch));
  return stream;
}

}  // namespace spillway::history

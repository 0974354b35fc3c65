// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/grpc/message_frame.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <array>

#include "engine/base/text.h"
#include "engine/grpc/value_text.h"

namespace spillway::grpc {
namespace {

constexpr std::size_t kPrefix = 5;
/// zlib's own number of bits, and the flag for gzip's head.
constexpr int kZlib = 15, kGzip = 15 + 16;

auto refuse(const std::string& why) {
  return failure(Error{ErrorCode::Invalid, Side::Balancer, why});
}

/// A zlib stream that reads.
class Inflater {
 public:
  Inflater(Bytes bytes, int windowBits) : input_(bytes) {
    isGood_ = inflateInit2(&stream_, windowBits) == Z_OK;
  }
  ~Inflater() {
    if (isGood_) inflateEnd(&stream_);
  }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  Result<std::string> open(std::size_t largest) {
    std::string text;
    std::array<char, 16 << 10> block;
    int state = isGood_ ? Z_OK : Z_MEM_ERROR;
    while (state == Z_OK) {
      feed();
      stream_.next_out = reinterpret_cast<Bytef*>(block.data());
      stream_.avail_out = static_cast<uInt>(block.size());
      state = inflate(&stream_, Z_NO_FLUSH);
      text.append(block.data(), block.size() - stream_.avail_out);
      if (text.size() > largest)
        return refuse(
            fmt::format("the message opens to more than {} bytes: not opened further", grouped(largest)));
    }
    return end(state, std::move(text));
  }

 private:
  /// zlib counts in 32 bits.
  void feed() {
    if (stream_.avail_in > 0) return;
    const Bytes next = input_.first(std::min<std::size_t>(input_.size(), 1 << 30));
    input_ = input_.subspan(next.size());
    stream_.next_in = const_cast<Bytef*>(next.data());
    stream_.avail_in = static_cast<uInt>(next.size());
  }

  Result<std::string> end(int state, std::string text) const {
    if (state == Z_STREAM_END) {
      if (stream_.avail_in == 0 && input_.empty()) return text;
      return refuse(fmt::format("{} bytes stand behind the end of the compressed message",
                                grouped(stream_.avail_in + input_.size())));
    }
    if (state == Z_BUF_ERROR)
      return refuse(
          fmt::format("the compressed message is cut off after {} opened bytes", grouped(text.size())));
    return refuse(fmt::format("the compressed message is damaged after {} opened bytes: {}",
                              grouped(text.size()), stream_.msg ? stream_.msg : "zlib cannot read it"));
  }

  Bytes input_;
  z_stream stream_{};
  bool isGood_ = false;
};

}  // namespace

std::optional<MessageFrame> frameAt(Bytes bytes, std::size_t at) {
  if (at >= bytes.size()) return std::nullopt;
  const std::size_t left = bytes.size() - at;
  MessageFrame frame;
  if (left < kPrefix) {
    frame.range = {at, bytes.size()};
    frame.payload = {bytes.size(), bytes.size()};
    frame.problem = "the prefix of a message has 5 bytes, " + hereText(left);
    return frame;
  }
  const Bytes prefix = bytes.subspan(at, kPrefix);
  frame.isCompressed = prefix[0] != 0;
  frame.size = std::uint32_t{prefix[1]} << 24 | std::uint32_t{prefix[2]} << 16 |
               std::uint32_t{prefix[3]} << 8 | std::uint32_t{prefix[4]};
  const std::size_t begin = at + kPrefix;
  frame.payload = {begin, begin + std::min<std::size_t>(frame.size, bytes.size() - begin)};
  frame.range = {at, frame.payload.end};
  if (frame.payload.size() < frame.size) {
    frame.problem =
        fmt::format("the prefix says {} bytes, {}", grouped(frame.size), hereText(frame.payload.size()));
  } else if (prefix[0] > 1) {
    frame.problem = fmt::format(
        "the first byte of the prefix is {}; 0 (as it is) and 1 (compressed) are known", prefix[0]);
  }
  return frame;
}

Result<std::string> openMessage(Bytes payload, std::string_view encoding, std::size_t largest) {
  if (equalsIgnoringCase(encoding, "gzip")) return Inflater(payload, kGzip).open(largest);
  if (equalsIgnoringCase(encoding, "deflate")) return Inflater(payload, kZlib).open(largest);
  if (encoding.empty() || equalsIgnoringCase(encoding, "identity"))
    return refuse("the message is marked as compressed, but grpc-encoding names no compression");
  return refuse(fmt::format("grpc-encoding is {}; gzip and deflate can be opened", encoding));
}

}  // namespace spillway::grpc

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/observe/capture.h"

/// A captured stream made ready to look at.
namespace spillway::observe {

/// What a stream's content is made of.
enum class ContentKind : std::uint8_t {
  Grpc,       ///< length-prefixed messages
  WebSocket,  ///< frames of RFC 6455
  Http,       ///< a body in each direction
};

/// A gRPC message with the times at which it was whole on each hop; a WebSocket frame; or a whole body.
struct CapturedMessage {
  Direction direction = Direction::Request;
  bool compressed = false;
  std::uint32_t number = 0;            ///< from 1, in its direction
  std::uint64_t size = 0;              ///< payload bytes
  std::uint64_t at = 0;                ///< where its payload begins in its direction's content
  std::uint64_t kept = 0;              ///< payload bytes that were kept; fewer than `size`: cut
  WallTime arrived{};                  ///< at Spillway
  std::optional<WallTime> left;        ///< Spillway, whole; nullopt: not yet, or never, or not gRPC
  std::uint8_t opcode = 0;             ///< WebSocket (RFC 6455 §5.2)
  std::array<std::uint8_t, 4> mask{};  ///< WebSocket; zeros: none
};

/// Header or trailer fields on one hop.
struct CapturedFields {
  CapturedKind kind = CapturedKind::Head;  ///< or Trailers
  Hop hop = Hop::Client;
  Direction direction = Direction::Request;
  WallTime time{};
  std::shared_ptr<const FieldList> fields;
};

/// Grows with the stream: batches are added as they come. One thread.
class CaptureView {
 public:
  /// Takes what is new; earlier messages may get their second time.
  void add(const CapturedStream& more);

  StreamId stream() const { return stream_; }
  ContentKind kind() const { return kind_; }
  bool hasEnded() const { return hasEnded_; }
  std::uint64_t lostParts() const { return lostParts_; }
  std::size_t batches() const { return batches_.size(); }  ///< seen so far
  bool empty() const { return batches_.empty(); }

  /// All parts but Bytes, in the order in which they happened; valid until the view goes.
  const std::vector<const CapturedPart*>& parts() const { return parts_; }
  const std::vector<CapturedMessage>& messages() const { return messages_; }  ///< in order of arrival
  /// The message of this number in its direction, as a place in messages(); nullopt: it has not come.
  std::optional<std::size_t> messageAt(Direction direction, std::uint32_t number) const;
  const std::vector<CapturedFields>& fields() const { return fields_; }
  const std::vector<const CapturedPart*>& frames() const { return frames_; }

  /// Content that came in that direction, bytes: all of it, and how much of its beginning was kept.
  std::uint64_t contentSize(Direction direction) const { return way(direction).size; }
  std::uint64_t contentKept(Direction direction) const { return way(direction).kept; }
  /// Of the kept content, `count` bytes from `from` on, or as many as there are.
  std::string content(Direction direction, std::uint64_t from, std::uint64_t count) const;
  /// A message's payload as far as it was kept, unmasked.
  std::string payload(const CapturedMessage& message) const;

 private:
  struct Piece {
    std::uint64_t at;  ///< in the direction's content
    const CapturedBatch* batch;
    std::size_t from, size;  ///< in the batch's bytes
  };
  struct Way {
    std::uint64_t size = 0, kept = 0, messagesEnd = 0;
    bool isCut = false, isBroken = false;  ///< broken: no frames of WebSocket any more
    std::vector<Piece> pieces;
    std::vector<std::size_t> messages;  ///< places in messages_
  };
  const Way& way(Direction direction) const { return ways_[static_cast<std::size_t>(direction)]; }
  Way& way(Direction direction) { return ways_[static_cast<std::size_t>(direction)]; }
  void addBatch(const CapturedBatch& batch);
  void addContent(const CapturedBatch& batch, const CapturedPart& part, std::size_t from);
  void addMessage(const CapturedPart& part);
  void noteKind(const CapturedPart& head);
  void addBody(const CapturedPart& part);
  void addFrames(const CapturedPart& part);
  bool addFrame(Direction direction, WallTime time);
  void addPlace(const CapturedMessage& message);
  void refreshKept();

  StreamId stream_ = 0;
  ContentKind kind_ = ContentKind::Http;
  std::vector<std::shared_ptr<const CapturedBatch>> batches_;
  std::vector<const CapturedPart*> parts_, frames_;
  std::vector<CapturedMessage> messages_;
  std::vector<std::size_t> unsettled_;  ///< messages of which more may be kept
  std::vector<CapturedFields> fields_;
  Way ways_[2];
  std::uint64_t lostParts_ = 0;
  bool hasEnded_ = false;
};

}  // namespace spillway::observe

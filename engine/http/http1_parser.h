// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "engine/http/http1_framing.h"

struct llhttp__internal_s;  // NOLINT(bugprone-reserved-identifier): the library's own name

namespace spillway::http {

/// Whether llhttp, in strict mode, reads these field lines (with their empty line) as framing the same body.
bool strictParserAgrees(std::string_view fieldLines, BodyFraming expected);

/// Bytes; `count` is of fields.
struct HeadLimits {
  std::size_t line = 0, field = 0, fields = 0, count = 0;
};

/// Gathers a head, or trailers, up to the empty line, within limits. Bytes in, text out.
class Http1HeadReader {
 public:
  enum class Kind : std::uint8_t { Request, Response, Trailers };
  enum class State : std::uint8_t {
    Reading,
    Complete,
    LineTooLong,   ///< the first line
    FieldTooLong,  ///< one field line
    TooLarge,      ///< all field lines
    TooMany,       ///< number of fields
    Garbage,       ///< this is no HTTP
  };

  void begin(Kind kind, const HeadLimits& limits);
  /// Returns how many bytes were taken; none beyond the end of the head.
  std::size_t take(std::span<const std::uint8_t> bytes);
  State state() const { return state_; }
  bool isEmpty() const { return taken_ == 0; }
  /// As much as has come; empty lines before a request's are left out (RFC 9112 §2.2).
  const std::string& text() const { return text_; }
  /// Without a last line that is not whole.
  std::string wholeLines() const { return text_.substr(0, lineStart_); }
  std::uint64_t taken() const { return taken_; }

 private:
  void check();
  void endLine();

  Kind kind_ = Kind::Request;
  HeadLimits limits_;
  State state_ = State::Reading;
  std::string text_;
  std::size_t lineStart_ = 0;
  std::size_t fieldsStart_ = 0;
  std::size_t lines_ = 0;
  std::uint64_t taken_ = 0;
};

/// Finds a body's content in the bytes that follow its head; chunks are llhttp's business. Bytes in, places
/// of content out.
class Http1BodyReader {
 public:
  Http1BodyReader();
  ~Http1BodyReader();
  /// Any kind but None.
  void begin(BodyFraming framing);
  struct Piece {
    std::size_t offset, size;
  };
  /// Returns how many bytes were taken; none beyond the end of the body. pieces() then tells where in `bytes`
  /// its content lies.
  std::size_t take(std::span<const std::uint8_t> bytes);
  const std::vector<Piece>& pieces() const { return pieces_; }
  /// The content has ended. Trailers follow when chunked.
  bool hasEnded() const { return ended_; }
  bool isChunked() const { return framing_.kind == BodyKind::Chunked; }
  bool endsWithConnection() const { return framing_.kind == BodyKind::UntilClose; }
  /// One clear sentence; empty when all is well.
  const std::string& fault() const { return fault_; }
  /// Bytes of a body of known length that are still to come.
  std::uint64_t missing() const { return framing_.kind == BodyKind::Length ? framing_.length : 0; }

 private:
  friend struct Http1BodyCallbacks;
  std::size_t takeChunked(std::span<const std::uint8_t> bytes);

  BodyFraming framing_;
  std::unique_ptr<llhttp__internal_s> parser_;  ///< made for the first chunked body
  std::vector<Piece> pieces_;
  const char* input_ = nullptr;  ///< what is being parsed right now
  std::uint64_t overhead_ = 0;   ///< framing bytes that content has not paid for
  std::string fault_;
  bool ended_ = false;
};

}  // namespace spillway::http

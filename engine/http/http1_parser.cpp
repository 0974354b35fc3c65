// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/http/http1_parser.h"

#include <fmt/core.h>
#include <llhttp.h>

#include <algorithm>
#include <cstring>

#include "engine/http/http1_fields.h"

namespace spillway::http {
namespace {

/// The first line is not llhttp's business: it knows a fixed list of methods, and gives some of them, and
/// some versions, a meaning for the framing.
constexpr std::string_view kPlainRequestLine = "POST / HTTP/1.1\r\n";
constexpr std::string_view kChunkedHead = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
/// Chunk framing that may come without content: a flood of extensions or empty-handed bytes ends here.
constexpr std::uint64_t kOverheadLimit = 16 * 1024;
/// … and how many framing bytes each byte of content pays for: chunks of one byte cost five.
constexpr std::uint64_t kOverheadPerByte = 16;

int keepFraming(llhttp_t* parser) {
  auto& found = *static_cast<BodyFraming*>(parser->data);
  if (parser->flags & F_CHUNKED) {
    found = {BodyKind::Chunked, 0};
  } else if (parser->flags & F_CONTENT_LENGTH) {
    found = {parser->content_length > 0 ? BodyKind::Length : BodyKind::None, parser->content_length};
  } else {
    found = {};
  }
  return HPE_PAUSED;
}

const llhttp_settings_t& headSettings() {
  static const llhttp_settings_t settings = [] {
    llhttp_settings_t result;
    llhttp_settings_init(&result);
    result.on_headers_complete = keepFraming;
    return result;
  }();
  return settings;
}

/// A parser that has read the request line, to be copied: each head begins there.
const llhttp_t& parserAtFields() {
  static const llhttp_t parser = [] {
    llhttp_t result;
    llhttp_init(&result, HTTP_REQUEST, &headSettings());
    llhttp_execute(&result, kPlainRequestLine.data(), kPlainRequestLine.size());
    return result;
  }();
  return parser;
}

}  // namespace

bool strictParserAgrees(std::string_view fieldLines, BodyFraming expected) {
  // A body until the end of the connection is the absence of both fields.
  if (expected.kind == BodyKind::UntilClose) expected = {};
  BodyFraming found{BodyKind::UntilClose, 0};
  llhttp_t parser = parserAtFields();
  parser.data = &found;
  return llhttp_execute(&parser, fieldLines.data(), fieldLines.size()) == HPE_PAUSED && found == expected;
}

// ---- Heads
// -----------------------------------------------------------------------------------------------------

void Http1HeadReader::begin(Kind kind, const HeadLimits& limits) {
  kind_ = kind;
  limits_ = limits;
  state_ = State::Reading;
  text_.clear();
  lineStart_ = fieldsStart_ = lines_ = 0;
  taken_ = 0;
}

std::size_t Http1HeadReader::take(std::span<const std::uint8_t> bytes) {
  std::size_t at = 0;
  while (at < bytes.size() && state_ == State::Reading) {
    const auto* from = bytes.data() + at;
    const auto* lf = static_cast<const std::uint8_t*>(std::memchr(from, '\n', bytes.size() - at));
    const std::size_t count = lf ? static_cast<std::size_t>(lf - from) + 1 : bytes.size() - at;
    text_.append(reinterpret_cast<const char*>(from), count);
    at += count;
    taken_ += count;
    check();
    if (lf && state_ == State::Reading) endLine();
  }
  return at;
}

void Http1HeadReader::check() {
  const std::size_t line = text_.size() - lineStart_;
  if (lines_ == 0 && kind_ != Kind::Trailers) {
    const char first = text_.front();
    if (first != '\r' && first != '\n' && !isToken({&first, 1})) state_ = State::Garbage;
    if (line > limits_.line + 2) state_ = State::LineTooLong;
    return;
  }
  if (line > limits_.field + 2) state_ = State::FieldTooLong;
  if (text_.size() - fieldsStart_ > limits_.fields) state_ = State::TooLarge;
}

void Http1HeadReader::endLine() {
  const auto line = std::string_view(text_).substr(lineStart_);
  const bool isEmpty = line == "\r\n" || line == "\n";
  const bool isFirst = lines_ == 0 && kind_ != Kind::Trailers;
  if (isEmpty && isFirst) {
    // A few empty lines are an old browsers' habit; more are none.
    text_.clear();
    if (taken_ > 8 || kind_ == Kind::Response) state_ = State::Garbage;
    return;
  }
  if (isEmpty) {
    state_ = State::Complete;
    return;
  }
  ++lines_;
  lineStart_ = text_.size();
  if (isFirst) {
    fieldsStart_ = lineStart_;
    // HTTP/0.9 has nothing after its line: do not wait for it.
    if (kind_ == Kind::Request && line.find("HTTP/") == std::string_view::npos) state_ = State::Complete;
  } else if (lines_ - (kind_ == Kind::Trailers ? 0 : 1) > limits_.count) {
    state_ = State::TooMany;
  }
}

// ---- Bodies
// ----------------------------------------------------------------------------------------------------

/// llhttp's calls while it reads chunks.
struct Http1BodyCallbacks {
  static int body(llhttp_t* parser, const char* at, std::size_t size) {
    auto& reader = *static_cast<Http1BodyReader*>(parser->data);
    reader.pieces_.push_back({static_cast<std::size_t>(at - reader.input_), size});
    return 0;
  }

  static int chunkHeader(llhttp_t* parser) {
    if (parser->content_length != 0) return 0;
    static_cast<Http1BodyReader*>(parser->data)->ended_ = true;
    return HPE_PAUSED;
  }

  static const llhttp_settings_t& settings() {
    static const llhttp_settings_t table = [] {
      llhttp_settings_t result;
      llhttp_settings_init(&result);
      result.on_body = body;
      result.on_chunk_header = chunkHeader;
      return result;
    }();
    return table;
  }
};

Http1BodyReader::Http1BodyReader() = default;
Http1BodyReader::~Http1BodyReader() = default;

void Http1BodyReader::begin(BodyFraming framing) {
  framing_ = framing;
  pieces_.clear();
  overhead_ = 0;
  fault_.clear();
  ended_ = false;
  if (!isChunked()) return;
  if (!parser_) parser_ = std::make_unique<llhttp_t>();
  llhttp_init(parser_.get(), HTTP_REQUEST, &Http1BodyCallbacks::settings());
  parser_->data = this;
  llhttp_execute(parser_.get(), kChunkedHead.data(), kChunkedHead.size());
}

std::size_t Http1BodyReader::take(std::span<const std::uint8_t> bytes) {
  pieces_.clear();
  if (isChunked()) return takeChunked(bytes);
  std::size_t count = bytes.size();
  if (framing_.kind == BodyKind::Length) {
    count = static_cast<std::size_t>(std::min<std::uint64_t>(count, framing_.length));
    framing_.length -= count;
    ended_ = framing_.length == 0;
  }
  if (count > 0) pieces_.push_back({0, count});
  return count;
}

std::size_t Http1BodyReader::takeChunked(std::span<const std::uint8_t> bytes) {
  input_ = reinterpret_cast<const char*>(bytes.data());
  const auto result = llhttp_execute(parser_.get(), input_, bytes.size());
  std::size_t taken = bytes.size();
  if (ended_) {
    taken = static_cast<std::size_t>(llhttp_get_error_pos(parser_.get()) - input_);
  } else if (result != HPE_OK) {
    const char* reason = llhttp_get_error_reason(parser_.get());
    fault_ = fmt::format("The chunks are malformed: {}.", reason ? reason : "no reason known");
    return taken;
  }
  std::uint64_t content = 0;
  for (const Piece& piece : pieces_)
    content += piece.size;
  overhead_ += taken - content;
  overhead_ -= std::min(overhead_, content * kOverheadPerByte);
  if (overhead_ > kOverheadLimit) fault_ = "The chunks carry too little content for their framing.";
  return taken;
}

}  // namespace spillway::http

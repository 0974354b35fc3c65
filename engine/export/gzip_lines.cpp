// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/export/gzip_lines.h"

#include <fmt/core.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace spillway::exporting {
namespace {

constexpr std::size_t kBlock = 64 * 1024;
/// No line that is written here comes near.
constexpr std::size_t kMostLine = 32 * 1024 * 1024;
constexpr int kGzipWindow = 15 + 16;  ///< zlib.h: the largest window, with gzip's head

Error invalid(std::string words) {
  return {ErrorCode::Invalid, Side::Balancer, std::move(words)};
}

}  // namespace

struct GzipLineWriter::Impl {
  OutputFile out;
  z_stream stream{};
};

GzipLineWriter::GzipLineWriter(OutputFile out) : impl_(new Impl{std::move(out)}) {
  deflateInit2(&impl_->stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kGzipWindow, MAX_MEM_LEVEL,
               Z_DEFAULT_STRATEGY);
}

GzipLineWriter::~GzipLineWriter() {
  deflateEnd(&impl_->stream);
}

Result<void> GzipLineWriter::deflate(std::string_view text, int flush) {
  z_stream& stream = impl_->stream;
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  std::array<char, kBlock> block;
  do {
    stream.next_out = reinterpret_cast<Bytef*>(block.data());
    stream.avail_out = static_cast<uInt>(block.size());
    ::deflate(&stream, flush);
    const std::string_view made(block.data(), block.size() - stream.avail_out);
    if (auto written = impl_->out.write(made); !written) return written;
  } while (stream.avail_out == 0);
  return {};
}

Result<void> GzipLineWriter::line(std::string_view text) {
  if (auto written = deflate(text, Z_NO_FLUSH); !written) return written;
  return deflate("\n", Z_NO_FLUSH);
}

Result<void> GzipLineWriter::finish() {
  if (auto written = deflate({}, Z_FINISH); !written) return written;
  return impl_->out.commit();
}

struct GzipLineReader::Impl {
  std::string name;
  gzFile file = nullptr;
  std::string rest;  ///< read, and not given yet
  std::size_t at = 0;
  bool isOver = false;
  std::optional<Error> problem;  ///< behind what was read

  void fill();
};

GzipLineReader::GzipLineReader(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

GzipLineReader::~GzipLineReader() {
  gzclose(impl_->file);
}

Result<std::unique_ptr<GzipLineReader>> GzipLineReader::open(const std::string& file) {
  const gzFile opened = gzopen(file.c_str(), "rbe");
  if (!opened)
    return failure(Error{ErrorCode::System, Side::Balancer,
                         fmt::format("Cannot open '{}': {}.", file, std::strerror(errno))});
  auto impl = std::make_unique<Impl>();
  impl->name = file;
  impl->file = opened;
  std::unique_ptr<GzipLineReader> reader(new GzipLineReader(std::move(impl)));
  if (gzdirect(opened)) return failure(invalid(fmt::format("'{}' is no capture: it is not gzip'd.", file)));
  return reader;
}

void GzipLineReader::Impl::fill() {
  rest.erase(0, std::exchange(at, 0));
  const std::size_t before = rest.size();
  rest.resize(before + kBlock);
  const int read = gzread(file, rest.data() + before, kBlock);
  rest.resize(before + static_cast<std::size_t>(std::max(0, read)));
  int code = Z_OK;
  gzerror(file, &code);
  if (code == Z_BUF_ERROR) {
    problem = invalid(fmt::format("'{}' is cut: its end is missing.", name));
  } else if (read < 0) {
    problem = invalid(fmt::format("'{}' is damaged: it cannot be unpacked.", name));
  }
  isOver = read == 0 || problem.has_value();
}

Result<std::optional<std::string>> GzipLineReader::line() {
  Impl& in = *impl_;
  std::size_t looked = in.at;
  for (;;) {
    const auto end = in.rest.find('\n', looked);
    if (end != std::string::npos) {
      std::string text = in.rest.substr(in.at, end - in.at);
      in.at = end + 1;
      return text;
    }
    if (in.problem) return failure(*in.problem);
    if (in.isOver && in.at == in.rest.size()) return std::nullopt;
    if (in.isOver) return failure(invalid(fmt::format("'{}' is cut in the middle of a line.", in.name)));
    if (in.rest.size() - in.at > kMostLine)
      return failure(invalid(fmt::format("'{}' has a line of more than 32 MiB.", in.name)));
    looked = in.rest.size() - in.at;
    in.fill();
  }
}

}  // namespace spillway::exporting

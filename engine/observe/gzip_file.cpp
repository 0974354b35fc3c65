// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/observe/gzip_file.h"

#include <fmt/core.h>
#include <zlib.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

namespace spillway::observe {
namespace {

constexpr std::size_t kBlock = 64 * 1024;
constexpr int kBlocksPerStep = 16;

}  // namespace

GzipFile::GzipFile(std::string from, std::string to)
    : from_(std::move(from)), to_(std::move(to)), part_(to_ + ".part") {}

GzipFile::~GzipFile() {
  close();
}

GzipFile::Progress GzipFile::step() {
  if (!out_ && !open()) return failed();
  std::array<char, kBlock> block;
  for (int i = 0; i < kBlocksPerStep; ++i) {
    const std::size_t size = std::fread(block.data(), 1, block.size(), in_);
    if (size > 0 && gzwrite(out_, block.data(), static_cast<unsigned>(size)) <= 0) return failed();
    if (std::ferror(in_)) return failed();
    if (size < block.size()) return done();
  }
  return Progress::More;
}

bool GzipFile::open() {
  in_ = std::fopen(from_.c_str(), "rbe");
  if (!in_) return false;
  out_ = gzopen(part_.c_str(), "wbe");
  return out_ != nullptr;
}

GzipFile::Progress GzipFile::done() {
  std::error_code error;
  if (gzclose(std::exchange(out_, nullptr)) != Z_OK) return failed();
  std::filesystem::rename(part_, to_, error);
  if (error) return failed();
  std::filesystem::remove(from_, error);
  close();
  return Progress::Done;
}

GzipFile::Progress GzipFile::failed() {
  problem_ = fmt::format("Cannot compress '{}': {}.", from_, std::strerror(errno));
  close();
  std::error_code ignored;
  std::filesystem::remove(part_, ignored);
  return Progress::Failed;
}

void GzipFile::close() {
  if (in_) std::fclose(std::exchange(in_, nullptr));
  if (!out_) return;
  gzclose(std::exchange(out_, nullptr));
  std::error_code ignored;
  std::filesystem::remove(part_, ignored);
}

}  // namespace spillway::observe

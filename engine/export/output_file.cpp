// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/export/output_file.h"

#include <fmt/core.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace spillway::exporting {
namespace {

Error cannotWrite(const std::string& name) {
  return {ErrorCode::System, Side::Balancer,
          fmt::format("Cannot write '{}': {}.", name, std::strerror(errno))};
}

}  // namespace

Result<OutputFile> OutputFile::open(std::string name) {
  std::FILE* file = std::fopen((name + ".part").c_str(), "wbe");
  if (!file) return failure(cannotWrite(name));
  return OutputFile(std::move(name), file);
}

OutputFile::OutputFile(OutputFile&& other) noexcept
    : name_(std::move(other.name_)), file_(std::exchange(other.file_, nullptr)) {}

OutputFile::~OutputFile() {
  if (!file_) return;
  std::fclose(file_);
  std::remove(part().c_str());
}

Result<void> OutputFile::write(std::string_view bytes) {
  if (std::fwrite(bytes.data(), 1, bytes.size(), file_) != bytes.size()) return failure(cannotWrite(name_));
  return {};
}

Result<void> OutputFile::commit() {
  const bool isWritten = std::fclose(std::exchange(file_, nullptr)) == 0;
  if (isWritten && std::rename(part().c_str(), name_.c_str()) == 0) return {};
  const Error error = cannotWrite(name_);
  std::remove(part().c_str());
  return failure(error);
}

}  // namespace spillway::exporting

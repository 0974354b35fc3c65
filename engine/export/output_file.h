// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdio>
#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace spillway::exporting {

/// A file that appears whole or not at all: until commit() the bytes are in "<name>.part". One thread.
class OutputFile {
 public:
  static Result<OutputFile> open(std::string name);
  OutputFile(OutputFile&& other) noexcept;
  OutputFile& operator=(OutputFile&&) = delete;
  ~OutputFile();  ///< removes what was not committed

  Result<void> write(std::string_view bytes);
  Result<void> commit();

 private:
  OutputFile(std::string name, std::FILE* file) : name_(std::move(name)), file_(file) {}
  std::string part() const { return name_ + ".part"; }

  std::string name_;
  std::FILE* file_;
};

}  // namespace spillway::exporting

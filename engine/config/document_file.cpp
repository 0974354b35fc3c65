// SPDX-License-Identifier: GPL-3.0-or-later
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <system_error>

#include "engine/config/document_json.h"
#include "engine/config/draft.h"
#include "engine/config/validate.h"

namespace spillway::config {
namespace {

constexpr std::size_t kLargestFile = 16
                                     << 20;  // bytes; a workspace of a thousand targets has a hundredth of it

Error fileError(const char* verb, const std::string& file, int number) {
  const auto code =
      number == EACCES || number == EPERM || number == EROFS ? ErrorCode::AccessDenied : ErrorCode::System;
  return {code, Side::Balancer,
          fmt::format("Cannot {} \"{}\": {}.", verb, file, std::generic_category().message(number))};
}

Result<std::string> readFile(const std::string& file) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> stream(std::fopen(file.c_str(), "rbe"), std::fclose);
  if (!stream) return failure(fileError("read", file, errno));
  std::string text;
  char block[64 * 1024];
  while (const std::size_t count = std::fread(block, 1, sizeof block, stream.get())) {
    text.append(block, count);
    if (text.size() > kLargestFile) return failure(fileError("read", file, EFBIG));
  }
  if (std::ferror(stream.get())) return failure(fileError("read", file, errno));
  return text;
}

bool isAtOrBelow(const std::string& path, const std::string& ancestor) {
  return path.starts_with(ancestor) &&
         (path.size() == ancestor.size() || path[ancestor.size()] == '.' || path[ancestor.size()] == '[');
}

/// Whether an issue may only follow from a value that could not be read.
bool followsFrom(const Issue& issue, const std::vector<std::string>& lost) {
  const bool isReference = issue.path.ends_with(".targetGroup");
  return std::ranges::any_of(lost, [&](const std::string& path) {
    const bool groupNameLost =
        path.starts_with("targetGroups") && (path.ends_with(".name") || path.ends_with("]"));
    return isAtOrBelow(issue.path, path) || (isReference && (groupNameLost || path == "targetGroups"));
  });
}

/// A file that is being written beside the one it will replace; removed unless it did.
class ReplacementFile {
 public:
  explicit ReplacementFile(std::string target) : target_(std::move(target)), name_(target_ + ".XXXXXX") {
    descriptor_ = ::mkostemp(name_.data(), O_CLOEXEC);
  }
  ~ReplacementFile() {
    if (descriptor_ < 0) return;
    ::close(descriptor_);
    if (!replaced_) ::unlink(name_.c_str());
  }
  ReplacementFile(const ReplacementFile&) = delete;
  ReplacementFile& operator=(const ReplacementFile&) = delete;

  /// Each step returns false with errno set.
  bool isOpen() const { return descriptor_ >= 0; }
  bool write(std::string_view text) {
    while (!text.empty()) {
      const ssize_t count = ::write(descriptor_, text.data(), text.size());
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) return false;
      text.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
  }
  /// mkostemp made it 0600; a file that exists keeps its mode.
  bool inheritMode() {
    struct stat old {};
    return ::stat(target_.c_str(), &old) != 0 || ::fchmod(descriptor_, old.st_mode & 07777) == 0;
  }
  bool replace() {
    if (::fsync(descriptor_) != 0 || ::rename(name_.c_str(), target_.c_str()) != 0) return false;
    replaced_ = true;
    return true;
  }

 private:
  std::string target_, name_;
  int descriptor_ = -1;
  bool replaced_ = false;
};

/// Makes a rename in this folder survive a loss of power. Some file systems cannot; the file itself is whole
/// anyway.
void syncFolder(const std::filesystem::path& folder) {
  const int descriptor = ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return;
  ::fsync(descriptor);
  ::close(descriptor);
}

}  // namespace

Result<Document, std::vector<Issue>> loadDocument(const std::string& file) {
  const auto text = readFile(file);
  if (!text) return failure(std::vector<Issue>{{"", "", text.error().detail}});
  Draft draft = readDraft(*text);
  if (!draft.readable) return failure(std::move(draft.issues));
  std::vector<Issue> judged = validate(draft.document);
  if (draft.issues.empty() && !hasErrors(judged)) return std::move(draft.document);
  std::vector<Issue> issues = std::move(draft.issues);
  std::ranges::copy_if(judged, std::back_inserter(issues),
                       [&](const Issue& issue) { return !followsFrom(issue, draft.lost); });
  return failure(std::move(issues));
}

Result<void> saveDocument(const Document& document, const std::string& file) {
  std::error_code noSuchFile;
  const auto resolved = std::filesystem::canonical(file, noSuchFile);  // a link stays a link
  const std::filesystem::path target = noSuchFile ? std::filesystem::path(file) : resolved;
  ReplacementFile replacement(target.string());
  if (!replacement.isOpen() || !replacement.write(writeDocument(document)) || !replacement.inheritMode() ||
      !replacement.replace()) {
    return failure(fileError("write", file, errno));
  }
  syncFolder(target.parent_path());
  return {};
}

}  // namespace spillway::config

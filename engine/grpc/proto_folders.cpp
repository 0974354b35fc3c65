// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/grpc/proto_folders.h"

#include <fmt/format.h>
#include <google/protobuf/compiler/parser.h>
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <algorithm>
#include <fstream>

#include "engine/grpc/schema_files.h"

namespace spillway::grpc {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t kLargestProto = 8 << 20;
/// Whole disks are not searched.
constexpr std::size_t kMostEntries = 200'000;
/// How far above a file its imports are looked for.
constexpr int kMostParents = 12;

/// Mistakes are for the reading that makes the schema.
class Silent : public google::protobuf::io::ErrorCollector {
  void AddError(int, int, const std::string&) override {}
};

std::set<std::string> importsOf(const std::string& text) {
  google::protobuf::io::ArrayInputStream stream(text.data(), static_cast<int>(text.size()));
  Silent silent;
  google::protobuf::io::Tokenizer tokens(&stream, &silent);
  google::protobuf::compiler::Parser parser;
  parser.RecordErrorsTo(&silent);
  google::protobuf::FileDescriptorProto file;
  parser.Parse(&tokens, &file);
  return {file.dependency().begin(), file.dependency().end()};
}

bool isFile(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored);
}

bool isInside(const fs::path& file, const fs::path& folder) {
  return std::mismatch(folder.begin(), folder.end(), file.begin(), file.end()).first == folder.end();
}

/// Absolute and without a slash at the end, so that paths compare part by part.
fs::path tidy(const std::string& path) {
  std::error_code ignored;
  const fs::path tidied = fs::absolute(path, ignored).lexically_normal();
  return tidied.has_filename() ? tidied : tidied.parent_path();
}

/// A name that leads out of its folder is no import.
bool isPlainName(const fs::path& name) {
  return name.is_relative() && std::ranges::find(name, "..") == name.end();
}

Error wrong(const fs::path& path, const std::string& why) {
  return {ErrorCode::Invalid, Side::Balancer, fmt::format("{}: {}", path.string(), why)};
}

}  // namespace

ProtoFolders::ProtoFolders(const std::vector<std::string>& importPaths) {
  for (const std::string& path : importPaths)
    roots_.push_back(tidy(path));
}

Result<void> ProtoFolders::add(const std::string& path) {
  const fs::path absolute = tidy(path);
  std::error_code missing;
  const auto status = fs::status(absolute, missing);
  if (!fs::is_directory(status) && !fs::is_regular_file(status))
    return failure(wrong(absolute, "there is no such file or folder"));
  Result<void> added;
  if (fs::is_directory(status)) {
    added = addFolder(absolute);
  } else {
    addFile(absolute);
  }
  roots_.push_back(fs::is_directory(status) ? absolute : absolute.parent_path());
  return added;
}

Result<void> ProtoFolders::addFolder(const fs::path& folder) {
  std::vector<fs::path> found;
  std::error_code stopped;
  std::size_t seen = 0;
  using Walk = fs::recursive_directory_iterator;
  for (Walk at(folder, fs::directory_options::skip_permission_denied, stopped); !stopped && at != Walk();
       at.increment(stopped)) {
    if (++seen > kMostEntries)
      return failure(
          wrong(folder, fmt::format("more than {} files are below it: name a smaller one", kMostEntries)));
    if (at->path().extension() != ".proto" || !isFile(at->path())) continue;
    found.push_back(at->path());
    if (found.size() > kMostSchemaFiles)
      return failure(wrong(folder, fmt::format("more than {} .proto files are below it", kMostSchemaFiles)));
  }
  if (stopped) return failure(wrong(folder, "it cannot be read: " + stopped.message()));
  if (found.empty()) return failure(wrong(folder, "no .proto file is below it"));
  std::ranges::sort(found);
  for (const auto& file : found)
    addFile(file);
  return {};
}

void ProtoFolders::addFile(const fs::path& file) {
  if (!fullNames_.insert(file.generic_string()).second) return;
  files_.push_back(file);
  if (const auto text = read(file)) learnRoots(file, importsOf(*text));
}

void ProtoFolders::learnRoots(const fs::path& importer, const std::set<std::string>& imports) {
  for (const std::string& name : imports) {
    imported_.insert(name);
    if (find(name) || builtInFile(name) || !isPlainName(name)) continue;
    fs::path folder = importer.parent_path();
    for (int i = 0; i < kMostParents; ++i, folder = folder.parent_path()) {
      if (!isFile(folder / name)) continue;
      roots_.push_back(folder);
      if (const auto text = read(folder / name)) learnRoots(folder / name, importsOf(*text));
      break;
    }
  }
}

std::vector<std::string> ProtoFolders::names() const {
  std::vector<std::string> names;
  for (const auto& file : files_)
    names.push_back(nameOf(file));
  return names;
}

std::string ProtoFolders::nameOf(const fs::path& file) const {
  std::string name;
  for (const auto& root : roots_) {
    if (!isInside(file, root)) continue;
    std::string candidate = file.lexically_relative(root).generic_string();
    if (find(candidate) != file) continue;  // another root's file has this name
    if (imported_.contains(candidate)) return candidate;
    if (name.empty()) name = std::move(candidate);
  }
  return name.empty() ? file.generic_string() : name;
}

std::optional<fs::path> ProtoFolders::find(const std::string& name) const {
  if (fullNames_.contains(name)) return name;
  if (!isPlainName(name)) return std::nullopt;
  for (const auto& root : roots_) {
    if (isFile(root / name)) return root / name;
  }
  return std::nullopt;
}

Result<std::string> ProtoFolders::read(const fs::path& file) {
  std::error_code missing;
  const auto size = fs::file_size(file, missing);
  if (missing) return failure(wrong(file, "it cannot be read: " + missing.message()));
  if (size > kLargestProto) return failure(wrong(file, "it is larger than 8 MiB"));
  std::ifstream stream(file, std::ios::binary);
  std::string text((std::istreambuf_iterator<char>(stream)), {});
  if (!stream.is_open() || stream.bad()) return failure(wrong(file, "it cannot be read"));
  return text;
}

}  // namespace spillway::grpc

// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/grpc/proto_source.h"

#include <fmt/format.h>
#include <google/protobuf/compiler/importer.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <algorithm>
#include <set>

#include "engine/grpc/proto_folders.h"
#include "engine/grpc/schema_files.h"

namespace spillway::grpc {
namespace {

namespace pb = google::protobuf;

/// A stream that owns its text.
class TextStream : public pb::io::ZeroCopyInputStream {
 public:
  explicit TextStream(std::string text)
      : text_(std::move(text)), stream_(text_.data(), static_cast<int>(text_.size())) {}

  bool Next(const void** data, int* size) override { return stream_.Next(data, size); }
  void BackUp(int count) override { stream_.BackUp(count); }
  bool Skip(int count) override { return stream_.Skip(count); }
  int64_t ByteCount() const override { return stream_.ByteCount(); }

 private:
  const std::string text_;
  pb::io::ArrayInputStream stream_;
};

/// The files on the disk, and the well-known types wherever protobuf is not installed.
class Imports : public pb::compiler::SourceTree {
 public:
  explicit Imports(const ProtoFolders& folders) : folders_(folders) {}

  pb::io::ZeroCopyInputStream* Open(const std::string& name) override {
    if (const auto file = folders_.find(name)) return open(*file);
    if (builtInFile(name))
      return new TextStream(pb::DescriptorPool::generated_pool()->FindFileByName(name)->DebugString());
    error_ = "it is in no import path, nor above the files that import it";
    return nullptr;
  }
  std::string GetLastErrorMessage() override { return error_; }

 private:
  pb::io::ZeroCopyInputStream* open(const std::filesystem::path& file) {
    auto text = ProtoFolders::read(file);
    if (!text) {
      error_ = text.error().detail;
      return nullptr;
    }
    bytes_ += text->size();
    if (bytes_ > kMostSchemaBytes || ++files_ > kMostSchemaFiles) {
      error_ = "more files are imported than are read: 4,000 of together 64 MiB";
      return nullptr;
    }
    return new TextStream(std::move(*text));
  }

  const ProtoFolders& folders_;
  std::string error_;
  std::size_t bytes_ = 0, files_ = 0;
};

class Problems : public pb::compiler::MultiFileErrorCollector {
 public:
  void AddError(const std::string& file, int line, int column, const std::string& message) override {
    // The importer counts from 0, and says -1 for the file as a whole.
    list.push_back({file, line + 1, line < 0 ? 0 : column + 1, message});
  }

  std::vector<SchemaProblem> list;
};

/// Files in the order in which they need each other, with their comments and lines.
class FileList {
 public:
  void add(const pb::FileDescriptor& file) {
    if (!seen_.insert(&file).second) return;
    for (int i = 0; i < file.dependency_count(); ++i)
      add(*file.dependency(i));
    auto& copy = files.emplace_back();
    file.CopyTo(&copy);
    file.CopyJsonNameTo(&copy);
    file.CopySourceCodeInfoTo(&copy);
  }

  std::vector<pb::FileDescriptorProto> files;

 private:
  std::set<const pb::FileDescriptor*> seen_;
};

std::string originOf(const ProtoSource& source) {
  if (source.paths.size() == 1) return source.paths[0];
  return fmt::format("{} and {} more", source.paths[0], source.paths.size() - 1);
}

}  // namespace

Result<std::shared_ptr<const Schema>> readProtoFiles(const ProtoSource& source) {
  if (source.paths.empty())
    return failure(Error{ErrorCode::Invalid, Side::Balancer, "no .proto file or folder is named"});
  ProtoFolders folders(source.importPaths);
  for (const std::string& path : source.paths) {
    if (auto added = folders.add(path); !added) return failure(std::move(added).error());
  }
  Imports imports(folders);
  Problems problems;
  pb::compiler::Importer importer(&imports, &problems);
  FileList list;
  for (const std::string& name : folders.names()) {
    if (const auto* file = importer.Import(name)) list.add(*file);
  }
  return makeSchema(originOf(source), list.files, std::move(problems.list));
}

}  // namespace spillway::grpc

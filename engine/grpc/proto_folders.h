// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/base/result.h"

namespace spillway::grpc {

/// Finds .proto files on the disk and the folders that their imports are meant from.
class ProtoFolders {
 public:
  explicit ProtoFolders(const std::vector<std::string>& importPaths);

  /// Takes a .proto file, or a folder with all that are below it. An error says why that cannot be.
  Result<void> add(const std::string& path);
  /// The files taken, by the names that other files import them by: "routeguide/route.proto".
  std::vector<std::string> names() const;
  /// The file on the disk that an import means; nullopt when it is nowhere.
  std::optional<std::filesystem::path> find(const std::string& name) const;

  /// The text of a file, which is bounded; an error says why there is none.
  static Result<std::string> read(const std::filesystem::path& file);

 private:
  Result<void> addFolder(const std::filesystem::path& folder);
  void addFile(const std::filesystem::path& file);
  void learnRoots(const std::filesystem::path& importer, const std::set<std::string>& imports);
  std::string nameOf(const std::filesystem::path& file) const;

  std::vector<std::filesystem::path> roots_;  ///< import paths, then the folders found
  std::vector<std::filesystem::path> files_;
  std::set<std::string> fullNames_;  ///< of the files
  std::set<std::string> imported_;   ///< names that the files import
};

}  // namespace spillway::grpc

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QStringList>
#include <QThreadPool>
#include <map>
#include <set>
#include <stop_token>
#include <string>

#include "engine/grpc/schema.h"
#include "ui/bridge/engine_bridge.h"
#include "ui/bridge/workspace.h"

namespace spillway::ui {

/// "*.proto", and those of descriptor sets.
QStringList schemaFilePatterns();
/// Whether the file can be a schema by its name; a folder can.
bool isSchemaFile(const QString& path);

/// The schemas of gRPC services that the window knows: asked from healthy targets by server reflection, once
/// for each target until it has been away, and read from files that a person gave. Asks and reads in a thread
/// of its own. UI thread.
class SchemaStore : public QObject {
  Q_OBJECT

 public:
  SchemaStore(EngineBridge& bridge, Workspace& workspace, QObject* parent = nullptr);
  ~SchemaStore() override;

  /// A value: copy it for another thread.
  const grpc::Schemas& schemas() const { return schemas_; }
  /// Asks this target ("127.0.0.1:50061") for its schema, unless it was asked already.
  void want(const std::string& target);
  /// Why a target, or a file, gave no schema; empty: it gave one, or was not asked yet.
  QString problemOf(const std::string& origin) const;
  bool isAsking(const std::string& target) const { return asking_.contains(target); }

  /// .proto files, folders of them, descriptor sets; kept for the next start.
  void addFiles(const QStringList& paths);
  void removeFile(const QString& path);
  QStringList files() const { return files_; }

 signals:
  void changed();
  /// What of a file could not be used, in words.
  void problem(const QString& words);

 private:
  void follow(const std::vector<TargetStatus>& targets);
  bool isGrpc(const std::string& group) const;
  bool hasTls(const std::string& target) const;
  void ask(const std::string& target);
  void read(const QString& path);
  void keepFiles() const;

  EngineBridge& bridge_;
  Workspace& workspace_;
  grpc::Schemas schemas_;
  std::set<std::string> asked_, asking_;
  std::map<std::string, QString> problems_;
  QStringList files_;
  std::stop_source stop_;
  QThreadPool pool_;  ///< one thread
};

}  // namespace spillway::ui

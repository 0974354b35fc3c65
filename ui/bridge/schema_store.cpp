// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/bridge/schema_store.h"

#include <QDir>
#include <QFileInfo>
#include <QSettings>
#include <algorithm>

#include "engine/grpc/descriptor_set_source.h"
#include "engine/grpc/proto_source.h"
#include "engine/grpc/reflection_source.h"

namespace spillway::ui {

namespace {

constexpr auto kFilesKey = "schemas/files";

QString toQt(const std::string& text) {
  return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

bool isProto(const QString& path) {
  return QFileInfo(path).isDir() || path.endsWith(QStringLiteral(".proto"));
}

Result<std::shared_ptr<const grpc::Schema>> readFile(const QString& path) {
  if (isProto(path)) return grpc::readProtoFiles({{path.toStdString()}, {}});
  return grpc::readDescriptorSet(path.toStdString());
}

}  // namespace

QStringList schemaFilePatterns() {
  return {QStringLiteral("*.proto"), QStringLiteral("*.pb"), QStringLiteral("*.desc"),
          QStringLiteral("*.protoset"), QStringLiteral("*.binpb")};
}

bool isSchemaFile(const QString& path) {
  const QFileInfo file(path);
  return file.isDir() || QDir::match(schemaFilePatterns(), file.fileName());
}

SchemaStore::SchemaStore(EngineBridge& bridge, Workspace& workspace, QObject* parent)
    : QObject(parent), bridge_(bridge), workspace_(workspace) {
  pool_.setMaxThreadCount(1);
  connect(&bridge_, &EngineBridge::targetsChanged, this, &SchemaStore::follow);
  for (const QString& file : QSettings().value(QLatin1String(kFilesKey)).toStringList()) {
    files_ << file;
    read(file);
  }
}

SchemaStore::~SchemaStore() {
  stop_.request_stop();
  pool_.clear();
  pool_.waitForDone();
}

void SchemaStore::want(const std::string& target) {
  if (target.empty() || !asked_.insert(target).second) return;
  ask(target);
}

QString SchemaStore::problemOf(const std::string& origin) const {
  const auto found = problems_.find(origin);
  return found == problems_.end() ? QString() : found->second;
}

/// Another version of the program may come back where a target was away.
void SchemaStore::follow(const std::vector<TargetStatus>& targets) {
  for (const TargetStatus& target : targets) {
    const std::string address = target.id.address + ':' + std::to_string(target.id.port);
    if (target.state != observe::TargetState::Healthy) {
      asked_.erase(address);
    } else if (isGrpc(target.id.group)) {
      want(address);
    }
  }
}

bool SchemaStore::isGrpc(const std::string& name) const {
  return std::ranges::any_of(workspace_.document().targetGroups, [&](const config::TargetGroup& group) {
    return group.name == name && group.protocolVersion == config::ProtocolVersion::Grpc;
  });
}

bool SchemaStore::hasTls(const std::string& target) const {
  for (const config::TargetGroup& group : workspace_.document().targetGroups) {
    for (const config::Target& each : group.targets) {
      if (each.id + ':' + std::to_string(each.port) == target)
        return group.protocol == config::Protocol::Https;
    }
  }
  return false;
}

void SchemaStore::ask(const std::string& target) {
  asking_.insert(target);
  grpc::ReflectionTarget from{.address = target};
  if (hasTls(target)) from.tls = grpc::ChannelTls::Unchecked;
  pool_.start([this, from, stop = stop_.get_token()] {
    auto answer = grpc::readReflection(from, stop);
    QMetaObject::invokeMethod(this, [this, target = from.address, answer = std::move(answer)] {
      asking_.erase(target);
      if (answer) {
        problems_.erase(target);
        schemas_.add(*answer);
      } else {
        problems_[target] = toQt(answer.error().detail);
      }
      Q_EMIT changed();
    });
  });
}

void SchemaStore::addFiles(const QStringList& paths) {
  for (const QString& path : paths) {
    const QString file = QFileInfo(path).absoluteFilePath();
    if (!files_.contains(file)) files_ << file;
    read(file);
  }
  keepFiles();
}

void SchemaStore::removeFile(const QString& path) {
  files_.removeAll(path);
  schemas_.remove(path.toStdString());
  problems_.erase(path.toStdString());
  keepFiles();
  Q_EMIT changed();
}

void SchemaStore::read(const QString& path) {
  pool_.start([this, path] {
    auto schema = readFile(path);
    QMetaObject::invokeMethod(this, [this, path, schema = std::move(schema)] {
      if (!files_.contains(path)) return;  // it was taken away meanwhile
      if (!schema) {
        problems_[path.toStdString()] = toQt(schema.error().detail);
        Q_EMIT changed();
        Q_EMIT problem(QStringLiteral("%1: %2").arg(path, toQt(schema.error().detail)));
        return;
      }
      problems_.erase(path.toStdString());
      for (const grpc::SchemaProblem& each : (*schema)->problems())
        Q_EMIT problem(toQt(each.text()));
      schemas_.add(*schema);
      Q_EMIT changed();
    });
  });
}

void SchemaStore::keepFiles() const {
  QSettings().setValue(QLatin1String(kFilesKey), files_);
}

}  // namespace spillway::ui

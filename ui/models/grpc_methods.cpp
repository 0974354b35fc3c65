// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/grpc_methods.h"

#include <algorithm>
#include <set>
#include <string>

namespace spillway::ui {

namespace {

/// What nearly every server has beside its own services.
bool isOfEveryServer(const grpc::Method& method) {
  return method.path.starts_with("/grpc.reflection.") || method.path.starts_with("/grpc.health.");
}

}  // namespace

std::vector<grpc::Method> methodsOf(const grpc::Schemas& schemas) {
  std::vector<grpc::Method> methods;
  std::set<std::string> seen;
  for (const auto& schema : schemas.all()) {
    for (const grpc::Service& service : schema->services()) {
      for (const grpc::Method& method : service.methods) {
        if (seen.insert(method.path).second) methods.push_back(method);
      }
    }
  }
  std::ranges::stable_partition(methods, [](const auto& method) { return !isOfEveryServer(method); });
  return methods;
}

bool sendsMany(const grpc::Method& method) {
  return method.kind == grpc::CallKind::ClientStreaming || method.kind == grpc::CallKind::Bidirectional;
}

QString kindText(grpc::CallKind kind) {
  switch (kind) {
    case grpc::CallKind::Unary:
      return QStringLiteral("unary");
    case grpc::CallKind::ServerStreaming:
      return QStringLiteral("server streaming");
    case grpc::CallKind::ClientStreaming:
      return QStringLiteral("client streaming");
    case grpc::CallKind::Bidirectional:
      break;
  }
  return QStringLiteral("bidirectional");
}

}  // namespace spillway::ui

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <vector>

#include "engine/grpc/schema.h"

namespace spillway::ui {

/// Each method that a schema tells of once, in the order of the schemas; those that nearly every server has
/// beside its own, reflection and health, last.
std::vector<grpc::Method> methodsOf(const grpc::Schemas& schemas);

/// The client may send more than one message.
bool sendsMany(const grpc::Method& method);

/// "unary", "server streaming", …
QString kindText(grpc::CallKind kind);

}  // namespace spillway::ui

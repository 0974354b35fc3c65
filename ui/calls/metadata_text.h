// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <optional>

#include "engine/grpc/client_call.h"

namespace spillway::ui {

/// A field a line, "name: value"; values of names that end in "-bin" as base64.
QString metadataText(const grpc::Metadata& metadata);
/// The same the other way round; nullopt: a line is no field.
std::optional<grpc::Metadata> metadataIn(const QString& text);

}  // namespace spillway::ui

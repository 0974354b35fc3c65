// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringList>
#include <optional>

#include "engine/grpc/schema.h"
#include "ui/calls/call_runner.h"
#include "ui/models/stream_store.h"

namespace spillway::ui {

/// What just happened on a stream, as paragraphs of Markdown that say only what was seen: the balancer's
/// events, and how the client saw the call end (nullopt: it runs). Pure.
QStringList callStory(const StreamEntry& stream, grpc::CallKind kind, const std::optional<CallLine>& end);

}  // namespace spillway::ui

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringList>
#include <vector>

#include "engine/grpc/schema.h"
#include "ui/calls/call_runner.h"
#include "ui/lab/call_series.h"
#include "ui/models/stream_store.h"

namespace spillway::ui {

/// What just happened on a stream, as paragraphs of Markdown that say only what was seen: the balancer's
/// events, and what the client saw of the call so far. Pure.
QStringList callStory(const StreamEntry& stream, grpc::CallKind kind, const std::vector<CallLine>& client);

/// What happened to several calls, of which up to `atOnce` ran at the same time. Pure.
QStringList callsStory(const std::vector<const StreamEntry*>& streams, int atOnce);
/// The same of calls that went past the balancer, as their client saw them.
QStringList pastStory(const std::vector<CallEnd>& ends);
/// The same of one call, from what its client saw.
QStringList directStory(const std::vector<CallLine>& client);
/// How they ended; nothing when all went well.
QStringList endsStory(const std::vector<CallEnd>& ends);

}  // namespace spillway::ui

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <vector>

#include "ui/models/stream_store.h"
#include "ui/streams/message_copies.h"

namespace spillway::ui {

/// What is known of one of two streams that are compared. A value: any thread.
struct ComparedStream {
  StreamEntry entry;
  std::vector<observe::CapturedFields> fields;  ///< as captured
  MessagesToCopy messages;
};

/// The stream with what was captured of it.
ComparedStream comparedStream(const StreamEntry& entry, const observe::CaptureView& view,
                              const CallContext& call);

/// One thing of both streams.
struct ComparedRow {
  QString part;  ///< "Call", "Request", "Trailers", "Message 1 to the target", …
  QString name;  ///< a fact, a header field, or a field of the message: "location.latitude"
  QString left, right;
  bool isOnlyLeft = false, isOnlyRight = false;  ///< the other one has no such thing
  bool differs() const { return isOnlyLeft || isOnlyRight || left != right; }
};

struct Comparison {
  std::vector<ComparedRow> rows;
  std::size_t leftOut = 0;  ///< messages and fields beyond what a person looks through
};

/// Facts, header fields as the client sent and got them, messages by their number and way, down to their
/// fields where a schema knows them. Any thread.
Comparison compare(const grpc::Schemas& schemas, const ComparedStream& left, const ComparedStream& right);

}  // namespace spillway::ui

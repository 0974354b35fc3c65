// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <cstddef>
#include <string>
#include <vector>

#include "engine/grpc/schema.h"
#include "engine/observe/capture_view.h"
#include "ui/streams/call_context.h"

namespace spillway::ui {

/// A line of a message's tree: a field, an element, or a way to read some bytes.
struct MessageNode {
  QString field, value, type, note;
  bool isMuted = false;            ///< it is not in the message
  bool isWrong = false;            ///< it does not fit the schema
  std::size_t begin = 0, end = 0;  ///< its bytes in the message
  std::vector<MessageNode> children;
};

/// A message as the pane shows it. Made off the UI thread.
struct DecodedMessage {
  QString type;     ///< "routeguide.RouteNote"; empty: no schema knows it
  QString origin;   ///< where the schema is from
  QString problem;  ///< what cannot be shown, or where it stops fitting; empty: all is well
  QString json, jsonProblem;
  QString text;       ///< of what is no gRPC message: JSON in lines, or as it is; empty: it is no text
  std::string bytes;  ///< opened where it was compressed
  std::vector<MessageNode> fields, wire;
};

/// What is to be decoded.
struct MessageBytes {
  CallContext call;
  observe::Direction direction = observe::Direction::Request;
  std::string payload;  ///< as far as it was kept
  std::uint64_t size = 0;
  bool isCompressed = false;
  std::string encoding;  ///< grpc-encoding of its direction, or content-encoding
  std::string typeName;  ///< what it is, whatever the path says: "google.rpc.Status"; empty: as the path says
  observe::ContentKind kind = observe::ContentKind::Grpc;
  std::uint8_t opcode = 0;  ///< WebSocket
};

/// The message of a view with what is needed to read it.
MessageBytes bytesOf(const observe::CaptureView& view, const observe::CapturedMessage& message,
                     const CallContext& call);

/// Any thread.
DecodedMessage decode(const grpc::Schemas& schemas, const MessageBytes& message);

/// The first values of a message on one line, for lists: `"First message" {1, 0}`; empty: no schema knows it.
/// Any thread.
QString messagePreview(const grpc::Schemas& schemas, const MessageBytes& message);

}  // namespace spillway::ui

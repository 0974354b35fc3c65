// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "ui/streams/decoded_message.h"

namespace spillway::ui {

enum class MessagesAs { Json, Text, Hex };

/// Messages of a stream as somebody takes them along.
struct MessagesToCopy {
  struct One {
    MessageBytes bytes;
    std::uint32_t number = 0;
    WallTime arrived{};
  };
  std::vector<One> messages;
  std::size_t leftOut = 0;  ///< more than belong on a clipboard
};

/// The first messages of a stream, as many as belong on a clipboard.
MessagesToCopy messagesToCopy(const observe::CaptureView& view, const CallContext& call);

/// Json: a list; what is neither known to a schema nor text has its bytes as base64. Any thread.
QString messagesText(const grpc::Schemas& schemas, const MessagesToCopy& messages, MessagesAs as);

/// The request's messages for grpcurl, one JSON object after the other; "" = not all of them can be decoded.
/// Any thread.
std::string requestJson(const grpc::Schemas& schemas, const MessagesToCopy& messages);

}  // namespace spillway::ui

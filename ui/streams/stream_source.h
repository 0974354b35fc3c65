// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "engine/observe/capture.h"

namespace spillway::ui {

class EngineBridge;

/// Where it is known what passed on streams: a running engine and its history, or a file.
struct StreamSource {
  /// What is in memory, batches before `from` left out. UI thread.
  std::function<std::optional<observe::CapturedStream>(StreamId, std::size_t from)> find;
  std::string historyFile;  ///< where older streams are; "" = nowhere
  std::string caFile;       ///< what clients of its TLS listeners trust; "" = not known
  bool isLive = false;      ///< its targets may be asked
  /// The names of the message fields whose values a load balancer hides; null: the usual ones. UI thread.
  std::function<std::vector<std::string>(const std::string& loadBalancer)> redactedFields = nullptr;
};

/// The bridge must live as long.
StreamSource liveSource(EngineBridge& bridge);

}  // namespace spillway::ui

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <vector>

#include "engine/base/ids.h"
#include "engine/observe/connection_status.h"

namespace spillway::ui {

using Statuses = std::vector<std::shared_ptr<const observe::ConnectionStatus>>;

/// Which target got how many streams of which client's connection: what answers "why does one target get
/// everything?".
struct ConnectionMatrix {
  struct Row {
    observe::ConnectionId id = 0;
    QString client;
    bool isOpen = true;
    std::vector<std::uint64_t> counts;  ///< one for each target
    std::uint64_t total = 0;
    bool operator==(const Row&) const = default;
  };
  std::vector<QString> targets;  ///< by address
  std::vector<std::uint64_t> totals;
  std::vector<Row> rows;  ///< open ones first, those with most streams first
  std::uint64_t total = 0;
  std::uint64_t largest = 0;  ///< of all counts
  bool operator==(const ConnectionMatrix&) const = default;
};

/// Of these connections those of clients that sent a stream to a target. `registered`: the targets there are;
/// one that got nothing stands there, too, when its group got anything.
ConnectionMatrix matrixOf(const Statuses& connections, const std::vector<TargetId>& registered);
/// What it shows, in one or two plain sentences.
QString matrixSentence(const ConnectionMatrix& matrix);
/// As lines with names and totals; what stands between the values is tab or comma.
QString matrixText(const ConnectionMatrix& matrix, QChar separator);

}  // namespace spillway::ui

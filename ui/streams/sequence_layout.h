// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <set>
#include <vector>

#include "ui/models/stream_store.h"

namespace spillway::ui {

/// What one line of the sequence diagram shows. Drawn with line style and head shape first, colour second.
enum class SequenceShape {
  Headers,    ///< thin arrow
  Message,    ///< thick arrow with the message's number
  Block,      ///< many messages in one direction, folded
  HalfClose,  ///< thin line that ends in a bar
  Trailers,   ///< arrow that begins with a diamond
  Reset,      ///< line that ends in a cross
  Balancer,   ///< hollow arrow: made by Spillway itself
  Note,       ///< words only
};

/// The three lifelines.
enum class Lifeline { Client, Spillway, Target };

/// One line of the diagram.
struct SequenceRow {
  SequenceShape shape = SequenceShape::Note;
  Lifeline from = Lifeline::Client, to = Lifeline::Target;
  std::uint32_t number = 0;  ///< Message: its number in its direction
  bool halfCloses = false;   ///< Message: the client's half-close came right after it
  QString text;
  std::int64_t offsetMicros = 0;  ///< since the stream began
  std::size_t firstEntry = 0;     ///< index in the timeline
  std::size_t entries = 1;        ///< how many timeline entries it stands for

  bool isFrom(observe::Direction direction) const {
    return (direction == observe::Direction::Request) == (from < to);
  }
};

/// Runs longer than this in one direction fold into one block.
inline constexpr std::size_t kFoldAbove = 20;

/// The diagram of a stream as far as it went. Blocks whose first entry is in `unfolded` show every message.
/// Pure.
std::vector<SequenceRow> layoutSequence(const StreamEntry& entry, const std::set<std::size_t>& unfolded);

/// The row as a sentence, for screen readers and tool tips.
QString sequenceSentence(const SequenceRow& row);

}  // namespace spillway::ui

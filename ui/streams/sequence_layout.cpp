// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/streams/sequence_layout.h"

#include "ui/models/words.h"

namespace spillway::ui {

using observe::Direction;
using observe::EventKind;

namespace {

/// Walks the timeline once and turns it into rows.
class SequenceBuilder {
 public:
  SequenceBuilder(const StreamEntry& entry, const std::set<std::size_t>& unfolded)
      : entry_(entry), unfolded_(unfolded) {}

  std::vector<SequenceRow> build() {
    for (std::size_t i = 0; i < entry_.timeline.size();) {
      i += isMessage(i) ? addMessages(i) : addOther(i);
    }
    addEnd();
    return std::move(rows_);
  }

 private:
  /// How far what the client sends goes: no target has the request yet, or ever.
  Lifeline requestEnd() const { return sentOn_ ? Lifeline::Target : Lifeline::Spillway; }

  bool isMessage(std::size_t i) const { return entry_.timeline[i].kind == EventKind::Message; }

  SequenceRow& add(SequenceShape shape, Lifeline from, Lifeline to, std::size_t i) {
    SequenceRow row{shape, from, to};
    row.firstEntry = i;
    row.offsetMicros = (entry_.timeline[i].time - entry_.head->started).count();
    rows_.push_back(std::move(row));
    return rows_.back();
  }

  std::size_t runLength(std::size_t first) const {
    std::size_t end = first;
    while (end < entry_.timeline.size() && isMessage(end) &&
           entry_.timeline[end].direction == entry_.timeline[first].direction) {
      ++end;
    }
    return end - first;
  }

  std::size_t addMessages(std::size_t first) {
    const std::size_t length = runLength(first);
    if (length > kFoldAbove && !unfolded_.contains(first)) {
      addBlock(first, length);
    } else {
      for (std::size_t i = first; i < first + length; ++i) {
        addMessage(i);
      }
    }
    return length;
  }

  void addBlock(std::size_t first, std::size_t length) {
    std::uint64_t bytes = 0;
    for (std::size_t i = first; i < first + length; ++i) {
      bytes += entry_.timeline[i].size;
    }
    const bool request = entry_.timeline[first].direction == Direction::Request;
    SequenceRow& row = request ? add(SequenceShape::Block, Lifeline::Client, requestEnd(), first)
                               : add(SequenceShape::Block, Lifeline::Target, Lifeline::Client, first);
    row.entries = length;
    row.text = QStringLiteral("×%1, %2").arg(countText(length), bytesText(bytes));
  }

  void addMessage(std::size_t i) {
    const TimelineEntry& message = entry_.timeline[i];
    SequenceRow& row = message.direction == Direction::Request
                           ? add(SequenceShape::Message, Lifeline::Client, requestEnd(), i)
                           : add(SequenceShape::Message, Lifeline::Target, Lifeline::Client, i);
    row.number = message.number;
    row.text = bytesText(message.size);
    if (message.compressed) row.text += QStringLiteral(", compressed");
  }

  std::size_t addOther(std::size_t i) {
    const TimelineEntry& event = entry_.timeline[i];
    switch (event.kind) {
      case EventKind::StreamOpened:
        requestHead_ = rows_.size();
        add(SequenceShape::Headers, Lifeline::Client, Lifeline::Spillway, i).text =
            QStringLiteral("HEADERS %1 %2").arg(QString::fromStdString(entry_.head->method), shortPath());
        break;
      case EventKind::TargetChosen:
        addChoice(i);
        break;
      case EventKind::RequestHead:
        addRequestHead(i);
        break;
      case EventKind::ResponseHead:
        add(SequenceShape::Headers, Lifeline::Target, Lifeline::Client, i).text =
            QStringLiteral("HEADERS %1").arg(event.number);
        break;
      case EventKind::HalfClose:
        addHalfClose(i);
        break;
      case EventKind::Trailers:
        add(SequenceShape::Trailers, Lifeline::Target, Lifeline::Client, i).text =
            QStringLiteral("trailers grpc-status %1").arg(grpcStatusText(event.number));
        break;
      case EventKind::Reset:
        addReset(i);
        break;
      default:
        break;
    }
    return 1;
  }

  QString shortPath() const {
    if (!entry_.head->isGrpc) return QString::fromStdString(entry_.head->path);
    return QStringLiteral("…/") + splitGrpcPath(entry_.head->path).second;
  }

  void addChoice(std::size_t i) {
    // The first choice is the name of the lifeline; only another attempt is worth a line.
    const TimelineEntry& choice = entry_.timeline[i];
    if (choice.number == 0 || choice.number >= entry_.targets.size()) return;
    add(SequenceShape::Note, Lifeline::Spillway, Lifeline::Target, i).text =
        QStringLiteral("another target: %1").arg(QString::fromStdString(entry_.targets[choice.number]));
  }

  void addRequestHead(std::size_t i) {
    if (requestHead_ && !sentOn_) {
      // What came before a target was reached waited here, and goes on with it.
      for (SequenceRow& row : rows_) {
        if (row.from == Lifeline::Client && row.to == Lifeline::Spillway) row.to = Lifeline::Target;
      }
    } else {
      add(SequenceShape::Headers, Lifeline::Spillway, Lifeline::Target, i).text =
          QStringLiteral("HEADERS again");
    }
    sentOn_ = true;
  }

  void addHalfClose(std::size_t i) {
    const bool afterMessage = i > 0 && !rows_.empty() && rows_.back().shape == SequenceShape::Message &&
                              rows_.back().firstEntry + 1 == i && rows_.back().isFrom(Direction::Request);
    if (afterMessage) {
      rows_.back().halfCloses = true;
      rows_.back().text += QStringLiteral(" · half-close");
      return;
    }
    add(SequenceShape::HalfClose, Lifeline::Client, requestEnd(), i).text = QStringLiteral("half-close");
  }

  void addReset(std::size_t i) {
    const TimelineEntry& reset = entry_.timeline[i];
    const bool client = reset.direction == Direction::Request;
    SequenceRow& row = client ? add(SequenceShape::Reset, Lifeline::Client, requestEnd(), i)
                              : add(SequenceShape::Reset, Lifeline::Target, Lifeline::Client, i);
    row.text =
        QStringLiteral("RST_STREAM %1 by the %2")
            .arg(http2ErrorName(reset.number), client ? QStringLiteral("client") : QStringLiteral("target"));
  }

  /// What the record knows beyond the timeline: what was left out, and an answer that no target made.
  void addEnd() {
    const auto addNote = [&](const QString& text) {
      SequenceRow row{SequenceShape::Note, Lifeline::Client, Lifeline::Target};
      row.text = text;
      row.offsetMicros = entry_.record ? entry_.record->durationMicros : -1;
      row.firstEntry = entry_.timeline.size();
      row.entries = 0;
      rows_.push_back(std::move(row));
    };
    if (entry_.timelineLeftOut > 0) {
      addNote(QStringLiteral("%1 more were not kept")
                  .arg(countOf(entry_.timelineLeftOut, QStringLiteral("event"))));
    }
    if (entry_.timelineReleased)
      addNote(QStringLiteral("The details of this old stream made room for newer ones"));
    if (!entry_.record) return;
    if (entry_.record->outcome == observe::Outcome::ClientClosed) {
      addNote(QStringLiteral("the client had left: logged as HTTP %1").arg(entry_.record->elbStatus));
    } else if (entry_.record->fromBalancer) {
      addBalancerAnswer(addNote);
    } else if (entry_.timeline.empty() && !entry_.timelineReleased) {
      addNote(QStringLiteral("Only the end of this stream was seen"));
    } else if (!entry_.head->isGrpc) {
      addNote(QStringLiteral("end of the answer · %1 sent").arg(bytesText(entry_.record->sentBytes)));
    }
  }

  template <class AddNote>
  void addBalancerAnswer(const AddNote& addNote) {
    const observe::StreamRecord& record = *entry_.record;
    addNote({});
    SequenceRow& row = rows_.back();
    row.shape = SequenceShape::Balancer;
    row.from = Lifeline::Spillway;
    row.to = Lifeline::Client;
    row.text = QStringLiteral("answered here: HTTP %1").arg(record.elbStatus);
    if (record.grpcStatus) row.text += QStringLiteral(" · grpc-status ") + grpcStatusText(record.grpcStatus);
  }

  const StreamEntry& entry_;
  const std::set<std::size_t>& unfolded_;
  std::vector<SequenceRow> rows_;
  std::optional<std::size_t> requestHead_;  ///< the row of the client's head
  bool sentOn_ = false;
};

QString lifelineName(Lifeline lifeline) {
  switch (lifeline) {
    case Lifeline::Client:
      return QStringLiteral("client");
    case Lifeline::Spillway:
      return QStringLiteral("Spillway");
    case Lifeline::Target:
      break;
  }
  return QStringLiteral("target");
}

}  // namespace

std::vector<SequenceRow> layoutSequence(const StreamEntry& entry, const std::set<std::size_t>& unfolded) {
  return SequenceBuilder(entry, unfolded).build();
}

QString sequenceSentence(const SequenceRow& row) {
  QString what = row.text;
  if (row.shape == SequenceShape::Message)
    what = QStringLiteral("message %1, %2").arg(row.number).arg(row.text);
  if (row.shape == SequenceShape::Block) what = QStringLiteral("messages %1").arg(row.text);
  if (row.shape == SequenceShape::Note) return what;
  QString sentence = QStringLiteral("%1 to %2: %3").arg(lifelineName(row.from), lifelineName(row.to), what);
  if (row.offsetMicros >= 0) sentence += QStringLiteral(", after %1").arg(durationText(row.offsetMicros));
  return sentence;
}

}  // namespace spillway::ui

// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/streams/stream_comparison.h"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "ui/models/words.h"
#include "ui/streams/hex_text.h"
#include "ui/streams/stream_summary.h"

namespace spillway::ui {

using observe::CapturedKind;
using observe::Direction;

namespace {

constexpr std::size_t kMostRows = 10'000;
constexpr int kMostLetters = 2'000;  ///< of one value

/// In the order in which they come; a name that comes again gets its number.
class NamedValues {
 public:
  void add(const QString& name, const QString& value) {
    const int times = ++times_[name];
    values_.emplace_back(times == 1 ? name : QStringLiteral("%1 (%2)").arg(name).arg(times),
                         value.left(kMostLetters));
  }
  const std::vector<std::pair<QString, QString>>& values() const { return values_; }
  const QString* find(const QString& name) const {
    const auto at = std::ranges::find(values_, name, &std::pair<QString, QString>::first);
    return at == values_.end() ? nullptr : &at->second;
  }

 private:
  std::vector<std::pair<QString, QString>> values_;
  std::map<QString, int> times_;
};

/// Takes rows as long as there is room.
class Rows {
 public:
  void add(const QString& part, const NamedValues& left, const NamedValues& right) {
    for (const auto& [name, value] : left.values()) {
      const QString* other = right.find(name);
      add({part, name, value, other ? *other : QString(), !other, false});
    }
    for (const auto& [name, value] : right.values()) {
      if (!left.find(name)) add({part, name, {}, value, false, true});
    }
  }
  void leaveOut(std::size_t count) { comparison_.leftOut += count; }
  Comparison take() { return std::move(comparison_); }

 private:
  void add(ComparedRow row) {
    if (comparison_.rows.size() < kMostRows) {
      comparison_.rows.push_back(std::move(row));
    } else {
      ++comparison_.leftOut;
    }
  }
  Comparison comparison_;
};

/// No two streams begin at the same time.
NamedValues factsOf(const ComparedStream& stream) {
  NamedValues values;
  for (const Fact& fact : streamFacts(stream.entry)) {
    if (fact.name != QStringLiteral("Started") && fact.name != QStringLiteral("Ended"))
      values.add(fact.name, fact.value);
  }
  return values;
}

NamedValues fieldsOf(const ComparedStream& stream, CapturedKind kind, Direction direction) {
  NamedValues values;
  // The last block of its kind: interim responses come before it.
  const observe::CapturedFields* last = nullptr;
  for (const observe::CapturedFields& fields : stream.fields) {
    const bool isIt =
        fields.kind == kind && fields.direction == direction && fields.hop == observe::Hop::Client;
    if (isIt) last = &fields;
  }
  if (!last) return values;
  for (const auto& [name, value] : *last->fields)
    values.add(QString::fromStdString(name), QString::fromStdString(value));
  return values;
}

/// "1 location" is the tree's "location".
QString plainName(const QString& field) {
  const auto space = field.indexOf(QLatin1Char(' '));
  return space > 0 && field.at(0).isDigit() ? field.mid(space + 1) : field;
}

void addLeaves(NamedValues& values, const std::vector<MessageNode>& nodes, const QString& before) {
  for (const MessageNode& node : nodes) {
    if (node.isMuted) continue;  // it is not in the message
    const QString name = before + plainName(node.field);
    if (node.children.empty()) {
      values.add(name, node.value);
    } else {
      addLeaves(values, node.children, name + QLatin1Char('.'));
    }
  }
}

NamedValues valuesOf(const grpc::Schemas& schemas, const MessagesToCopy::One* message) {
  NamedValues values;
  if (!message) return values;
  const DecodedMessage decoded = decode(schemas, message->bytes);
  values.add(QStringLiteral("size"), bytesText(message->bytes.size));
  if (!decoded.type.isEmpty()) {
    addLeaves(values, decoded.fields, {});
  } else {
    values.add(QStringLiteral("content"), decoded.text.isEmpty()
                                              ? hexText(message->bytes.payload.substr(0, kMostLetters / 4))
                                              : decoded.text);
  }
  if (!decoded.problem.isEmpty()) values.add(QStringLiteral("problem"), decoded.problem);
  return values;
}

QString partName(const MessagesToCopy::One& message) {
  const bool isRequest = message.bytes.direction == Direction::Request;
  if (message.bytes.kind == observe::ContentKind::Http)
    return isRequest ? QStringLiteral("Request body") : QStringLiteral("Response body");
  return (isRequest ? QStringLiteral("Message %1 to the target") : QStringLiteral("Message %1 to the client"))
      .arg(message.number);
}

using MessageName = std::pair<Direction, std::uint32_t>;

MessageName nameOf(const MessagesToCopy::One& message) {
  return {message.bytes.direction, message.number};
}

const MessagesToCopy::One* messageOf(const ComparedStream& stream, const MessageName& name) {
  const auto at = std::ranges::find(stream.messages.messages, name, nameOf);
  return at == stream.messages.messages.end() ? nullptr : &*at;
}

void addMessages(Rows& rows, const grpc::Schemas& schemas, const ComparedStream& left,
                 const ComparedStream& right) {
  std::map<MessageName, const MessagesToCopy::One*> all;
  for (const ComparedStream* stream : {&left, &right}) {
    for (const MessagesToCopy::One& message : stream->messages.messages)
      all.emplace(nameOf(message), &message);
  }
  for (const auto& [name, message] : all) {
    rows.add(partName(*message), valuesOf(schemas, messageOf(left, name)),
             valuesOf(schemas, messageOf(right, name)));
  }
  rows.leaveOut(left.messages.leftOut + right.messages.leftOut);
}

}  // namespace

ComparedStream comparedStream(const StreamEntry& entry, const observe::CaptureView& view,
                              const CallContext& call) {
  return {entry, view.fields(), messagesToCopy(view, call)};
}

Comparison compare(const grpc::Schemas& schemas, const ComparedStream& left, const ComparedStream& right) {
  Rows rows;
  rows.add(QStringLiteral("Call"), factsOf(left), factsOf(right));
  struct Block {
    QString name;
    CapturedKind kind;
    Direction direction;
  };
  const std::array blocks{
      Block{QStringLiteral("Request"), CapturedKind::Head, Direction::Request},
      Block{QStringLiteral("Request trailers"), CapturedKind::Trailers, Direction::Request},
      Block{QStringLiteral("Response"), CapturedKind::Head, Direction::Response},
      Block{QStringLiteral("Trailers"), CapturedKind::Trailers, Direction::Response}};
  for (const Block& block : blocks) {
    rows.add(block.name, fieldsOf(left, block.kind, block.direction),
             fieldsOf(right, block.kind, block.direction));
  }
  addMessages(rows, schemas, left, right);
  return rows.take();
}

}  // namespace spillway::ui

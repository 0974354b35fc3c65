// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/lab/call_story.h"

#include <algorithm>
#include <map>
#include <set>

#include "ui/models/words.h"

namespace spillway::ui {

namespace {

using grpc::CallKind;
using Kind = grpc::CallEvent::Kind;
using observe::Direction;
using observe::EventKind;
using observe::Outcome;

constexpr auto kLongPause = std::chrono::seconds(1);
constexpr std::uint64_t kFrame = 16'384;  // SETTINGS_MAX_FRAME_SIZE unless a peer says more (RFC 9113 §6.5.2)
constexpr int kCancelled = 1, kDeadlineExceeded = 4;

QString toQt(const std::string& text) {
  return QString::fromStdString(text);
}

/// What can be read off the order of a stream's messages.
struct Order {
  std::uint64_t sentBeforeAnswer = 0;
  std::optional<WallTime> firstSent, lastSent, firstAnswer, lastAnswer;

  explicit Order(const StreamEntry& stream) {
    for (const TimelineEntry& entry : stream.timeline) {
      if (entry.kind != EventKind::Message) continue;
      const bool isAnswer = entry.direction == Direction::Response;
      auto& first = isAnswer ? firstAnswer : firstSent;
      auto& last = isAnswer ? lastAnswer : lastSent;
      if (!first) first = entry.time;
      last = entry.time;
      if (!isAnswer && !firstAnswer) ++sentBeforeAnswer;
    }
  }
};

QString between(WallTime from, WallTime to) {
  return durationText(std::chrono::duration_cast<std::chrono::microseconds>(to - from).count());
}

QString bold(const QString& text) {
  return QStringLiteral("**%1**").arg(text);
}

QString messages(std::uint64_t count) {
  return bold(countOf(count, QStringLiteral("message")));
}

class Story {
 public:
  Story(const StreamEntry& stream, CallKind kind, const std::vector<CallLine>& client)
      : stream_(stream), kind_(kind), client_(client), order_(stream) {
    if (!client.empty() && client.back().kind == Kind::Ended) end_ = client.back();
  }

  QStringList tell() {
    if (!end_) {
      tellRunning();
    } else if (end_->status == 0) {
      tellAnswer();
      tellOneStream();
      tellPause();
      tellLarge();
      tellHeaders();
      tellCompression();
    } else {
      tellTrouble();
    }
    tellTargets();
    return paragraphs_;
  }

 private:
  std::uint64_t sent() const { return stream_.requestMessages(); }
  std::uint64_t answered() const { return stream_.responseMessages(); }
  QString target() const { return stream_.target().empty() ? QString() : bold(toQt(stream_.target())); }
  void add(const QString& words) { paragraphs_ << words; }

  void tellRunning() {
    const QString where = target().isEmpty() ? QStringLiteral("Spillway") : target();
    QString words = QStringLiteral("The call runs: %1 went to %2, %3 came back.")
                        .arg(messages(sent()), where, messages(answered()));
    if (stream_.halfClosed)
      words += QStringLiteral(" The client has half-closed: it will send nothing more, but still listens.");
    add(words);
  }

  void tellAnswer() {
    switch (kind_) {
      case CallKind::Unary:
        return tellUnary();
      case CallKind::ServerStreaming:
        return tellServerStream();
      case CallKind::ClientStreaming:
        return tellClientStream();
      case CallKind::Bidirectional:
        return tellChat();
    }
  }

  void tellUnary() {
    if (order_.firstSent && order_.firstAnswer)
      add(QStringLiteral("One message went to %1 and one came back, %2 later. Its header fields went first, "
                         "and the status, 0 OK, came last: in the trailers, after the message.")
              .arg(target(), between(*order_.firstSent, *order_.firstAnswer)));
  }

  void tellServerStream() {
    QString words =
        QStringLiteral("One message went out, %1 came back from %2").arg(messages(answered()), target());
    if (order_.firstSent && order_.lastAnswer)
      words += QStringLiteral(" within %1").arg(between(*order_.firstSent, *order_.lastAnswer));
    add(words + QStringLiteral(". How many, the server decides alone: its trailers end the call."));
  }

  void tellClientStream() {
    QString words = QStringLiteral("The client sent %1 to %2").arg(messages(sent()), target());
    if (order_.firstSent && order_.lastSent)
      words += QStringLiteral(" within %1").arg(between(*order_.firstSent, *order_.lastSent));
    words += QStringLiteral(" and half-closed.");
    if (order_.lastSent && order_.firstAnswer)
      words += QStringLiteral(" Then the server answered with %1, %2 after the last one it got.")
                   .arg(messages(answered()), between(*order_.lastSent, *order_.firstAnswer));
    add(words);
  }

  void tellChat() {
    if (!order_.firstAnswer)
      return add(QStringLiteral("Both sides may write whenever they like. The client sent %1; the server had "
                                "nothing to say to them.")
                     .arg(messages(sent())));
    add(QStringLiteral("Both sides write whenever they like. The client had sent %1 before the first answer "
                       "came back; in the end %2 went out and %3 came back. The order within each direction "
                       "is kept, but the two directions are independent.")
            .arg(messages(order_.sentBeforeAnswer), messages(sent()), messages(answered())));
  }

  void tellOneStream() {
    const std::uint64_t all = sent() + answered();
    if (all <= 2 || stream_.targets.size() != 1) return;
    add(QStringLiteral("All %1 used **one HTTP/2 stream**, so they all reached the **same target**: a "
                       "balancer picks a target per call, never per message.")
            .arg(countOf(all, QStringLiteral("message"))));
  }

  /// The longest time in which no answer came, if that is most of all: somebody waited.
  void tellPause() {
    std::uint64_t before = 0, count = 0, bytes = 0, bytesBefore = 0;
    WallTime last{};
    std::chrono::nanoseconds pause{0};
    for (const TimelineEntry& entry : stream_.timeline) {
      if (entry.kind != EventKind::Message || entry.direction != Direction::Response) continue;
      if (count > 0 && entry.time - last > pause) {
        pause = entry.time - last;
        before = count;
        bytesBefore = bytes;
      }
      last = entry.time;
      ++count;
      bytes += entry.size;
    }
    if (pause < kLongPause || pause * 2 < last - *order_.firstAnswer) return;
    add(QStringLiteral("After %1 (%2) no further one passed Spillway for **%3**; then the other %4 came.")
            .arg(messages(before), bytesText(bytesBefore),
                 durationText(std::chrono::duration_cast<std::chrono::microseconds>(pause).count()),
                 messages(count - before)));
  }

  /// Of the first message that does not fit into one frame.
  void tellLarge() {
    const auto large = std::ranges::find_if(stream_.timeline, [](const TimelineEntry& entry) {
      return entry.kind == EventKind::Message && entry.size > kFrame;
    });
    if (large == stream_.timeline.end()) return;
    add(QStringLiteral("A message of **%1** does not fit into one DATA frame of 16,384 bytes: it took at "
                       "least **%2** of them, unless a peer allowed larger ones.")
            .arg(bytesText(large->size))
            .arg((large->size + kFrame - 1) / kFrame));
  }

  void tellTrouble() {
    const QString status = bold(grpcStatusText(static_cast<std::uint32_t>(end_->status)));
    const QString counts =
        QStringLiteral("%1 had gone out and %2 come back").arg(messages(sent()), messages(answered()));
    const observe::StreamRecord* record = stream_.record.get();
    const bool isClients = record && record->outcome == Outcome::ClientClosed;
    if (isClients && end_->status == kCancelled) {
      add(QStringLiteral("The client cancelled the call; until then %1. It reset the stream, and Spillway "
                         "reset the one to the target.")
              .arg(counts));
      add(QStringLiteral("The client reports %1. No trailers brought that: the client made it itself.")
              .arg(status));
    } else if (isClients && end_->status == kDeadlineExceeded) {
      add(QStringLiteral("The deadline passed; until then %1. The client gave up by itself, reports %2 and "
                         "reset the stream. The target knew the deadline too, from grpc-timeout.")
              .arg(counts, status));
    } else if (record && record->fromBalancer) {
      add(QStringLiteral("The call failed with %1, and it was Spillway that answered: %2")
              .arg(status, causeText(*record)));
    } else {
      add(QStringLiteral("The call ended with %1; until then %2.").arg(status, counts));
      tellTrailersOnly();
      if (!end_->text.isEmpty())
        add(QStringLiteral("In words: %1").arg(end_->text.section(QLatin1Char('\n'), 0, 0)));
    }
  }

  void tellTrailersOnly() {
    const bool hasHeaders = std::ranges::any_of(
        client_, [](const CallLine& line) { return line.kind == Kind::Headers && !line.text.isEmpty(); });
    if (!stream_.record || stream_.record->fromBalancer || answered() > 0 || hasHeaders) return;
    add(QStringLiteral(
        "No message and no metadata came before the status: the server's whole answer fits into "
        "one block of header fields, which gRPC calls *Trailers-Only*."));
  }

  void tellHeaders() {
    const auto headers = std::ranges::find(client_, Kind::Headers, &CallLine::kind);
    if (headers == client_.end() || headers->text.isEmpty()) return;
    QStringList fields;
    for (const QString& field : headers->text.split(QLatin1Char('\n'), Qt::SkipEmptyParts))
      fields << QStringLiteral("`%1`").arg(field);
    add(QStringLiteral("Before its messages the server sent metadata as header fields: %1.")
            .arg(fields.join(QStringLiteral(", "))));
  }

  /// How large the client's messages were before and after.
  void tellCompression() {
    std::uint64_t count = 0, wire = 0, plain = 0;
    for (const TimelineEntry& entry : stream_.timeline) {
      if (entry.kind != EventKind::Message || entry.direction != Direction::Request || !entry.compressed)
        continue;
      ++count;
      wire += entry.size;
    }
    if (count == 0 || count != sent()) return;
    for (const CallLine& line : client_)
      plain += line.kind == Kind::Sent ? line.size : 0;
    add(QStringLiteral(
            "The client compressed what it sent: %1 took %2 instead of %3. Spillway passed it on as "
            "it was.")
            .arg(messages(count), bytesText(wire), bytesText(plain)));
  }

  void tellTargets() {
    if (stream_.targets.size() < 2) return;
    QStringList before;
    for (std::size_t i = 0; i + 1 < stream_.targets.size(); ++i)
      before << toQt(stream_.targets[i]);
    add(QStringLiteral("Spillway tried %1 before %2 took the call.")
            .arg(before.join(QStringLiteral(", ")), target()));
  }

  const StreamEntry& stream_;
  const CallKind kind_;
  const std::vector<CallLine>& client_;
  std::optional<CallLine> end_;  ///< nullopt: the call runs
  const Order order_;
  QStringList paragraphs_;
};

}  // namespace

QStringList callStory(const StreamEntry& stream, CallKind kind, const std::vector<CallLine>& client) {
  return Story(stream, kind, client).tell();
}

namespace {

/// "**127.0.0.1:50061** took **10**", each.
QString shares(const std::map<QString, std::uint64_t>& calls) {
  QStringList words;
  for (const auto& [target, count] : calls)
    words << QStringLiteral("%1 took %2")
                 .arg(target.isEmpty() ? QStringLiteral("no target") : bold(target), bold(countText(count)));
  return words.join(QStringLiteral(", "));
}

/// The most that were open at the same time.
std::size_t mostAtOnce(const std::vector<const StreamEntry*>& streams) {
  std::map<WallTime, int> changes;
  for (const StreamEntry* stream : streams) {
    if (!stream->record) continue;
    ++changes[stream->head->started];
    --changes[stream->record->ended];
  }
  int open = 0, most = 0;
  for (const auto& [time, change] : changes)
    most = std::max(most, open += change);
  return static_cast<std::size_t>(most);
}

}  // namespace

QStringList callsStory(const std::vector<const StreamEntry*>& streams, int atOnce) {
  if (streams.empty()) return {};
  std::map<QString, std::uint64_t> calls;
  std::set<std::string> clients;
  for (const StreamEntry* stream : streams) {
    ++calls[toQt(stream->target())];
    clients.insert(stream->head->client);
  }
  const QString order = atOnce == 1 ? QStringLiteral("one after the other")
                                    : QStringLiteral("up to **%1** of them at once").arg(mostAtOnce(streams));
  QStringList paragraphs{QStringLiteral("%1 were made, %2, over %3 of the client: %4.")
                             .arg(bold(countOf(streams.size(), QStringLiteral("call"))), order,
                                  clients.size() == 1 ? QStringLiteral("**one connection**")
                                                      : countOf(clients.size(), QStringLiteral("connection")),
                                  shares(calls))};
  if (clients.size() == 1 && calls.size() > 1)
    paragraphs << QStringLiteral(
        "Spillway chose a target anew for each call. A balancer that chooses for each "
        "connection would have sent all of them to one.");
  return paragraphs;
}

QStringList pastStory(const std::vector<CallEnd>& ends) {
  std::map<QString, std::uint64_t> calls;
  for (const CallEnd& end : ends)
    ++calls[end.servedBy];
  return {QStringLiteral("%1 were made straight to a target, past Spillway: %2.")
              .arg(bold(countOf(ends.size(), QStringLiteral("call"))), shares(calls))};
}

QStringList directStory(const std::vector<CallLine>& client) {
  const auto count = [&](Kind kind) {
    return messages(static_cast<std::uint64_t>(std::ranges::count(client, kind, &CallLine::kind)));
  };
  QStringList told{
      QStringLiteral("The call was made straight to a target, past Spillway, which saw nothing of it: "
                     "%1 went out, %2 came back.")
          .arg(count(Kind::Sent), count(Kind::Received))};
  if (!client.empty() && client.back().kind == Kind::Ended) {
    told << QStringLiteral("It ended with %1 after %2.")
                .arg(bold(grpcStatusText(static_cast<std::uint32_t>(client.back().status))),
                     durationText(client.back().micros));
  }
  return told;
}

QStringList endsStory(const std::vector<CallEnd>& ends) {
  std::map<int, std::uint64_t> counts;
  for (const CallEnd& end : ends)
    ++counts[end.status];
  if (counts.size() == 1 && counts.contains(0)) return {};
  QStringList words;
  for (const auto& [status, count] : counts) {
    const QString name = grpcStatusText(static_cast<std::uint32_t>(status));
    words << (count == 1 ? name : QStringLiteral("%1 (%2 times)").arg(name, countText(count)));
  }
  return {counts.size() == 1 ? QStringLiteral("All ended with %1.").arg(bold(words.front()))
                             : QStringLiteral("They ended with **%1 different statuses**: %2.")
                                   .arg(counts.size())
                                   .arg(words.join(QStringLiteral(", ")))};
}

}  // namespace spillway::ui

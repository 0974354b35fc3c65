// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/export/hop_story.h"

#include <algorithm>
#include <iterator>

#include "engine/export/text.h"

namespace spillway::exporting {
namespace {

using observe::CapturedKind;
using observe::CapturedPart;
using observe::Direction;
using observe::Hop;
using Kind = HopEvent::Kind;
using Parts = std::vector<const CapturedPart*>;

constexpr std::uint8_t kDataFrame = 0, kHeadersFrame = 1, kResetFrame = 3;  // RFC 9113 §6
constexpr std::uint8_t kEndStream = 0x1, kPadded = 0x8;
constexpr std::uint32_t kCancel = 8;

bool isFrame(const CapturedPart& part, std::uint8_t type) {
  return part.kind == CapturedKind::Frame && part.frameType == type;
}

/// Puts one direction of one hop together.
class Way {
 public:
  Way(const Parts& parts, Hop hop, Direction direction, bool isHttp2)
      : parts_(parts), hop_(hop), direction_(direction), isHttp2_(isHttp2) {}

  /// On the wire heads come first, then content, then trailers; Spillway may have told of trailers before the
  /// last content had left.
  std::vector<HopEvent> events() const {
    std::vector<HopEvent> events = chosen(CapturedKind::Head, Kind::Head);
    std::ranges::move(framesTellContent() ? contentOfFrames() : contentAsItCame(),
                      std::back_inserter(events));
    std::ranges::move(chosen(CapturedKind::Trailers, Kind::Trailers), std::back_inserter(events));
    if (hasEnded() && !events.empty()) events.back().endsDirection = true;
    std::ranges::move(resets(), std::back_inserter(events));
    for (std::size_t i = 1; i < events.size(); ++i)
      events[i].time = std::max(events[i].time, events[i - 1].time);
    return events;
  }

 private:
  bool isHere(const CapturedPart& part) const { return part.hop == hop_ && part.direction == direction_; }

  HopEvent eventOf(Kind kind, const CapturedPart& part) const {
    return {.kind = kind,
            .direction = direction_,
            .number = part.number,
            .time = part.time,
            .fields = part.fields};
  }

  std::vector<HopEvent> chosen(CapturedKind from, Kind to) const {
    std::vector<HopEvent> events;
    for (const CapturedPart* part : parts_) {
      if (part->kind == from && isHere(*part)) events.push_back(eventOf(to, *part));
    }
    return events;
  }

  /// Whether the DATA frames on this hop carry the content that came and nothing else.
  bool framesTellContent() const {
    std::uint64_t inFrames = 0, came = 0;
    bool isPadded = false;
    for (const CapturedPart* part : parts_) {
      if (part->kind == CapturedKind::Bytes && part->direction == direction_) came += part->size;
      if (!isFrame(*part, kDataFrame) || !isHere(*part)) continue;
      inFrames += part->size;
      isPadded = isPadded || (part->frameFlags & kPadded) != 0;
    }
    return isHttp2_ && !isPadded && inFrames > 0 && inFrames <= came;
  }

  std::vector<HopEvent> contentOfFrames() const {
    return content([this](const CapturedPart& part) { return isFrame(part, kDataFrame) && isHere(part); });
  }

  /// Content as it came in, also on the hop on which it went out: it goes on at once.
  std::vector<HopEvent> contentAsItCame() const {
    return content([this](const CapturedPart& part) {
      return part.kind == CapturedKind::Bytes && part.direction == direction_;
    });
  }

  template <class Chosen>
  std::vector<HopEvent> content(Chosen&& isChosen) const {
    std::vector<HopEvent> events;
    std::uint64_t at = 0;
    for (const CapturedPart* part : parts_) {
      if (!isChosen(*part)) continue;
      HopEvent event = eventOf(Kind::Data, *part);
      event.at = at;
      event.size = part->size;
      at += part->size;
      events.push_back(std::move(event));
    }
    return events;
  }

  /// HTTP/2's frames tell of the end; HTTP/1.1 ends on this hop when it has on the other.
  bool hasEnded() const {
    return std::ranges::any_of(parts_, [this](const CapturedPart* part) {
      const bool mayEnd = isFrame(*part, kDataFrame) || isFrame(*part, kHeadersFrame);
      const bool isFrameEnd = isHere(*part) && mayEnd && (part->frameFlags & kEndStream) != 0;
      const bool isTold = part->kind == CapturedKind::End && part->direction == direction_;
      return isFrameEnd || (isTold && (!isHttp2_ || part->hop == hop_));
    });
  }

  std::vector<HopEvent> resets() const {
    std::vector<HopEvent> told = chosen(CapturedKind::Reset, Kind::Reset);
    for (const CapturedPart* part : parts_) {
      if (!isFrame(*part, kResetFrame) || !isHere(*part)) continue;
      HopEvent reset = told.empty() ? eventOf(Kind::Reset, *part) : told.front();
      if (told.empty()) reset.number = kCancel;
      reset.time = part->time;
      return {reset};
    }
    if (told.size() > 1) told.resize(1);
    return told;
  }

  const Parts& parts_;
  Hop hop_;
  Direction direction_;
  bool isHttp2_;
};

HopStory storyOf(const Parts& parts, Hop hop) {
  HopStory story;
  story.hop = hop;
  bool hasFrames = false, hasWire = false;
  for (const CapturedPart* part : parts) {
    if (part->hop != hop) continue;
    hasFrames = hasFrames || part->kind == CapturedKind::Frame;
    if (part->kind == CapturedKind::Attempt) story.target = valueOf(part->fields.get(), "target");
    if (part->kind != CapturedKind::Wire) continue;
    hasWire = true;
    story.connection = part->size;
    story.stream = part->number;
  }
  if (!hasWire && hasFrames) story.stream = 1;
  const auto request = Way(parts, hop, Direction::Request, story.stream != 0).events();
  const auto response = Way(parts, hop, Direction::Response, story.stream != 0).events();
  std::ranges::merge(request, response, std::back_inserter(story.events), {}, &HopEvent::time,
                     &HopEvent::time);
  return story;
}

bool isTold(const HopStory& story) {
  return std::ranges::any_of(story.events, [](const HopEvent& event) { return event.kind == Kind::Head; });
}

}  // namespace

std::vector<HopStory> hopStories(const observe::CapturedStream& stream) {
  Parts all, attempt;
  std::vector<HopStory> stories;
  for (const auto& batch : stream.batches) {
    for (const CapturedPart& part : batch->parts)
      all.push_back(&part);
  }
  stories.push_back(storyOf(all, Hop::Client));
  for (const CapturedPart* part : all) {
    if (part->kind == CapturedKind::Attempt) {
      stories.push_back(storyOf(attempt, Hop::Target));
      // Content that came before this target was chosen goes to it too.
      std::erase_if(attempt, [](const CapturedPart* earlier) {
        return earlier->kind != CapturedKind::Bytes && earlier->kind != CapturedKind::End;
      });
    }
    attempt.push_back(part);
  }
  stories.push_back(storyOf(attempt, Hop::Target));
  std::erase_if(stories, [](const HopStory& story) { return !isTold(story); });
  return stories;
}

}  // namespace spillway::exporting

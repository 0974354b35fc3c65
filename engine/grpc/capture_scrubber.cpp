// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/grpc/capture_scrubber.h"

#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <set>

#include "engine/grpc/message_frame.h"

namespace spillway::grpc {
namespace {

namespace pb = google::protobuf;

/// Calls whose answer is remembered: their names come from clients.
constexpr std::size_t kMostPaths = 10'000;
constexpr std::size_t kMostNames = 64;

/// Whether a message of the type may hold a covered field, however deep. An Any may hold everything, a map's
/// key may be a name.
bool mayHold(const pb::Descriptor& type, const Redaction& redaction, std::set<const pb::Descriptor*>& seen) {
  if (!seen.insert(&type).second) return false;
  if (type.well_known_type() == pb::Descriptor::WELLKNOWNTYPE_ANY) return true;
  for (int i = 0; i < type.field_count(); ++i) {
    const pb::FieldDescriptor& field = *type.field(i);
    if (redaction.covers(field.name()) || field.is_map()) return true;
    if (field.message_type() && mayHold(*field.message_type(), redaction, seen)) return true;
  }
  return false;
}

bool mayHold(const MessageType& type, const Redaction& redaction) {
  std::set<const pb::Descriptor*> seen;
  return mayHold(type.descriptor(), redaction, seen);
}

/// Whether something was overwritten.
bool redact(const Redaction& redaction, const Schemas& schemas, const MessageType& type,
            std::span<std::uint8_t> message) {
  const std::vector<std::uint8_t> before(message.begin(), message.end());
  redaction.redactBytes(schemas, type, message);
  return !std::ranges::equal(before, message);
}

}  // namespace

void CaptureScrubber::know(const Schemas& schemas) {
  auto made = std::make_shared<const Schemas>(schemas);
  const std::lock_guard lock(mutex_);
  news_ = std::move(made);
}

void CaptureScrubber::takeNews() {
  const std::lock_guard lock(mutex_);
  if (schemas_ == news_) return;
  schemas_ = news_;
  known_.clear();
}

CaptureScrubber::Names& CaptureScrubber::of(const std::vector<std::string>& names) {
  const auto at = std::ranges::find(known_, names, [](const auto& one) { return one->names; });
  if (at != known_.end()) return **at;
  if (known_.size() >= kMostNames) known_.clear();
  return *known_.emplace_back(std::make_unique<Names>(Names{names, Redaction(names), {}}));
}

bool CaptureScrubber::concerns(std::string_view path, const std::vector<std::string>& names) {
  takeNews();
  Names& all = of(names);
  if (const auto known = all.paths.find(std::string(path)); known != all.paths.end()) return known->second;
  const auto found = schemas_->method(path);
  const bool may = found && (mayHold(found->method.request, all.redaction) ||
                             mayHold(found->method.response, all.redaction));
  if (all.paths.size() >= kMostPaths) all.paths.clear();
  return all.paths.emplace(path, may).first->second;
}

void CaptureScrubber::scrub(const observe::MessagePlace& place, const std::vector<std::string>& names,
                            std::span<std::uint8_t> payload) {
  takeNews();
  const Redaction& redaction = of(names).redaction;
  const auto found = schemas_->method(place.path);
  if (!found) return;
  const bool isRequest = place.direction == observe::Direction::Request;
  const MessageType& type = isRequest ? found->method.request : found->method.response;
  if (!place.isCompressed) return redaction.redactBytes(*schemas_, type, payload);
  if (!mayHold(type, redaction)) return;
  auto opened = openMessage(payload, place.encoding);
  if (opened) {
    std::string& bytes = *opened;
    const std::span message(reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size());
    if (!redact(redaction, *schemas_, type, message)) return;
  }
  // What was cut cannot be opened to look.
  std::ranges::fill(payload, std::uint8_t{'*'});
}

}  // namespace spillway::grpc

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/grpc/redaction.h"
#include "engine/grpc/schema.h"
#include "engine/observe/message_scrubber.h"

namespace spillway::grpc {

/// Redacts captured messages by the schemas that are known. A compressed message that holds a secret is
/// overwritten whole. One thread, except know().
class CaptureScrubber : public observe::MessageScrubber {
 public:
  /// From the next message on these are known. Any thread, never waits for a message.
  void know(const Schemas& schemas);

  bool concerns(std::string_view path, const std::vector<std::string>& names) override;
  void scrub(const observe::MessagePlace& place, const std::vector<std::string>& names,
             std::span<std::uint8_t> payload) override;

 private:
  /// What is found out once for a set of names.
  struct Names {
    std::vector<std::string> names;
    Redaction redaction;
    std::unordered_map<std::string, bool> paths;  ///< whether a call's messages may hold such fields
  };
  Names& of(const std::vector<std::string>& names);
  void takeNews();

  std::mutex mutex_;
  std::shared_ptr<const Schemas> news_ = std::make_shared<const Schemas>();  ///< under the mutex
  std::shared_ptr<const Schemas> schemas_ = news_;
  std::vector<std::unique_ptr<Names>> known_;
};

}  // namespace spillway::grpc

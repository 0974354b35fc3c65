// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/test_client.h"
#include "tests/support/test_target.h"

namespace spillway::test {

/// A document with one load balancer "desk", one cleartext HTTP/2 listener "in" on a free port, and one GRPC
/// group "group" of these targets, checked as fast as a desk may.
config::Document plainDocument(const std::vector<const TestTarget*>& targets);

/// A running engine and what tests ask of it.
class EngineFixture : public ::testing::Test {
 protected:
  explicit EngineFixture(std::size_t workers = 2);
  /// The data folder is the test's own.
  explicit EngineFixture(EngineOptions options);
  ~EngineFixture() override;

  /// Applies, and fails the test when that is refused.
  void apply(const config::Document& document);
  /// The first bound address of a listener.
  std::string address(const std::string& listener = "in") const;
  TargetStatus status(const TestTarget& target) const;
  bool waitForState(const TestTarget& target, observe::TargetState state);
  /// Applies the document and waits until all these targets are healthy.
  void applyAndWait(const config::Document& document, const std::vector<const TestTarget*>& targets);
  /// All records so far, in the order of their ends; waits until there are at least `count`.
  std::vector<std::shared_ptr<const observe::StreamRecord>> records(std::size_t count);
  std::vector<observe::Event> events();

  TemporaryFolder folder_;
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<observe::Subscription> subscription_;
  std::vector<observe::Event> events_;
};

}  // namespace spillway::test

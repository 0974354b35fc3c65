// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/balance/anomaly.h"

#include <algorithm>

namespace spillway::balance {
namespace {

constexpr std::size_t kFewestHealthyTargets = 3;  // ALB's
constexpr double kFewestAnswers = 5;              // to judge a target that was normal
constexpr double kFewestFailures = 3;
constexpr double kExtraShare = 0.1;  // of failures beyond …
constexpr double kUsualFactor = 2;   // … so many times the usual
constexpr std::uint32_t kLeastWeight = kFullWeight / 10;

double failureShare(const AnswerWindow& window) {
  return window.failures / window.answers;
}

/// Each look halves what was seen before: the window is about two periods long.
void advance(TargetRuntime& target) {
  AnswerWindow& window = target.window;
  const std::uint64_t answers = target.answers.load(std::memory_order_relaxed);
  const std::uint64_t failures = target.failures.load(std::memory_order_relaxed);
  window.answers = window.answers / 2 + static_cast<double>(answers - window.answersSeen);
  window.failures = window.failures / 2 + static_cast<double>(failures - window.failuresSeen);
  window.answersSeen = answers;
  window.failuresSeen = failures;
}

bool isHealthy(const TargetSnapshot& target) {
  return target.runtime->state.load(std::memory_order_relaxed) == observe::TargetState::Healthy;
}

}  // namespace

void noteAnswer(TargetRuntime& target, AnswerKind kind) {
  if (kind == AnswerKind::Failed) target.failures.fetch_add(1, std::memory_order_relaxed);
  target.answers.fetch_add(1, std::memory_order_relaxed);
}

double usualFailureShare(std::span<const AnswerWindow> peers) {
  std::vector<double> shares;
  for (const AnswerWindow& peer : peers) {
    if (peer.answers >= 1) shares.push_back(failureShare(peer));
  }
  if (shares.empty()) return 0;
  const auto middle = shares.begin() + static_cast<std::ptrdiff_t>((shares.size() - 1) / 2);
  std::ranges::nth_element(shares, middle);
  return *middle;
}

bool isAnomalous(const AnswerWindow& target, double usualShare, bool before) {
  if (target.answers < (before ? 1 : kFewestAnswers)) return false;
  if (!before && target.failures < kFewestFailures) return false;
  return failureShare(target) > kExtraShare + kUsualFactor * usualShare;
}

std::uint32_t nextWeight(std::uint32_t weight, bool anomalous) {
  return anomalous ? kLeastWeight : std::min(kFullWeight, weight * 2);
}

void AnomalyDetector::tick(std::span<const std::shared_ptr<const GroupSnapshot>> groups, TimePoint now) {
  if (now < next_) return;
  next_ = now + kPeriod;
  for (const auto& group : groups)
    judge(*group);
}

void AnomalyDetector::judge(const GroupSnapshot& group) {
  std::vector<AnswerWindow> peers;
  for (const TargetSnapshot& target : group.targets) {
    advance(*target.runtime);
    if (isHealthy(target)) peers.push_back(target.runtime->window);
  }
  const double usual = usualFailureShare(peers);
  const auto& attributes = group.settings.attributes;
  const bool mitigates =
      attributes.anomalyMitigation && attributes.algorithm == config::Algorithm::WeightedRandom;
  for (const TargetSnapshot& target : group.targets) {
    TargetRuntime& runtime = *target.runtime;
    const bool anomalous = peers.size() >= kFewestHealthyTargets && isHealthy(target) &&
                           isAnomalous(runtime.window, usual, runtime.anomalous);
    runtime.anomalous.store(anomalous, std::memory_order_relaxed);
    runtime.weight.store(mitigates ? nextWeight(runtime.weight, anomalous) : kFullWeight,
                         std::memory_order_relaxed);
  }
}

}  // namespace spillway::balance

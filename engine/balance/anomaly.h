// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "engine/balance/snapshot.h"

/// Targets that fail clearly more often than their peers (alb-behaviour §3.5). AWS publishes neither
/// thresholds nor weights: those here are ours.
namespace spillway::balance {

enum class AnswerKind : bool { Good, Failed };

/// To be called once for each answer of a target. Failed: HTTP 5xx from the target, or no connection to it;
/// a grpc-status does not count (AWS names HTTP 5xx only). Any thread.
void noteAnswer(TargetRuntime& target, AnswerKind kind);

/// The usual share of failures among peers: the lower median, so that a failing minority does not count as
/// usual. Targets with hardly an answer have no say.
double usualFailureShare(std::span<const AnswerWindow> peers);

/// Whether the target fails clearly more often than usual. `before`: it was anomalous at the last look; then
/// a single answer is enough to judge, for it gets few.
bool isAnomalous(const AnswerWindow& target, double usualShare, bool before);

/// Mitigation's next weight: the least when anomalous, else twice the present one up to the full weight.
std::uint32_t nextWeight(std::uint32_t weight, bool anomalous);

/// Judges the targets of all groups every five seconds and writes what it finds to their runtimes. Control
/// thread.
class AnomalyDetector {
 public:
  static constexpr std::chrono::seconds kPeriod{5};

  /// To be called at least once per period; does nothing until the period is over.
  void tick(std::span<const std::shared_ptr<const GroupSnapshot>> groups, TimePoint now);

 private:
  static void judge(const GroupSnapshot& group);
  TimePoint next_{};
};

}  // namespace spillway::balance

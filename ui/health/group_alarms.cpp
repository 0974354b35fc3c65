// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/health/group_alarms.h"

namespace spillway::ui {

namespace {

using namespace std::chrono_literals;
QString str(const std::string& text) {
  return QString::fromStdString(text);
}

QString titleOf(const std::string& group, GroupHealth health, GroupHealth before) {
  switch (health) {
    case GroupHealth::Unhealthy:
      return QStringLiteral("%1 is unhealthy").arg(str(group));
    case GroupHealth::Degraded:
      return (before == GroupHealth::Unhealthy ? QStringLiteral("%1 has healthy targets again")
                                               : QStringLiteral("%1 is degraded"))
          .arg(str(group));
    default:
      return QStringLiteral("%1 is healthy again").arg(str(group));
  }
}

/// "127.0.0.1:50062: connection refused": the first target that is not healthy.
QString firstTrouble(const std::string& group, const std::vector<TargetStatus>& targets) {
  for (const TargetStatus& target : targets) {
    if (target.id.group != group || target.state != observe::TargetState::Unhealthy) continue;
    const bool isOut = target.reason == observe::HealthReason::TakenOut;
    const std::string& why = isOut || target.detail.empty() ? target.description : target.detail;
    return QStringLiteral("%1:%2: %3").arg(str(target.id.address)).arg(target.id.port).arg(str(why));
  }
  return {};
}

QString wordsOf(const std::string& group, const GroupCounts& counts,
                const std::vector<TargetStatus>& targets) {
  const QString all = countOf(counts.healthy + counts.unhealthy + counts.initial, QStringLiteral("target"));
  const QString trouble = firstTrouble(group, targets);
  const QString words = QStringLiteral("%1 of %2 healthy.").arg(countText(counts.healthy), all);
  return trouble.isEmpty() ? words : words + QLatin1Char(' ') + trouble;
}

/// Whether it says how the group fares; what does not is waited for.
bool isClear(GroupHealth health) {
  return health == GroupHealth::Healthy || health == GroupHealth::Degraded ||
         health == GroupHealth::Unhealthy;
}

Notice joined(std::vector<Notice> notices) {
  if (notices.size() == 1) return std::move(notices.front());
  Notice all{
      QStringLiteral("%1 changed their health").arg(countOf(notices.size(), QStringLiteral("target group"))),
      {}};
  QStringList lines;
  for (std::size_t i = 0; i < std::min(notices.size(), GroupAlarms::kLines); ++i)
    lines.push_back(notices[i].title);
  if (notices.size() > GroupAlarms::kLines)
    lines.push_back(QStringLiteral("and %1 more").arg(notices.size() - GroupAlarms::kLines));
  all.words = lines.join(QLatin1Char('\n'));
  return all;
}

}  // namespace

std::optional<Notice> GroupAlarms::take(const std::vector<TargetStatus>& targets, TimePoint now) {
  const auto groups = countGroups(targets);
  std::erase_if(told_, [&](const auto& known) { return !groups.contains(known.first); });
  std::vector<Notice> notices;
  std::map<std::string, GroupHealth> next = told_;
  for (const auto& [group, counts] : groups) {
    const GroupHealth health = counts.fares();
    GroupHealth& before = next.try_emplace(group, GroupHealth::Healthy).first->second;
    if (!isClear(health) || health == before) continue;
    notices.push_back({titleOf(group, health, before), wordsOf(group, counts, targets)});
    before = health;
  }
  if (notices.empty() || !mayTell(now)) return std::nullopt;
  told_ = std::move(next);
  return joined(std::move(notices));
}

bool GroupAlarms::mayTell(TimePoint now) {
  while (!notices_.empty() && now - notices_.front() >= 1min)
    notices_.pop_front();
  if (notices_.size() >= kPerMinute) return false;
  notices_.push_back(now);
  return true;
}

}  // namespace spillway::ui

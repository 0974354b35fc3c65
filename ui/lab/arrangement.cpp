// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/lab/arrangement.h"

#include <QCoreApplication>
#include <algorithm>
#include <utility>

#include "engine/config/validate.h"
#include "ui/bridge/document_edits.h"
#include "ui/health/target_health_model.h"
#include "ui/models/words.h"

namespace spillway::ui {

namespace {

QString toQt(const std::string& text) {
  return QString::fromStdString(text);
}

QString after(int answers) {
  return QStringLiteral("After **%1**")
      .arg(countOf(static_cast<std::uint64_t>(answers), QStringLiteral("answer")));
}

config::TargetGroup changed(config::TargetGroup group, const LessonSetup& setup) {
  if (!setup.algorithm.isEmpty())
    group.attributes.algorithm = setup.algorithm == QLatin1String("round_robin")
                                     ? config::Algorithm::RoundRobin
                                     : config::Algorithm::LeastOutstandingRequests;
  if (setup.isSticky) group.attributes.stickiness = {.enabled = true};
  if (!setup.healthCode.isEmpty()) group.healthCheck.matcher.grpcCode = setup.healthCode.toStdString();
  return group;
}

}  // namespace

Arrangement::Arrangement(EngineBridge& bridge, Workspace& workspace, QObject* parent)
    : QObject(parent), bridge_(bridge), workspace_(workspace) {
  starting_.setMaxThreadCount(1);
  connect(&workspace_, &Workspace::settled, this, [this](const ApplyReport&) {
    isApplied_ = true;
    look();
  });
  connect(&bridge_, &EngineBridge::targetsChanged, this, &Arrangement::look);
  connect(qApp, &QCoreApplication::aboutToQuit, this, &Arrangement::putBack);
}

void Arrangement::make(const LessonSetup& setup, const std::string& group) {
  reset();
  setup_ = setup;
  group_ = group;
  isApplied_ = true;
  isAwaited_ = true;
  config::Document document = workspace_.document();
  if (config::TargetGroup* found = findGroup(document, group)) {
    const config::TargetGroup before = *found;
    *found = changed(before, setup);
    if (*found != before) {
      isApplied_ = false;
      if (!edit(QStringLiteral("Streaming lab: prepare the experiment"), document)) return;
      before_ = before;
    }
  }
  look();
}

/// Whether what was made has come into force.
void Arrangement::look() {
  if (!isAwaited_ || !isApplied_) return;
  if (!setup_.healthCode.isEmpty()) {
    const bool isDecided = std::ranges::all_of(bridge_.targets(), [this](const TargetStatus& target) {
      return target.id.group != group_ || target.state == observe::TargetState::Unhealthy;
    });
    if (!isDecided)
      return Q_EMIT waits(QStringLiteral("The success code of %1 is %2 now. The calls begin when the health "
                                         "checks have judged every target by it.")
                              .arg(toQt(group_), setup_.healthCode));
  }
  isAwaited_ = false;
  Q_EMIT ready();
}

bool Arrangement::edit(const QString& words, const config::Document& document) {
  const auto issues = workspace_.edit(words, document);
  if (!config::hasErrors(issues)) return true;
  isAwaited_ = false;
  Q_EMIT failed(problemWords(issues));
  return false;
}

void Arrangement::onAnswers(std::uint64_t answers, const std::string& target) {
  if (target.empty()) return;
  const auto isDue = [&](int wanted) { return wanted > 0 && answers >= static_cast<std::uint64_t>(wanted); };
  if (isDue(setup_.killAfter)) kill(target);
  if (isDue(setup_.deregisterAfter)) deregister(target);
}

void Arrangement::kill(const std::string& target) {
  const QString when = after(std::exchange(setup_.killAfter, 0));
  for (const service::TaskStatus& task : workspace_.services().tasks()) {
    if (task.state != service::TaskState::Running || !target.ends_with(":" + std::to_string(task.port)))
      continue;
    workspace_.services().kill(task.service, task.port);
    killed_ = task;
    told_ << QStringLiteral(
                 "%1 the server at **%2** was killed (SIGKILL); it is started again when the call is over.")
                 .arg(when, toQt(target));
    return;
  }
  told_ << QStringLiteral(
               "%1 the server at **%2** was to be killed, but it is no Local service of this workspace: "
               "end it yourself.")
               .arg(when, toQt(target));
}

void Arrangement::deregister(const std::string& target) {
  const QString when = after(std::exchange(setup_.deregisterAfter, 0));
  config::Document document = workspace_.document();
  config::TargetGroup* group = findGroup(document, group_);
  if (!group) return;
  const config::TargetGroup before = *group;
  std::erase_if(group->targets, [&](const config::Target& each) {
    return targetAddress({group_, each.id, static_cast<std::uint16_t>(each.port)}) == toQt(target);
  });
  if (!edit(QStringLiteral("Streaming lab: deregister %1").arg(toQt(target)), document)) return;
  if (!before_) before_ = before;
  told_ << QStringLiteral(
               "%1 **%2** was deregistered: it drains, which means no new call and time for those that run.")
               .arg(when, toQt(target));
}

void Arrangement::reset() {
  putBack();
  told_.clear();
}

void Arrangement::putBack() {
  isAwaited_ = false;
  setup_ = {};
  if (killed_) {
    starting_.start([&services = workspace_.services(), task = *killed_] {
      (void)services.start(task.service, task.port);
    });
    killed_.reset();
  }
  const auto before = std::exchange(before_, std::nullopt);
  config::Document document = workspace_.document();
  config::TargetGroup* group = before ? findGroup(document, before->name) : nullptr;
  if (!group) return;
  group->attributes.algorithm = before->attributes.algorithm;
  group->attributes.stickiness = before->attributes.stickiness;
  group->healthCheck.matcher = before->healthCheck.matcher;
  for (const config::Target& target : before->targets) {
    if (std::ranges::find(group->targets, target) == group->targets.end()) group->targets.push_back(target);
  }
  edit(QStringLiteral("Streaming lab: put back after the experiment"), document);
}

}  // namespace spillway::ui

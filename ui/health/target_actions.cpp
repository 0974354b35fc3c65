// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/health/target_actions.h"

#include <algorithm>

#include "engine/config/validate.h"
#include "ui/accesslog/log_filters.h"
#include "ui/bridge/document_edits.h"
#include "ui/health/target_health_model.h"

namespace spillway::ui {

namespace {

using namespace std::chrono_literals;

struct Duration {
  std::chrono::seconds time;
  const char* words;
};
constexpr Duration kDurations[]{
    {1min, "For 1 minute"}, {5min, "For 5 minutes"}, {15min, "For 15 minutes"}, {1h, "For 1 hour"}};

QAction* addAction(QWidget& widget, const QString& text, const QKeySequence& key, const QString& tip) {
  auto* action = new QAction(text, &widget);
  action->setShortcut(key);
  action->setShortcutContext(Qt::WidgetWithChildrenShortcut);
  action->setToolTip(tip);
  widget.addAction(action);
  return action;
}

}  // namespace

TargetActions::TargetActions(EngineBridge& bridge, Workspace& workspace, QWidget& page, QWidget& table)
    : QObject(&page),
      checkNow(addAction(page, QStringLiteral("Check now"), Qt::Key_F5,
                         QStringLiteral("Check the selected target, or all, at once (F5)"))),
      deregister(addAction(table, QStringLiteral("Deregister"), QKeySequence::Delete,
                           QStringLiteral("Takes the target out of its group: no new requests, and after "
                                          "draining it leaves (Del); Ctrl+Z undoes"))),
      log(addAction(table, QStringLiteral("Open its log lines"), Qt::Key_Return,
                    QStringLiteral("Shows the requests that it got in the access log (Enter)"))),
      group(addAction(table, QStringLiteral("Open its target group"), Qt::CTRL | Qt::Key_Return,
                      QStringLiteral("Shows it among the target groups (Ctrl+Enter)"))),
      bridge_(bridge),
      workspace_(workspace) {
  fillTakeOut();
  all.addAction(checkNow);
  all.addMenu(&takeOut);
  all.addAction(deregister);
  all.addSeparator();
  all.addActions({log, group});
  connect(checkNow, &QAction::triggered, this, [this] {
    if (target_) return bridge_.checkNow(target_->id);
    Q_EMIT checkAllRequested();
  });
  connect(deregister, &QAction::triggered, this, &TargetActions::deregisterTarget);
  connect(log, &QAction::triggered, this,
          [this] { Q_EMIT logRequested(filterOfTarget(targetAddress(target_->id))); });
  connect(group, &QAction::triggered, this,
          [this] { Q_EMIT groupRequested(QString::fromStdString(target_->id.group)); });
  setTarget(nullptr);
}

void TargetActions::fillTakeOut() {
  takeOut.setTitle(QStringLiteral("Take out for a while"));
  for (const Duration& each : kDurations) {
    connect(takeOut.addAction(QLatin1String(each.words)), &QAction::triggered, this,
            [this, time = each.time] { bridge_.takeOut(target_->id, time); });
  }
  takeOut.addSeparator();
  putBack = takeOut.addAction(QStringLiteral("Put it back now"));
  connect(putBack, &QAction::triggered, this, [this] { bridge_.putBack(target_->id); });
}

void TargetActions::setTarget(const TargetStatus* target) {
  target_ = target ? std::optional(*target) : std::nullopt;
  const bool isLeaving = target && target->state == observe::TargetState::Draining;
  log->setEnabled(target != nullptr);
  group->setEnabled(target != nullptr);
  deregister->setEnabled(isRegistered());
  takeOut.menuAction()->setEnabled(target && !isLeaving && target->state != observe::TargetState::Unused);
  putBack->setEnabled(target && target->takenOutUntil != WallTime{});
}

bool TargetActions::isRegistered() const {
  if (!target_) return false;
  const config::TargetGroup* found = findGroup(workspace_.document(), target_->id.group);
  return found && std::ranges::any_of(found->targets, [&](const config::Target& target) {
           return target.id == target_->id.address && target.port == target_->id.port;
         });
}

void TargetActions::deregisterTarget() {
  if (!isRegistered()) return;
  config::Document document = workspace_.document();
  std::erase_if(findGroup(document, target_->id.group)->targets, [&](const config::Target& target) {
    return target.id == target_->id.address && target.port == target_->id.port;
  });
  const auto issues =
      workspace_.edit(QStringLiteral("Deregister %1 from %2")
                          .arg(targetAddress(target_->id), QString::fromStdString(target_->id.group)),
                      document);
  if (config::hasErrors(issues)) Q_EMIT workspace_.problem(problemWords(issues));
}

}  // namespace spillway::ui

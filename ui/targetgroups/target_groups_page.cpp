// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/targetgroups/target_groups_page.h"

#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QShortcut>
#include <QSplitter>
#include <QStackedWidget>
#include <QVBoxLayout>
#include <algorithm>

#include "engine/config/validate.h"
#include "ui/bridge/document_edits.h"
#include "ui/targetgroups/group_rows.h"
#include "ui/targetgroups/health_check_dialog.h"
#include "ui/widgets/card.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/page_header.h"
#include "ui/wizards/target_text.h"

namespace spillway::ui {

TargetGroupsPage::TargetGroupsPage(EngineBridge& bridge, Workspace& workspace, RecentReadings& recent,
                                   QWidget* parent)
    : QWidget(parent),
      bridge_(bridge),
      workspace_(workspace),
      recent_(recent),
      header_(new PageHeader(QStringLiteral("Target groups"), this)),
      groups_(new ValueTable(groupColumns(), QStringLiteral("Target groups"), this)),
      targets_(new ValueTable(groupTargetColumns(), QStringLiteral("Targets of the group"), this)),
      stack_(new QStackedWidget(this)),
      targetStack_(new QStackedWidget(this)) {
  makeHeader();
  auto* splitter = new QSplitter(Qt::Horizontal, this);
  splitter->setHandleWidth(10);
  splitter->setChildrenCollapsible(false);
  splitter->addWidget(makeGroups());
  splitter->addWidget(makeTargets());
  splitter->setSizes({480, 660});
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(16, 12, 16, 14);
  column->setSpacing(10);
  column->addWidget(header_);
  column->addWidget(stack_, 1);
  stack_->addWidget(splitter);
  auto* empty =
      new EmptyState(QStringLiteral("No target groups yet"),
                     QStringLiteral("A target group holds the servers that get the requests, and says "
                                    "how their health is checked."),
                     stack_);
  connect(empty->addButton(QStringLiteral("Create a load balancer…")), &QPushButton::clicked, this,
          &TargetGroupsPage::createRequested);
  stack_->addWidget(empty);
  connect(&workspace_, &Workspace::documentChanged, this, &TargetGroupsPage::showRows);
  connect(&bridge_, &EngineBridge::targetsChanged, this, &TargetGroupsPage::showRows);
  connect(&recent_, &RecentReadings::changed, this, [this] {
    if (isVisible()) showRows();
  });
  showRows();
}

void TargetGroupsPage::makeHeader() {
  checkNow_ = new QPushButton(QStringLiteral("Check now"), this);
  checkNow_->setToolTip(QStringLiteral("Checks the health of all targets of the group now (F5)"));
  checkNow_->setShortcut(QKeySequence::Refresh);
  editCheck_ = new QPushButton(QStringLiteral("Health check…"), this);
  deregister_ = new QPushButton(QStringLiteral("Deregister"), this);
  deregister_->setToolTip(QStringLiteral("Takes the selected targets out of the group (Del); Ctrl+Z undoes"));
  removeGroup_ = new QPushButton(QStringLiteral("Remove group"), this);
  removeGroup_->setToolTip(QStringLiteral("Only a group that no listener forwards to can be removed"));
  for (QPushButton* button : {checkNow_, editCheck_, deregister_, removeGroup_})
    header_->addButton(button);
  connect(checkNow_, &QPushButton::clicked, this, [this] {
    if (const auto* group = chosen())
      for (const auto& target : group->targets)
        bridge_.checkNow({group->name, target.id, static_cast<std::uint16_t>(target.port)});
  });
  connect(editCheck_, &QPushButton::clicked, this, &TargetGroupsPage::editHealthCheck);
  connect(deregister_, &QPushButton::clicked, this, &TargetGroupsPage::deregisterSelected);
  connect(removeGroup_, &QPushButton::clicked, this, &TargetGroupsPage::removeGroup);
  auto* del = new QShortcut(QKeySequence::Delete, targets_);
  del->setContext(Qt::WidgetShortcut);
  connect(del, &QShortcut::activated, this, &TargetGroupsPage::deregisterSelected);
}

QWidget* TargetGroupsPage::makeGroups() {
  auto* card = new Card(this);
  auto* inside = new QVBoxLayout(card);
  inside->setContentsMargins(1, 1, 1, 1);
  inside->addWidget(groups_);
  groups_->setSelectionMode(QAbstractItemView::SingleSelection);
  connect(groups_, &ValueTable::selectedKeyChanged, this, &TargetGroupsPage::showTargets);
  return card;
}

QWidget* TargetGroupsPage::makeTargets() {
  auto* card = new Card(this);
  title_ = new QLabel(card);
  title_->setTextFormat(Qt::PlainText);
  QFont bold = title_->font();
  bold.setWeight(QFont::DemiBold);
  title_->setFont(bold);
  check_ = new QLabel(card);
  check_->setTextFormat(Qt::PlainText);
  check_->setWordWrap(true);
  check_->setProperty("role", QByteArray("muted"));
  auto* head = new QVBoxLayout;
  head->setContentsMargins(14, 10, 14, 0);
  head->setSpacing(4);
  head->addWidget(title_);
  head->addWidget(check_);
  head->addSpacing(4);
  head->addWidget(makeRegisterLine());
  auto* column = new QVBoxLayout(card);
  column->setContentsMargins(1, 1, 1, 1);
  column->setSpacing(6);
  column->addLayout(head);
  column->addWidget(targetStack_, 1);
  targetStack_->addWidget(targets_);
  targetStack_->addWidget(new EmptyState(
      QStringLiteral("This group has no targets"),
      QStringLiteral("Requests get 503 until a target is registered. Type its address in the line above."),
      card));
  connect(targets_, &ValueTable::selectedKeyChanged, this,
          [this] { deregister_->setEnabled(!targets_->selectedKey().isEmpty()); });
  return card;
}

QWidget* TargetGroupsPage::makeRegisterLine() {
  auto* whole = new QWidget(this);
  typed_ = new QLineEdit(whole);
  typed_->setObjectName(QStringLiteral("register"));
  typed_->setPlaceholderText(QStringLiteral("Register targets: 127.0.0.1:50063, or several apart by commas"));
  typed_->setAccessibleName(QStringLiteral("Address and port of the target to register"));
  register_ = new QPushButton(QStringLiteral("Register"), whole);
  problem_ = new QLabel(whole);
  problem_->setTextFormat(Qt::PlainText);
  problem_->setWordWrap(true);
  problem_->setProperty("role", QByteArray("problem"));
  problem_->hide();
  auto* line = new QHBoxLayout;
  line->setSpacing(8);
  line->addWidget(typed_, 1);
  line->addWidget(register_);
  auto* column = new QVBoxLayout(whole);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(4);
  column->addLayout(line);
  column->addWidget(problem_);
  connect(typed_, &QLineEdit::textEdited, this, &TargetGroupsPage::judgeTyped);
  connect(typed_, &QLineEdit::returnPressed, this, &TargetGroupsPage::registerTyped);
  connect(register_, &QPushButton::clicked, this, &TargetGroupsPage::registerTyped);
  return whole;
}

void TargetGroupsPage::showEvent(QShowEvent* event) {
  QWidget::showEvent(event);
  showRows();
}

void TargetGroupsPage::showGroup(const QString& name) {
  groups_->select(name);
}

const config::TargetGroup* TargetGroupsPage::chosen() const {
  return findGroup(workspace_.document(), groups_->selectedKey().toStdString());
}

void TargetGroupsPage::showRows() {
  auto rows = groupRows(workspace_.document(), bridge_.targets(), recent_);
  const QString first = rows.empty() ? QString() : rows.front().key;
  stack_->setCurrentIndex(rows.empty() ? 1 : 0);
  groups_->setRows(std::move(rows));
  if (!chosen() && !first.isEmpty()) groups_->select(first);
  showTargets();
}

void TargetGroupsPage::showTargets() {
  const config::TargetGroup* group = chosen();
  for (QPushButton* button : {checkNow_, editCheck_, register_})
    button->setEnabled(group != nullptr);
  if (!group) {
    targets_->setRows({});
    return;
  }
  title_->setText(QStringLiteral("Targets of %1").arg(QString::fromStdString(group->name)));
  check_->setText(healthCheckWords(*group));
  auto rows = groupTargetRows(*group, bridge_.targets(), bridge_.metrics(), recent_);
  targetStack_->setCurrentIndex(rows.empty() ? 1 : 0);
  targets_->setRows(std::move(rows));
  deregister_->setEnabled(!targets_->selectedKey().isEmpty());
  const auto& balancers = workspace_.document().loadBalancers;
  removeGroup_->setEnabled(std::ranges::none_of(balancers, [&](const config::LoadBalancer& balancer) {
    return std::ranges::any_of(balancer.listeners, [&](const config::Listener& listener) {
      return config::forwardsTo(listener, group->name);
    });
  }));
}

std::optional<config::Document> TargetGroupsPage::withTyped(QString& problem) const {
  config::Document document = workspace_.document();
  config::TargetGroup* group = findGroup(document, groups_->selectedKey().toStdString());
  if (!group) return std::nullopt;
  const TargetText typed = parseTargets(typed_->text(), group->port);
  problem = typed.problem;
  if (!problem.isEmpty() || typed.targets.empty()) return std::nullopt;
  group->targets.insert(group->targets.end(), typed.targets.begin(), typed.targets.end());
  const auto issues = config::validate(document);
  const auto error = std::ranges::find(issues, config::Issue::Severity::Error, &config::Issue::severity);
  if (error == issues.end()) return document;
  problem = QString::fromStdString(error->message);
  return std::nullopt;
}

void TargetGroupsPage::judgeTyped() {
  QString problem;
  (void)withTyped(problem);
  problem_->setText(QStringLiteral("✖ ") + problem);
  problem_->setVisible(!problem.isEmpty());
  typed_->setAccessibleDescription(problem);
}

bool TargetGroupsPage::registerTyped() {
  QString problem;
  const auto document = withTyped(problem);
  judgeTyped();
  if (!document) return false;
  edit(QStringLiteral("Register %1 in %2").arg(typed_->text().trimmed(), groups_->selectedKey()), *document);
  typed_->clear();
  return true;
}

void TargetGroupsPage::deregisterSelected() {
  const QStringList keys = targets_->selectedKeys();
  config::Document document = workspace_.document();
  config::TargetGroup* group = findGroup(document, groups_->selectedKey().toStdString());
  if (!group || keys.isEmpty()) return;
  std::erase_if(group->targets,
                [&](const config::Target& target) { return keys.contains(targetKeyOf(target)); });
  edit(QStringLiteral("Deregister %1 from %2").arg(keys.join(QStringLiteral(", ")), groups_->selectedKey()),
       document);
}

void TargetGroupsPage::editHealthCheck() {
  const config::TargetGroup* group = chosen();
  if (!group) return;
  const auto index = static_cast<std::size_t>(group - workspace_.document().targetGroups.data());
  HealthCheckDialog dialog(workspace_.document(), index, this);
  if (dialog.exec() != QDialog::Accepted) return;
  edit(QStringLiteral("Change the health check of %1").arg(groups_->selectedKey()), dialog.edited());
}

void TargetGroupsPage::removeGroup() {
  const config::TargetGroup* group = chosen();
  if (!group) return;
  config::Document document = workspace_.document();
  const std::string name = group->name;
  std::erase_if(document.targetGroups, [&](const config::TargetGroup& each) { return each.name == name; });
  edit(QStringLiteral("Remove target group %1").arg(QString::fromStdString(name)), document);
}

void TargetGroupsPage::edit(const QString& words, const config::Document& document) {
  const auto issues = workspace_.edit(words, document);
  if (config::hasErrors(issues)) Q_EMIT workspace_.problem(problemWords(issues));
}

}  // namespace spillway::ui

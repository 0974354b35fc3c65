// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/listeners/listener_list_page.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QLineEdit>
#include <QPushButton>
#include <QShortcut>
#include <QStackedWidget>
#include <QVBoxLayout>
#include <algorithm>

#include "engine/config/validate.h"
#include "ui/bridge/document_edits.h"
#include "ui/listeners/beyond_alb_dialog.h"
#include "ui/listeners/listener_rows.h"
#include "ui/listeners/test_request_dialog.h"
#include "ui/widgets/card.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/page_header.h"

namespace spillway::ui {

ListenerListPage::ListenerListPage(EngineBridge& bridge, Workspace& workspace, RecentReadings& recent,
                                   QWidget* parent)
    : QWidget(parent),
      bridge_(bridge),
      workspace_(workspace),
      recent_(recent),
      header_(new PageHeader(QStringLiteral("Listeners"), this)),
      table_(new ValueTable(listenerColumns(), QStringLiteral("Listeners"), this)),
      stack_(new QStackedWidget(this)) {
  makeHeader();
  makeBody();
  connect(&workspace_, &Workspace::documentChanged, this, &ListenerListPage::showRows);
  connect(&bridge_, &EngineBridge::applied, this, &ListenerListPage::showRows);
  connect(&recent_, &RecentReadings::changed, this, [this] {
    if (isVisible()) showRows();
  });
  connect(table_, &ValueTable::selectedKeyChanged, this, &ListenerListPage::showButtons);
  showRows();
}

void ListenerListPage::makeHeader() {
  copy_ = new QPushButton(QStringLiteral("Copy address"), this);
  test_ = new QPushButton(QStringLiteral("Test a request…"), this);
  test_->setToolTip(QStringLiteral("Which rule and target a request would meet, and why (Ctrl+T)"));
  beyond_ = new QPushButton(QStringLiteral("Beyond ALB…"), this);
  beyond_->setToolTip(QStringLiteral("Switches of its load balancer for what ALB does not do"));
  remove_ = new QPushButton(QStringLiteral("Remove"), this);
  remove_->setToolTip(QStringLiteral("Removes the listener (Del); Ctrl+Z brings it back"));
  auto* create = new QPushButton(QStringLiteral("Create…"), this);
  for (QPushButton* button : {copy_, test_, beyond_, remove_, create})
    header_->addButton(button);
  connect(copy_, &QPushButton::clicked, this, &ListenerListPage::copyAddress);
  connect(test_, &QPushButton::clicked, this, &ListenerListPage::testRequest);
  connect(beyond_, &QPushButton::clicked, this, &ListenerListPage::editBeyondAlb);
  connect(remove_, &QPushButton::clicked, this, &ListenerListPage::removeSelected);
  connect(create, &QPushButton::clicked, this, &ListenerListPage::createRequested);
  auto* del = new QShortcut(QKeySequence::Delete, table_);
  del->setContext(Qt::WidgetShortcut);
  connect(del, &QShortcut::activated, this, &ListenerListPage::removeSelected);
  auto* test = new QShortcut(QKeySequence(Qt::CTRL | Qt::Key_T), this);
  test->setContext(Qt::WidgetWithChildrenShortcut);
  connect(test, &QShortcut::activated, this, &ListenerListPage::testRequest);
  connect(table_, &QTableView::doubleClicked, this, &ListenerListPage::editBeyondAlb);
}

void ListenerListPage::makeBody() {
  auto* filter = new QLineEdit(this);
  filter->setPlaceholderText(QStringLiteral("Filter: name, port, target group, …"));
  filter->setClearButtonEnabled(true);
  filter->setAccessibleName(QStringLiteral("Filter"));
  connect(filter, &QLineEdit::textChanged, table_, &ValueTable::setFilter);
  auto* card = new Card(this);
  auto* inside = new QVBoxLayout(card);
  inside->setContentsMargins(1, 1, 1, 1);
  inside->addWidget(stack_);
  stack_->addWidget(table_);
  auto* empty = new EmptyState(
      QStringLiteral("No listeners yet"),
      QStringLiteral(
          "A listener waits for connections on a port and sends each request on to a target group."),
      stack_);
  connect(empty->addButton(QStringLiteral("Create a load balancer…")), &QPushButton::clicked, this,
          &ListenerListPage::createRequested);
  stack_->addWidget(empty);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(16, 12, 16, 14);
  column->setSpacing(10);
  column->addWidget(header_);
  column->addWidget(filter);
  column->addWidget(card, 1);
}

void ListenerListPage::showEvent(QShowEvent* event) {
  QWidget::showEvent(event);
  showRows();
}

void ListenerListPage::showRows() {
  auto rows = listenerRows(workspace_.document(), bridge_.listeners(), bridge_.metrics(), recent_);
  const std::size_t count = rows.size();
  table_->setRows(std::move(rows));
  stack_->setCurrentIndex(count == 0 ? 1 : 0);
  header_->setWords(
      count == 0 ? QString() : QStringLiteral("%1 of %2 running").arg(bridge_.listeners().size()).arg(count));
  showButtons();
}

void ListenerListPage::showButtons() {
  const bool hasSelected = !table_->selectedKey().isEmpty();
  for (QPushButton* button : {copy_, test_, beyond_, remove_})
    button->setEnabled(hasSelected);
}

std::optional<ListenerId> ListenerListPage::selected() const {
  const QString key = table_->selectedKey();
  for (const auto& balancer : workspace_.document().loadBalancers)
    for (const auto& listener : balancer.listeners) {
      const ListenerId id{balancer.name, config::effectiveName(listener)};
      if (listenerKey(id) == key) return id;
    }
  return std::nullopt;
}

void ListenerListPage::copyAddress() {
  const auto id = selected();
  if (!id) return;
  for (const auto& balancer : workspace_.document().loadBalancers)
    for (const auto& listener : balancer.listeners)
      if (balancer.name == id->loadBalancer && config::effectiveName(listener) == id->listener)
        QGuiApplication::clipboard()->setText(addressOf(listener, bridge_.listeners(), balancer.name));
}

void ListenerListPage::removeSelected() {
  const auto id = selected();
  if (!id) return;
  workspace_.edit(QStringLiteral("Remove listener %1").arg(QString::fromStdString(id->listener)),
                  withoutListener(workspace_.document(), *id));
}

void ListenerListPage::testRequest() {
  const auto id = selected();
  if (!id) return;
  auto* dialog = new TestRequestDialog(bridge_, *id, this);
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  dialog->show();
}

void ListenerListPage::editBeyondAlb() {
  const auto id = selected();
  if (!id) return;
  config::Document document = workspace_.document();
  const auto balancer =
      std::ranges::find(document.loadBalancers, id->loadBalancer, &config::LoadBalancer::name);
  const QString name = QString::fromStdString(balancer->name);
  BeyondAlbDialog dialog(name, balancer->beyondAlb, this);
  if (dialog.exec() != QDialog::Accepted) return;
  balancer->beyondAlb = dialog.chosen();
  const auto issues = workspace_.edit(QStringLiteral("Change what %1 does beyond ALB").arg(name), document);
  if (config::hasErrors(issues)) Q_EMIT workspace_.problem(problemWords(issues));
}

}  // namespace spillway::ui

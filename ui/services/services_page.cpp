// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/services/services_page.h"

#include <QPushButton>
#include <QStackedWidget>
#include <QVBoxLayout>
#include <algorithm>

#include "ui/theme/theme.h"
#include "ui/widgets/card.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/page_header.h"
#include "ui/widgets/value_table.h"

namespace spillway::ui {

namespace {

using service::TaskState;
using service::TaskStatus;

constexpr std::chrono::milliseconds kPoll{500};

std::vector<TableColumn> columns() {
  return {{QStringLiteral("State"), 150},
          {QStringLiteral("Service"), 130},
          {QStringLiteral("Port"), 66, ColumnAlign::Right},
          {QStringLiteral("Process"), 76, ColumnAlign::Right},
          {QStringLiteral("Since"), 110},
          {QStringLiteral("Last output"), 400}};
}

QString keyOf(const TaskStatus& task) {
  return QStringLiteral("%1:%2").arg(QString::fromStdString(task.service)).arg(task.port);
}

TableCell stateCell(const TaskStatus& task) {
  switch (task.state) {
    case TaskState::Running:
      return {QStringLiteral("● Running"), QVariant(0), {}, observe::TargetState::Healthy, false};
    case TaskState::Exited:
      return {QStringLiteral("✖ Exited with %1").arg(task.exitCode), QVariant(1), Severity::Bad, {}, false};
    case TaskState::Stopped:
      break;
  }
  return {QStringLiteral("○ Stopped"), QVariant(2), {}, observe::TargetState::Unused, false};
}

TableRow rowOf(const TaskStatus& task) {
  TableRow row;
  row.key = keyOf(task);
  const bool runs = task.state == TaskState::Running;
  row.cells = {stateCell(task),
               {QString::fromStdString(task.service), {}, {}, {}, false},
               {QString::number(task.port), QVariant(task.port), {}, {}, true},
               {runs ? QString::number(task.pid) : QStringLiteral("–"), QVariant(task.pid), {}, {}, true},
               {clockText(task.since).section(QLatin1Char('.'), 0, 0), {}, {}, {}, true},
               {QString::fromStdString(task.lastOutput), {}, {}, {}, true}};
  row.tip = QString::fromStdString(task.lastOutput);
  return row;
}

}  // namespace

ServicesPage::ServicesPage(Workspace& workspace, DemoTraffic& demo, QWidget* parent)
    : QWidget(parent),
      workspace_(workspace),
      demo_(demo),
      header_(new PageHeader(QStringLiteral("Local services"), this)),
      table_(new ValueTable(columns(), QStringLiteral("Tasks of local services"), this)),
      stack_(new QStackedWidget(this)) {
  starting_.setMaxThreadCount(1);
  makeHeader();
  makeBody();
  connect(&poll_, &QTimer::timeout, this, [this] {
    if (isVisible()) showRows();
  });
  poll_.start(kPoll);
  connect(&workspace_, &Workspace::documentChanged, this, &ServicesPage::showRows);
  connect(table_, &ValueTable::selectedKeyChanged, this, &ServicesPage::showRows);
  connect(&demo_, &DemoTraffic::changed, this, &ServicesPage::showClient);
  showRows();
  showClient();
}

ServicesPage::~ServicesPage() {
  starting_.waitForDone();
}

void ServicesPage::makeHeader() {
  client_ = new QPushButton(this);
  start_ = new QPushButton(QStringLiteral("Start"), this);
  stop_ = new QPushButton(QStringLiteral("Stop"), this);
  startAll_ = new QPushButton(QStringLiteral("Start all"), this);
  stopAll_ = new QPushButton(QStringLiteral("Stop all"), this);
  for (QPushButton* button : {client_, start_, stop_, startAll_, stopAll_})
    header_->addButton(button);
  connect(client_, &QPushButton::clicked, this, [this] { demo_.setWanted(!demo_.isWanted()); });
  connect(start_, &QPushButton::clicked, this, &ServicesPage::startSelected);
  connect(stop_, &QPushButton::clicked, this, &ServicesPage::stopSelected);
  connect(startAll_, &QPushButton::clicked, this,
          [this] { starting_.start([&services = workspace_.services()] { services.startAll(); }); });
  connect(stopAll_, &QPushButton::clicked, this, [this] { workspace_.services().stopAll(); });
}

void ServicesPage::makeBody() {
  auto* card = new Card(this);
  auto* inside = new QVBoxLayout(card);
  inside->setContentsMargins(1, 1, 1, 1);
  inside->addWidget(stack_);
  stack_->addWidget(table_);
  auto* empty =
      new EmptyState(QStringLiteral("No local services"),
                     QStringLiteral("Programs that Spillway starts on this machine as targets of a group. "
                                    "The route guide demo brings two."),
                     stack_);
  connect(empty->addButton(QStringLiteral("Run the route guide demo")), &QPushButton::clicked, this,
          &ServicesPage::demoRequested);
  stack_->addWidget(empty);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(16, 12, 16, 14);
  column->setSpacing(10);
  column->addWidget(header_);
  column->addWidget(card, 1);
}

void ServicesPage::showEvent(QShowEvent* event) {
  QWidget::showEvent(event);
  showRows();
}

void ServicesPage::showRows() {
  const auto tasks = workspace_.services().tasks();
  std::vector<TableRow> rows;
  for (const TaskStatus& task : tasks)
    rows.push_back(rowOf(task));
  const auto running = std::ranges::count(tasks, TaskState::Running, &TaskStatus::state);
  stack_->setCurrentIndex(rows.empty() ? 1 : 0);
  header_->setWords(tasks.empty() ? QString()
                                  : QStringLiteral("%1 of %2 running")
                                        .arg(running)
                                        .arg(countOf(tasks.size(), QStringLiteral("task"))));
  if (rows != table_->rows().all()) table_->setRows(std::move(rows));
  const auto chosen = selected();
  start_->setEnabled(
      std::ranges::any_of(chosen, [](const TaskStatus& task) { return task.state != TaskState::Running; }));
  stop_->setEnabled(
      std::ranges::any_of(chosen, [](const TaskStatus& task) { return task.state == TaskState::Running; }));
  startAll_->setEnabled(running < static_cast<std::ptrdiff_t>(tasks.size()));
  stopAll_->setEnabled(running > 0);
}

void ServicesPage::showClient() {
  client_->setVisible(demo_.hasDemo());
  client_->setText(demo_.stateWords());
  client_->setIcon(Theme::icon(demo_.isWanted() ? QStringLiteral("pause") : QStringLiteral("play")));
  client_->setToolTip(demo_.isWanted() ? QStringLiteral("Pause the demo client")
                                       : QStringLiteral("Let the demo client go on"));
}

std::vector<TaskStatus> ServicesPage::selected() const {
  const QStringList keys = table_->selectedKeys();
  std::vector<TaskStatus> chosen;
  for (const TaskStatus& task : workspace_.services().tasks())
    if (keys.contains(keyOf(task))) chosen.push_back(task);
  return chosen;
}

void ServicesPage::startSelected() {
  for (const TaskStatus& task : selected())
    starting_.start(
        [&services = workspace_.services(), task] { (void)services.start(task.service, task.port); });
}

void ServicesPage::stopSelected() {
  for (const TaskStatus& task : selected())
    workspace_.services().stop(task.service, task.port);
}

}  // namespace spillway::ui

// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/wizards/targets_page.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QKeyEvent>
#include <QPushButton>
#include <QShortcut>
#include <QToolButton>
#include <algorithm>

#include "ui/theme/theme.h"
#include "ui/widgets/table_look.h"
#include "ui/wizards/target_text.h"
#include "ui/wizards/wizard_style.h"

namespace spillway::ui {

namespace {

enum Column { kAddress, kPort, kTest, kRemove, kColumns };
constexpr int kMostRowsShown = 10;

std::optional<std::uint32_t> portIn(const QLineEdit& edit, std::uint32_t groupPort) {
  const QString text = edit.text().trimmed();
  if (text.isEmpty()) return groupPort;
  bool isNumber = false;
  const std::uint32_t port = text.toUInt(&isNumber);
  return isNumber && port >= 1 && port <= 65535 ? std::optional(port) : std::nullopt;
}

}  // namespace

TargetsPage::TargetsPage(LoadBalancerDraft& draft, const config::Document& document, TargetProbes& probes)
    : WizardPage(QStringLiteral("Targets"),
                 QStringLiteral(
                     "The addresses of the programs that answer. Each is checked once as soon as it is in "
                     "the list."),
                 draft),
      document_(document),
      probes_(probes),
      input_(new QLineEdit),
      port_(new QLineEdit),
      table_(new QTableWidget(0, kColumns)),
      empty_(new QLabel) {
  addInput();
  addTable();
  connect(&probes_, &TargetProbes::changed, this, &TargetsPage::fillTable);
}

void TargetsPage::addInput() {
  input_->setPlaceholderText(QStringLiteral("127.0.0.1:50061-50063, other.test"));
  addField(body(),
           {"targets.input",
            QStringLiteral("A&ddresses"),
            QStringLiteral("host, host:port or host:50061-50063; several apart by commas"),
            {"targetGroup.targets[]"}},
           input_, FormField::Shape::Wide);
  auto* both = new QWidget;
  auto* row = new QHBoxLayout(both);
  row->setContentsMargins(0, 0, 0, 0);
  auto* add = new QPushButton(QStringLiteral("Add to l&ist"));
  add->setObjectName("targets.add");
  row->addWidget(port_, 1);
  row->addWidget(add);
  both->setFocusProxy(port_);
  addField(body(),
           {"targets.port", QStringLiteral("P&ort"), QStringLiteral("of addresses that name none"), {}},
           both);
  for (QLineEdit* edit : {input_, port_})
    connect(edit, &QLineEdit::textEdited, this, &WizardPage::edited);
  connect(add, &QPushButton::clicked, this, [this] {
    commit();
    input_->setFocus();
    Q_EMIT edited();
  });
}

void TargetsPage::addTable() {
  prepareTable(*table_, QStringLiteral("Targets to be registered"));
  table_->setObjectName("targets.table");
  table_->setHorizontalHeaderLabels(
      {QStringLiteral("Address"), QStringLiteral("Port"), QStringLiteral("Test"), {}});
  auto* header = table_->horizontalHeader();
  header->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
  header->setSectionResizeMode(kAddress, QHeaderView::Stretch);
  header->setSectionResizeMode(kPort, QHeaderView::ResizeToContents);
  header->setSectionResizeMode(kTest, QHeaderView::Stretch);
  header->setSectionResizeMode(kRemove, QHeaderView::ResizeToContents);
  table_->setTextElideMode(Qt::ElideMiddle);
  table_->setSelectionMode(QAbstractItemView::SingleSelection);
  body()->addWidget(table_);
  empty_->setObjectName("targets.empty");
  empty_->setText(QStringLiteral("▲ Without targets, calls get 503."));
  setRole(empty_, "warning");
  body()->addWidget(empty_);
  auto* erase = new QShortcut(QKeySequence::Delete, table_, nullptr, nullptr, Qt::WidgetShortcut);
  connect(erase, &QShortcut::activated, this, [this] {
    const auto row = static_cast<std::size_t>(table_->currentRow());
    if (row < draft().targetGroup.targets.size()) remove(config::Target(draft().targetGroup.targets[row]));
  });
}

void TargetsPage::refresh() {
  WizardPage::refresh();
  port_->setPlaceholderText(QString::number(draft().targetGroup.port));
  fillTable();
}

void TargetsPage::fillTable() {
  const auto& targets = draft().targetGroup.targets;
  table_->setVisible(!targets.empty());
  empty_->setVisible(targets.empty());
  table_->setRowCount(static_cast<int>(targets.size()));
  for (int row = 0; row < table_->rowCount(); ++row) {
    const auto& target = targets[static_cast<std::size_t>(row)];
    const auto* answer = probes_.answer(target);
    const auto set = [this, row](Column column, const QString& text) {
      auto* item = new QTableWidgetItem(text);
      item->setFlags(Qt::ItemIsEnabled | Qt::ItemIsSelectable);
      item->setToolTip(text);
      table_->setItem(row, column, item);
      return item;
    };
    set(kAddress, QString::fromStdString(target.id))->setFont(Theme::fixedFont());
    set(kPort, QString::number(target.port))->setFont(Theme::fixedFont());
    const QString time = answerTime(answer);
    auto* test =
        set(kTest, time.isEmpty()
                       ? answerWords(answer, AnswerLength::Full)
                       : QStringLiteral("%1, %2 ms").arg(answerWords(answer, AnswerLength::Full), time));
    if (answer && answer->state == TargetProbes::Answer::State::Done)
      test->setForeground(answer->probe.passed ? Theme::colors().good : Theme::colors().bad);
    auto* erase = new QToolButton;
    erase->setText(QStringLiteral("✕"));
    erase->setAutoRaise(true);
    erase->setObjectName(QStringLiteral("targets.remove%1").arg(row + 1));
    erase->setToolTip(QStringLiteral("Remove %1").arg(QString::fromStdString(targetText(target))));
    erase->setAccessibleName(erase->toolTip());
    table_->setCellWidget(row, kRemove, erase);
    connect(erase, &QToolButton::clicked, this, [this, target] { remove(target); });
  }
  const int rows = std::min(table_->rowCount(), kMostRowsShown);
  table_->setFixedHeight(table_->horizontalHeader()->sizeHint().height() +
                         rows * table_->verticalHeader()->defaultSectionSize() + 2 * table_->frameWidth() +
                         2);
}

void TargetsPage::remove(const config::Target& target) {
  auto& targets = draft().targetGroup.targets;
  targets.erase(std::remove(targets.begin(), targets.end(), target), targets.end());
  // The row's button is the sender: the table is filled anew when it is done.
  QMetaObject::invokeMethod(this, &TargetsPage::fillTable, Qt::QueuedConnection);
  Q_EMIT edited();
}

void TargetsPage::keyPressEvent(QKeyEvent* event) {
  const bool isEnter = event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter;
  // Enter adds what is typed; with nothing typed it means what it means on every page.
  if (!isEnter || input_->text().trimmed().isEmpty()) return WizardPage::keyPressEvent(event);
  commit();
  Q_EMIT edited();
}

std::vector<config::Target> TargetsPage::typedTargets() const {
  return parseTargets(input_->text(), portIn(*port_, draft().targetGroup.port)).targets;
}

QString TargetsPage::inputProblem() const {
  if (input_->text().trimmed().isEmpty()) return {};
  if (!portIn(*port_, draft().targetGroup.port))
    return QStringLiteral("“%1” is no port. A port is 1-65535.").arg(port_->text());
  const auto typed = parseTargets(input_->text(), portIn(*port_, draft().targetGroup.port));
  return typed.problem.isEmpty() ? whyRefused(typed.targets) : typed.problem;
}

QString TargetsPage::whyRefused(const std::vector<config::Target>& typed) const {
  const auto& present = draft().targetGroup.targets;
  for (auto target = typed.begin(); target != typed.end(); ++target) {
    const bool isKnown = std::find(present.begin(), present.end(), *target) != present.end();
    if (!isKnown && std::find(typed.begin(), target, *target) == target) continue;
    return QStringLiteral("%1 is %2.")
        .arg(QString::fromStdString(targetText(*target)),
             isKnown ? QStringLiteral("in the list already") : QStringLiteral("written twice"));
  }
  LoadBalancerDraft tried = draft();
  tried.targetGroup.targets = typed;
  for (const auto& issue : draftIssues(document_, tried))
    if (issue.severity == config::Issue::Severity::Error && pathMatches("targetGroup.targets[]", issue.path))
      return QStringLiteral("%1: %2").arg(QString::fromStdString(issue.value),
                                          QString::fromStdString(issue.message));
  return {};
}

std::vector<config::Issue> TargetsPage::ownIssues() const {
  const QString problem = inputProblem();
  if (problem.isEmpty()) return {};
  const std::string next = "targetGroup.targets[" + std::to_string(draft().targetGroup.targets.size()) + "]";
  return {{next, input_->text().toStdString(), problem.toStdString()}};
}

bool TargetsPage::commit() {
  if (input_->text().trimmed().isEmpty()) return true;
  if (!inputProblem().isEmpty()) return false;
  for (auto& target : typedTargets())
    draft().targetGroup.targets.push_back(std::move(target));
  input_->clear();
  probes_.checkMissing(draft().targetGroup);
  fillTable();
  return true;
}

}  // namespace spillway::ui

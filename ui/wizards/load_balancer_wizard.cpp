// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/wizards/load_balancer_wizard.h"

#include <QApplication>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QScrollArea>
#include <QVBoxLayout>
#include <algorithm>

#include "engine/config/validate.h"
#include "ui/wizards/basics_page.h"
#include "ui/wizards/health_checks_page.h"
#include "ui/wizards/listeners_page.h"
#include "ui/wizards/security_page.h"
#include "ui/wizards/target_group_page.h"
#include "ui/wizards/targets_page.h"
#include "ui/wizards/wizard_style.h"

namespace spillway::ui {

namespace {

constexpr int kPauseMs = 150;  ///< after a keystroke, before its field is judged
constexpr int kNarrow = 1000, kStepsWidth = 170, kNarrowStepsWidth = 148, kPanelWidth = 318,
              kNarrowPanelWidth = 272;

bool isError(const config::Issue& issue) {
  return issue.severity == config::Issue::Severity::Error;
}

}  // namespace

LoadBalancerWizard::LoadBalancerWizard(const config::Document& document, const QString& dataDirectory,
                                       QWidget* parent)
    : QWidget(parent),
      document_(document),
      draft_(defaultDraft(document)),
      untouched_(draft_),
      stepList_(new StepList),
      stack_(new QStackedWidget),
      panel_(new TryItPanel(draft_, probes_)),
      problems_(new NoticeBar(NoticeBar::Kind::Error, "wizard.problems")),
      discard_(new NoticeBar(NoticeBar::Kind::Warning, "wizard.discard")) {
  setStyleSheet(wizardStyle());
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(16, 14, 16, 14);
  layout->setSpacing(12);
  layout->addWidget(heading(QStringLiteral("Create load balancer"), 1.3));
  auto* columns = new QHBoxLayout;
  columns->setSpacing(10);
  layout->addLayout(columns, 1);
  columns->addWidget(stepList_);
  columns->addWidget(makeCard(dataDirectory), 1);
  columns->addWidget(panel_);

  pause_.setSingleShot(true);
  pause_.setInterval(kPauseMs);
  connect(&pause_, &QTimer::timeout, this, &LoadBalancerWizard::validateNow);
  connect(stepList_, &StepList::chosen, this, &LoadBalancerWizard::goTo);
  connect(qApp, &QApplication::focusChanged, this, [this](QWidget* old) {
    if (pause_.isActive() && old && isAncestorOf(old)) validateNow();
  });
  goTo(0);
}

LoadBalancerWizard::~LoadBalancerWizard() {
  // Destroying the children moves the focus; nobody is there to judge fields any more.
  disconnect(qApp, nullptr, this, nullptr);
}

QWidget* LoadBalancerWizard::makeCard(const QString& dataDirectory) {
  auto* card = new QFrame;
  setRole(card, "card");
  auto* inside = new QVBoxLayout(card);
  inside->setContentsMargins(1, 1, 1, 1);
  inside->setSpacing(0);
  // In the order in which Tab visits them.
  inside->addWidget(problems_);
  inside->addWidget(stack_, 1);
  addPages(dataDirectory);
  addDiscardBar();
  inside->addWidget(discard_);
  inside->addLayout(makeButtons());
  return card;
}

void LoadBalancerWizard::addPages(const QString& dataDirectory) {
  addPage(new BasicsPage(draft_), QStringLiteral("basics"));
  addPage(new ListenersPage(draft_, document_), QStringLiteral("listeners"));
  addPage(new SecurityPage(draft_, dataDirectory), QStringLiteral("security"));
  addPage(new TargetGroupPage(draft_), QStringLiteral("group"));
  addPage(new HealthChecksPage(draft_), QStringLiteral("health"));
  addPage(new TargetsPage(draft_, document_, probes_), QStringLiteral("targets"));
  review_ = new ReviewPage(draft_);
  addPage(review_, QStringLiteral("review"));
  connect(
      review_, &ReviewPage::editWanted, this,
      [this](const QString& step) { goTo(static_cast<int>(steps_.indexOf(step))); }, Qt::QueuedConnection);
}

void LoadBalancerWizard::addPage(WizardPage* page, const QString& step) {
  setRole(page, "page");
  auto* scroll = new QScrollArea;
  scroll->setWidgetResizable(true);
  scroll->setFrameShape(QFrame::NoFrame);
  scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  scroll->setFocusPolicy(Qt::NoFocus);
  scroll->setWidget(page);
  stack_->addWidget(scroll);
  stepList_->addStep(page->title(), QStringLiteral("step.%1").arg(step));
  pages_.push_back(page);
  steps_ += step;
  page->refresh();
  connect(page, &WizardPage::edited, this, [this, page] { pageEdited(page); });
}

QLayout* LoadBalancerWizard::makeButtons() {
  auto* row = new QHBoxLayout;
  row->setContentsMargins(18, 10, 18, 14);
  row->setSpacing(10);
  row->addStretch(1);
  const auto add = [row](const QString& text, const char* name) {
    auto* button = new QPushButton(text);
    button->setObjectName(name);
    row->addWidget(button);
    return button;
  };
  back_ = add(QStringLiteral("&Back"), "nav.back");
  next_ = add(QStringLiteral("&Next"), "nav.next");
  create_ = add(QStringLiteral("Cr&eate"), "nav.create");
  cancel_ = add(QStringLiteral("C&ancel"), "nav.cancel");
  connect(back_, &QPushButton::clicked, this, [this] { goTo(current() - 1); });
  connect(next_, &QPushButton::clicked, this, &LoadBalancerWizard::next);
  connect(create_, &QPushButton::clicked, this, &LoadBalancerWizard::create);
  connect(cancel_, &QPushButton::clicked, this, &LoadBalancerWizard::cancel);
  return row;
}

void LoadBalancerWizard::addDiscardBar() {
  auto* yes = discard_->addButton(QStringLiteral("Discard"), "discard.yes");
  auto* no = discard_->addButton(QStringLiteral("Keep editing"), "discard.no");
  connect(yes, &QPushButton::clicked, this, &LoadBalancerWizard::cancelled);
  connect(no, &QPushButton::clicked, this, [this] {
    discard_->hide();
    page(current())->focusFirst();
  });
}

void LoadBalancerWizard::pageEdited(const WizardPage* edited) {
  // What applying met on this page may be cured now; the next Create tells.
  std::erase_if(applyProblems_, [&](const auto& issue) {
    const int owner = pageOf(issue);
    return owner < 0 || page(owner) == edited;
  });
  discard_->hide();
  probes_.forgetOutdated(draft_.targetGroup);
  panel_->refresh();
  pause_.start();
}

int LoadBalancerWizard::pageOf(const config::Issue& issue) const {
  int best = -1;
  std::size_t longest = 0;
  for (int index = 0; index <= lastPage(); ++index) {
    const std::size_t length = page(index)->matchLength(issue.path);
    if (length > longest) best = index;
    longest = std::max(longest, length);
  }
  return best;
}

void LoadBalancerWizard::validateNow() {
  pause_.stop();
  std::vector<config::Issue> all;
  for (const WizardPage* each : pages_)
    for (auto& issue : each->ownIssues())
      all.push_back(std::move(issue));
  const std::size_t own = all.size();
  const auto isSaid = [&](const config::Issue& issue) {
    return std::any_of(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(own),
                       [&](const auto& said) { return said.path == issue.path; });
  };
  for (auto& issue : draftIssues(document_, draft_))
    if (!isSaid(issue)) all.push_back(std::move(issue));
  all.insert(all.end(), applyProblems_.begin(), applyProblems_.end());

  std::vector<std::vector<config::Issue>> byPage(pages_.size());
  std::vector<config::Issue> unplaced;
  for (const auto& issue : all) {
    const int owner = pageOf(issue);
    (owner < 0 ? unplaced : byPage[static_cast<std::size_t>(owner)]).push_back(issue);
  }
  for (int index = 0; index <= lastPage(); ++index) {
    page(index)->showIssues(byPage[static_cast<std::size_t>(index)]);
    stepList_->setErrors(index, page(index)->errorCount());
  }
  review_->showSummary(all);
  showUnplaced(unplaced);
}

void LoadBalancerWizard::showUnplaced(const std::vector<config::Issue>& issues) {
  QStringList lines;
  for (const auto& issue : issues)
    if (isError(issue)) lines += QStringLiteral("✖ %1").arg(QString::fromStdString(issue.message));
  hasUnplacedError_ = !lines.isEmpty();
  if (hasUnplacedError_)
    problems_->showWords(lines.join('\n'));
  else
    problems_->hide();
}

void LoadBalancerWizard::goTo(int index) {
  page(current())->commit();
  stack_->setCurrentIndex(index);
  stepList_->setCurrent(index);
  page(index)->refresh();
  validateNow();
  checkTargets();
  panel_->refresh();
  back_->setVisible(index > 0);
  next_->setVisible(index < lastPage());
  create_->setVisible(index > 0);
  setRole(next_, index < lastPage() ? "primary" : "");
  setRole(create_, index == lastPage() ? "primary" : "");
  page(index)->focusFirst();
}

void LoadBalancerWizard::checkTargets() {
  const bool isWrong = std::any_of(pages_.begin(), pages_.end(), [](const auto* each) {
    return each->errorCount() > 0 && each->matchLength("targetGroup.healthCheckPath") > 0;
  });
  if (!isWrong && !draft_.targetGroup.targets.empty()) probes_.checkMissing(draft_.targetGroup);
}

void LoadBalancerWizard::next() {
  page(current())->commit();
  validateNow();
  if (page(current())->errorCount() > 0)
    page(current())->focusFirstError();
  else
    goTo(current() + 1);
}

void LoadBalancerWizard::create() {
  page(current())->commit();
  panel_->refresh();
  validateNow();
  if (goToFirstError() || hasUnplacedError_) return;
  setCreating(true);
  Q_EMIT created(merged(document_, draft_), QString::fromStdString(draft_.loadBalancer.name));
}

bool LoadBalancerWizard::goToFirstError() {
  for (int index = 0; index <= lastPage(); ++index) {
    if (page(index)->errorCount() == 0) continue;
    goTo(index);
    page(index)->focusFirstError();
    return true;
  }
  return false;
}

void LoadBalancerWizard::setProblems(const std::vector<config::Issue>& problems) {
  setCreating(false);
  applyProblems_ = problems;
  for (auto& issue : applyProblems_)
    issue.path = draftPath(issue.path, document_);
  validateNow();
  goToFirstError();
}

void LoadBalancerWizard::setCreating(bool isCreating) {
  create_->setEnabled(!isCreating);
  create_->setText(isCreating ? QStringLiteral("Creating…") : QStringLiteral("Cr&eate"));
}

void LoadBalancerWizard::cancel() {
  page(current())->commit();
  validateNow();
  const bool isTyped =
      draft_ != untouched_ ||
      std::any_of(pages_.begin(), pages_.end(), [](const auto* each) { return !each->ownIssues().empty(); });
  if (!isTyped) return Q_EMIT cancelled();
  discard_->showWords(QStringLiteral("Discard the load balancer that you have begun?"));
  discard_->findChild<QPushButton*>("discard.yes")->setFocus();
}

void LoadBalancerWizard::keyPressEvent(QKeyEvent* event) {
  const bool isEnter = event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter;
  if (event->key() == Qt::Key_Escape)
    cancel();
  else if (auto* button = isEnter ? qobject_cast<QAbstractButton*>(focusWidget()) : nullptr)
    button->click();
  else if (isEnter)
    current() == lastPage() ? create() : next();
  else
    QWidget::keyPressEvent(event);
}

void LoadBalancerWizard::changeEvent(QEvent* event) {
  QWidget::changeEvent(event);
  if (event->type() != QEvent::PaletteChange && event->type() != QEvent::StyleChange) return;
  // Later: the program is in the middle of polishing its widgets, which none may leave now.
  QMetaObject::invokeMethod(this, &LoadBalancerWizard::restyle, Qt::QueuedConnection);
}

void LoadBalancerWizard::restyle() {
  const QString style = wizardStyle();
  if (style == styleSheet()) return;
  setStyleSheet(style);
  page(current())->refresh();
  panel_->refresh();
}

void LoadBalancerWizard::resizeEvent(QResizeEvent* event) {
  QWidget::resizeEvent(event);
  const bool isNarrow = width() < kNarrow;
  stepList_->setFixedWidth(isNarrow ? kNarrowStepsWidth : kStepsWidth);
  panel_->setFixedWidth(isNarrow ? kNarrowPanelWidth : kPanelWidth);
}

}  // namespace spillway::ui

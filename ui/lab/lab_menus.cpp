// SPDX-License-Identifier: GPL-3.0-or-later
// What of the lab can be chosen: the lessons as cards and as menus, the language of the code.
#include <QActionGroup>
#include <QComboBox>
#include <QHBoxLayout>
#include <QMenu>
#include <QPushButton>
#include <QSettings>
#include <algorithm>

#include "engine/service/local_service.h"
#include "ui/bridge/document_edits.h"
#include "ui/bridge/workspace.h"
#include "ui/lab/lab_page.h"
#include "ui/lab/lesson_card.h"
#include "ui/lab/lesson_choice.h"
#include "ui/lab/lesson_pane.h"
#include "ui/lab/own_service.h"
#include "ui/models/words.h"
#include "ui/services/demo_traffic.h"
#include "ui/widgets/page_header.h"

namespace spillway::ui {

namespace {

constexpr auto kLanguageKey = "lab/language";
constexpr int kMostTargets = 6;
constexpr const char* kLanguages[]{"Python", "C++", "Go", "Java", "Node"};

}  // namespace

void LabPage::makeHeader() {
  header_->setWords(QStringLiteral("Four ways to call, made for real through your balancer"));
  makeExperiments();
  auto* languages = new QMenu(this);
  auto* group = new QActionGroup(languages);
  QPushButton* button = header_->addMenuButton({}, languages);
  const auto choose = [this, button](const QString& language) {
    QSettings().setValue(QLatin1String(kLanguageKey), language);
    button->setText(QStringLiteral("Code: %1").arg(language));
    pane_->showLanguage(language);
  };
  const QString chosen =
      QSettings().value(QLatin1String(kLanguageKey), QString::fromLatin1(kLanguages[0])).toString();
  for (const char* language : kLanguages) {
    const QString name = QString::fromLatin1(language);
    QAction* action = languages->addAction(name, this, [choose, name] { choose(name); });
    action->setCheckable(true);
    action->setChecked(name == chosen);
    group->addAction(action);
  }
  choose(chosen);
}

void LabPage::makeExperiments() {
  QPushButton* button = header_->addMenuButton(QStringLiteral("Experiments"), experiments_);
  button->setToolTip(QStringLiteral("A question, a run, an explanation, then you"));
  connect(experiments_, &QMenu::aboutToShow, this, &LabPage::fillExperiments);
  QPushButton* services = header_->addMenuButton(QStringLiteral("Your service"), services_);
  services->setToolTip(QStringLiteral("The same with any gRPC method that a schema tells of"));
  connect(services_, &QMenu::aboutToShow, this, [this] { own_->fillMenu(*services_); });
}

bool LabPage::isOffered(const Lesson& lesson) const {
  const auto& offered = workspace_.document().lessons;
  return offered.empty() || std::ranges::find(offered, lesson.id.toStdString()) != offered.end();
}

void LabPage::fillExperiments() {
  experiments_->clear();
  for (int i = kCallKinds; i < static_cast<int>(lessons_.lessons.size()); ++i) {
    const Lesson& experiment = lessons_.lessons[static_cast<std::size_t>(i)];
    if (!isOffered(experiment)) continue;
    const QString mark = LessonPane::isDone(experiment) ? QStringLiteral("  ✔") : QString();
    QAction* action = experiments_->addAction(
        QString(experiment.title).replace(QLatin1Char('&'), QLatin1String("&&")) + mark, this,
        [this, i] { chooseLesson(i); });
    action->setCheckable(true);
    action->setChecked(i == chosen_);
  }
  experiments_->addSeparator();
  experiments_->addAction(QStringLiteral("Lessons of this &workspace…"), this, &LabPage::chooseLessons);
}

void LabPage::chooseLessons() {
  auto* dialog = new LessonChoice(lessons_, workspace_.document().lessons, this);
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  connect(dialog, &QDialog::accepted, this, [this, dialog] {
    config::Document document = workspace_.document();
    document.lessons = dialog->chosen();
    workspace_.edit(QStringLiteral("Choose the lessons of the workspace"), document);
  });
  dialog->open();
}

/// The cards of what is offered; what is chosen stays, if it is among it.
void LabPage::showLessons() {
  for (std::size_t i = 0; i < cards_.size(); ++i)
    cards_[i]->setVisible(isOffered(lessons_.lessons[i]));
  if (isOwn() || isOffered(lesson())) return;
  const auto first =
      std::ranges::find_if(lessons_.lessons, [this](const Lesson& one) { return isOffered(one); });
  if (first != lessons_.lessons.end()) chooseLesson(static_cast<int>(first - lessons_.lessons.begin()));
}

QWidget* LabPage::makeCards() {
  auto* row = new QWidget(this);
  auto* line = new QHBoxLayout(row);
  line->setContentsMargins(0, 0, 0, 0);
  line->setSpacing(10);
  for (std::size_t i = 0; i < kCallKinds; ++i) {
    const int number = static_cast<int>(i);
    auto* card = new LessonCard(number + 1, lessons_.lessons[i], row);
    card->setDone(LessonPane::isDone(lessons_.lessons[i]));
    connect(card, &LessonCard::clicked, this, [this, number] { chooseLesson(number); });
    line->addWidget(card);
    cards_.push_back(card);
  }
  return row;
}

QComboBox* LabPage::makeTargets() {
  auto* box = new QComboBox(this);
  for (int count = 1; count <= kMostTargets; ++count)
    box->addItem(countOf(static_cast<std::uint64_t>(count), QStringLiteral("target")), count);
  box->setAccessibleName(QStringLiteral("Targets"));
  box->setToolTip(
      QStringLiteral("How many servers there are: tasks of the local service, started and stopped with it"));
  connect(box, &QComboBox::activated, this, &LabPage::chooseTargets);
  return box;
}

void LabPage::chooseTargets() {
  const auto route = demo_.route();
  config::Document document = workspace_.document();
  const auto count = static_cast<std::size_t>(targets_->currentData().toInt());
  if (route && scaleService(document, route->group, count, service::firstFreePort)) {
    workspace_.edit(QStringLiteral("Streaming lab: %1").arg(targets_->currentText()), document);
  } else {
    say(QStringLiteral("No port is free for another server."));
  }
  showTargets();
}

/// Only where a local service has the group's targets can there be more or fewer.
void LabPage::showTargets() {
  const auto route = demo_.route();
  const auto& services = workspace_.document().localServices;
  const auto service =
      std::ranges::find(services, route ? route->group : std::string(), &config::LocalService::targetGroup);
  targets_->setVisible(route && !isOwn() && service != services.end());
  if (service == services.end()) return;
  targets_->setCurrentIndex(targets_->findData(static_cast<int>(service->ports.size())));
}

}  // namespace spillway::ui

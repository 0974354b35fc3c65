// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/lab/lesson_pane.h"

#include <QCheckBox>
#include <QLabel>
#include <QPushButton>
#include <QSettings>
#include <QVBoxLayout>

#include "ui/theme/theme.h"

namespace spillway::ui {

namespace {

QString tryKey(const Lesson& lesson, int index) {
  return QStringLiteral("lab/tried/%1/%2").arg(lesson.id).arg(index);
}

QLabel* makeTitle(const QString& text, QWidget* parent) {
  auto* label = new QLabel(text, parent);
  QFont font = label->font();
  font.setWeight(QFont::DemiBold);
  label->setFont(font);
  return label;
}

QLabel* makeText(QWidget* parent) {
  auto* label = new QLabel(parent);
  label->setTextFormat(Qt::MarkdownText);
  label->setWordWrap(true);
  label->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
  return label;
}

QLabel* makeCode(QWidget* parent) {
  auto* label = new QLabel(parent);
  label->setTextFormat(Qt::PlainText);
  label->setFont(Theme::fixedFont());
  label->setProperty("role", "code");
  label->setWordWrap(true);
  label->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
  return label;
}

}  // namespace

LessonPane::LessonPane(QWidget* parent)
    : QScrollArea(parent),
      title_(makeTitle({}, this)),
      idea_(makeText(this)),
      storyTitle_(makeTitle(QStringLiteral("What just happened"), this)),
      storyText_(makeText(this)),
      explanation_(makeText(this)),
      clientTitle_(makeTitle({}, this)),
      client_(makeCode(this)),
      serverTitle_(makeTitle({}, this)),
      server_(makeCode(this)),
      triesTitle_(makeTitle(QStringLiteral("Try it"), this)),
      tries_(new QVBoxLayout),
      reset_(new QPushButton(QStringLiteral("Start the lesson afresh"), this)) {
  setFrameShape(QFrame::NoFrame);
  setWidgetResizable(true);
  auto* page = new QWidget(this);
  auto* column = new QVBoxLayout(page);
  column->setContentsMargins(14, 12, 14, 12);
  column->setSpacing(8);
  for (QWidget* part :
       std::initializer_list<QWidget*>{title_, idea_, storyTitle_, storyText_, explanation_, triesTitle_})
    column->addWidget(part);
  column->addLayout(tries_);
  for (QWidget* part : std::initializer_list<QWidget*>{clientTitle_, client_, serverTitle_, server_})
    column->addWidget(part);
  reset_->setProperty("role", "link");
  reset_->setToolTip(QStringLiteral("Takes the ticks away"));
  column->addWidget(reset_, 0, Qt::AlignLeft);
  column->addStretch();
  setWidget(page);
  viewport()->setAutoFillBackground(false);
  page->setAutoFillBackground(false);
  connect(reset_, &QPushButton::clicked, this, &LessonPane::resetProgress);
  showStory({});
}

void LessonPane::showLesson(const Lesson& lesson) {
  lesson_ = lesson;
  title_->setText(lesson.title);
  idea_->setText(lesson.idea);
  explanation_->setText(lesson.explanation);
  showStory({});
  showCode();
  fillTries();
}

void LessonPane::showStory(const QStringList& paragraphs, bool isOver) {
  const QString story = paragraphs.join(QStringLiteral("\n\n"));
  explanation_->setVisible(isOver && !lesson_.explanation.isEmpty());
  if (story == story_ && !story.isEmpty()) return;
  story_ = story;
  storyText_->setText(story);
  storyText_->setVisible(!story.isEmpty());
  storyTitle_->setVisible(!story.isEmpty());
}

void LessonPane::showLanguage(const QString& language) {
  language_ = language;
  showCode();
}

void LessonPane::showCode() {
  const auto show = [&](QLabel* title, QLabel* label, const QString& side,
                        const QMap<QString, QString>& codes) {
    const QString code = codes.value(language_);
    title->setText(QStringLiteral("%1 in %2").arg(side, language_));
    label->setText(code);
    title->setVisible(!code.isEmpty());
    label->setVisible(!code.isEmpty());
  };
  show(clientTitle_, client_, QStringLiteral("The client"), lesson_.client);
  show(serverTitle_, server_, QStringLiteral("The server"), lesson_.server);
}

void LessonPane::fillTries() {
  while (QLayoutItem* item = tries_->takeAt(0)) {
    delete item->widget();
    delete item;
  }
  for (int i = 0; i < lesson_.tries.size(); ++i) {
    auto* row = new QWidget(this);
    auto* line = new QHBoxLayout(row);
    line->setContentsMargins(0, 0, 0, 0);
    auto* box = new QCheckBox(row);
    box->setAccessibleName(lesson_.tries[i]);
    auto* words = makeText(row);
    words->setText(lesson_.tries[i]);
    line->addWidget(box, 0, Qt::AlignTop);
    line->addWidget(words, 1);
    box->setChecked(QSettings().value(tryKey(lesson_, i)).toBool());
    connect(box, &QCheckBox::toggled, this, [this, i](bool isChecked) {
      QSettings().setValue(tryKey(lesson_, i), isChecked);
      Q_EMIT progressChanged();
    });
    tries_->addWidget(row);
  }
  triesTitle_->setVisible(!lesson_.tries.isEmpty());
  reset_->setVisible(!lesson_.tries.isEmpty());
}

void LessonPane::resetProgress() {
  for (int i = 0; i < lesson_.tries.size(); ++i)
    QSettings().remove(tryKey(lesson_, i));
  fillTries();
  Q_EMIT progressChanged();
}

bool LessonPane::isDone(const Lesson& lesson) {
  if (lesson.tries.isEmpty()) return false;
  for (int i = 0; i < lesson.tries.size(); ++i) {
    if (!QSettings().value(tryKey(lesson, i)).toBool()) return false;
  }
  return true;
}

}  // namespace spillway::ui

// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/wizards/form_field.h"

#include <QGridLayout>
#include <QResizeEvent>
#include <QStyle>
#include <algorithm>

#include "ui/wizards/load_balancer_draft.h"
#include "ui/wizards/wizard_style.h"

namespace spillway::ui {

namespace {
constexpr int kLabelWidth = 150, kNarrowLabelWidth = 112, kEditorWidth = 200, kNarrowForm = 520;
}

FormField::FormField(const QString& label, QWidget* editor, const QString& hint, Shape shape)
    : label_(new QLabel(label)),
      editor_(editor),
      message_(new QLabel),
      grid_(new QGridLayout(this)),
      shape_(shape),
      hint_(hint) {
  QWidget* input = editor_->focusProxy() ? editor_->focusProxy() : editor_;
  label_->setBuddy(input);
  label_->setWordWrap(true);
  if (input->accessibleName().isEmpty()) input->setAccessibleName(QString(label).remove('&'));
  message_->setWordWrap(true);
  message_->setTextInteractionFlags(Qt::TextSelectableByMouse);
  message_->setObjectName(input->objectName() + ".message");
  grid_->setContentsMargins(0, 0, 0, 0);
  grid_->setHorizontalSpacing(12);
  grid_->setVerticalSpacing(4);
  arrange();
  showMessage();
}

std::size_t FormField::matchLength(const std::string& path) const {
  std::size_t longest = 0;
  for (const auto& pattern : patterns_)
    if (pathMatches(pattern, path)) longest = std::max(longest, pattern.size());
  return longest;
}

void FormField::bind(std::function<void()> load, std::function<QString()> problem) {
  load_ = std::move(load);
  ownProblem_ = std::move(problem);
}

void FormField::load() const {
  if (load_) load_();
}

config::Issue FormField::ownIssue() const {
  config::Issue issue;
  if (!patterns_.empty()) issue.path = patterns_.front();
  if (ownProblem_) issue.message = ownProblem_().toStdString();
  return issue;
}

void FormField::setHint(const QString& hint) {
  hint_ = hint;
  showMessage();
}

void FormField::showIssue(const config::Issue* issue) {
  problem_ = issue ? QString::fromStdString(issue->message) : QString();
  severity_ = issue ? issue->severity : config::Issue::Severity::Error;
  showMessage();
}

void FormField::focusEditor() {
  editor_->setFocus(Qt::OtherFocusReason);
}

void FormField::resizeEvent(QResizeEvent* event) {
  QWidget::resizeEvent(event);
  arrange();
}

void FormField::arrange() {
  const bool isNarrow = width() < kNarrowForm;
  const int columns = isNarrow || shape_ == Shape::Wide ? 2 : 3;
  label_->setFixedWidth(isNarrow ? kNarrowLabelWidth : kLabelWidth);
  if (columns == arrangedColumns_) return;
  arrangedColumns_ = columns;
  for (QWidget* widget : {static_cast<QWidget*>(label_), editor_, static_cast<QWidget*>(message_)})
    grid_->removeWidget(widget);
  grid_->addWidget(label_, 0, 0, shape_ == Shape::Wide ? Qt::AlignTop : Qt::AlignVCenter);
  grid_->addWidget(editor_, 0, 1, shape_ == Shape::Wide ? Qt::Alignment() : Qt::AlignVCenter);
  if (columns == 3)
    grid_->addWidget(message_, 0, 2, Qt::AlignVCenter);
  else
    grid_->addWidget(message_, 1, 1);
  if (columns == 3) {
    editor_->setFixedWidth(kEditorWidth);
  } else {
    editor_->setMinimumWidth(0);
    editor_->setMaximumWidth(QWIDGETSIZE_MAX);
  }
  grid_->setColumnStretch(1, columns == 2 ? 1 : 0);
  grid_->setColumnStretch(2, columns == 2 ? 0 : 1);
}

void FormField::showMessage() {
  const bool hasProblem = !problem_.isEmpty();
  const bool isError = hasProblem && severity_ == config::Issue::Severity::Error;
  message_->setText(!hasProblem ? hint_ : (isError ? QStringLiteral("✖ ") : QStringLiteral("▲ ")) + problem_);
  message_->setVisible(!message_->text().isEmpty());
  setRole(message_, isError ? "problem" : hasProblem ? "warning" : "muted");
  QWidget* input = editor_->focusProxy() ? editor_->focusProxy() : editor_;
  setRole(input, isError ? "problem" : "");
  input->setAccessibleDescription(message_->text());
}

}  // namespace spillway::ui

// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/wizards/wizard_page.h"

#include <QSignalBlocker>
#include <algorithm>

#include "ui/wizards/wizard_style.h"

namespace spillway::ui {

WizardPage::WizardPage(const QString& title, const QString& intro, LoadBalancerDraft& draft)
    : title_(title), draft_(draft), body_(new QVBoxLayout) {
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(18, 16, 18, 8);
  layout->setSpacing(12);
  layout->addWidget(heading(title, 1.3));
  if (!intro.isEmpty()) {
    auto* words = new QLabel(intro);
    words->setWordWrap(true);
    setRole(words, "muted");
    layout->addWidget(words);
  }
  body_->setSpacing(12);
  layout->addLayout(body_);
  layout->addStretch(1);
}

void WizardPage::refresh() {
  for (const FormField* field : fields())
    field->load();
}

std::vector<config::Issue> WizardPage::ownIssues() const {
  std::vector<config::Issue> own;
  for (const FormField* field : fields())
    if (auto issue = field->ownIssue(); !issue.message.empty()) own.push_back(std::move(issue));
  return own;
}

std::size_t WizardPage::matchLength(const std::string& path) const {
  std::size_t longest = 0;
  for (const FormField* field : fields())
    longest = std::max(longest, field->matchLength(path));
  return longest;
}

void WizardPage::showIssues(const std::vector<config::Issue>& issues) {
  issues_ = issues;
  // Errors before warnings: a field has room for one message.
  std::stable_sort(issues_.begin(), issues_.end(),
                   [](const auto& a, const auto& b) { return a.severity < b.severity; });
  for (FormField* field : fields()) {
    const auto own = std::find_if(issues_.begin(), issues_.end(),
                                  [&](const auto& issue) { return fieldOf(issue.path) == field; });
    field->showIssue(own == issues_.end() ? nullptr : &*own);
  }
}

std::size_t WizardPage::errorCount() const {
  return static_cast<std::size_t>(std::count_if(issues_.begin(), issues_.end(), [](const auto& issue) {
    return issue.severity == config::Issue::Severity::Error;
  }));
}

void WizardPage::focusFirst() {
  for (FormField* field : fields())
    if (field->isVisibleTo(this)) return field->focusEditor();
}

void WizardPage::focusFirstError() {
  for (FormField* field : fields())
    if (!field->problem().isEmpty() && field->isVisibleTo(this)) return field->focusEditor();
}

std::vector<FormField*> WizardPage::fields() const {
  const auto list = findChildren<FormField*>();
  return {list.begin(), list.end()};
}

FormField* WizardPage::fieldOf(const std::string& path) const {
  FormField* best = nullptr;
  std::size_t longest = 0;
  for (FormField* field : fields()) {
    const std::size_t length = field->matchLength(path);
    if (length > longest) best = field;
    longest = std::max(longest, length);
  }
  return best;
}

FormField* WizardPage::addField(QBoxLayout* layout, const FieldSpec& spec, QWidget* editor,
                                FormField::Shape shape) {
  QWidget* input = editor->focusProxy() ? editor->focusProxy() : editor;
  input->setObjectName(spec.name);
  auto* field = new FormField(spec.label, editor, spec.hint, shape);
  field->claim(spec.paths);
  layout->addWidget(field);
  return field;
}

QLineEdit* WizardPage::addText(QBoxLayout* layout, const FieldSpec& spec, std::function<std::string()> read,
                               std::function<void(const std::string&)> write) {
  auto* edit = new QLineEdit;
  addField(layout, spec, edit)->bind([edit, read = std::move(read)] {
    if (const auto text = QString::fromStdString(read()); edit->text() != text) {
      edit->setText(text);
      edit->setCursorPosition(0);
    }
  });
  connect(edit, &QLineEdit::textEdited, this, [this, write = std::move(write)](const QString& text) {
    write(text.toStdString());
    Q_EMIT edited();
  });
  return edit;
}

NumberEdit* WizardPage::addNumber(QBoxLayout* layout, const FieldSpec& spec, const QString& unit,
                                  std::function<std::uint32_t()> read,
                                  std::function<void(std::uint32_t)> write) {
  auto* edit = new NumberEdit(unit);
  addField(layout, spec, edit)
      ->bind([edit, read = std::move(read)] { edit->setValue(read()); }, [edit] { return edit->problem(); });
  connect(edit, &NumberEdit::valueEdited, this, [this, edit, write = std::move(write)] {
    if (const auto number = edit->value()) write(*number);
    Q_EMIT edited();
  });
  return edit;
}

QComboBox* WizardPage::addChoice(QBoxLayout* layout, const FieldSpec& spec, const QStringList& choices,
                                 std::function<int()> read, std::function<void(int)> write) {
  auto* combo = new QComboBox;
  combo->addItems(choices);
  // A long choice must not make the form wider than its page.
  combo->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
  addField(layout, spec, combo)->bind([combo, read = std::move(read)] {
    const QSignalBlocker silent(combo);
    combo->setCurrentIndex(read());
  });
  connect(combo, &QComboBox::currentIndexChanged, this, [this, write = std::move(write)](int index) {
    write(index);
    Q_EMIT edited();
  });
  return combo;
}

}  // namespace spillway::ui

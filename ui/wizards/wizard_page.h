// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QComboBox>
#include <QLineEdit>
#include <QVBoxLayout>
#include <QWidget>
#include <functional>
#include <string>
#include <vector>

#include "engine/config/model.h"
#include "ui/wizards/form_field.h"
#include "ui/wizards/load_balancer_draft.h"
#include "ui/wizards/number_edit.h"

namespace spillway::ui {

/// What a field is called and which issues belong to it.
struct FieldSpec {
  const char* name;  ///< objectName of the editor
  QString label;
  QString hint;
  std::vector<std::string> paths;
};

/// One page of the wizard: fields bound to the draft. The wizard judges; the page shows the issues it is
/// given.
class WizardPage : public QWidget {
  Q_OBJECT

 public:
  WizardPage(const QString& title, const QString& intro, LoadBalancerDraft& draft);

  const QString& title() const { return title_; }
  /// Shows the draft as it is now. Called when the page opens and when another part of it changed the draft.
  virtual void refresh();
  /// What was typed but cannot be put into the draft.
  virtual std::vector<config::Issue> ownIssues() const;
  /// How well an issue's path fits a field of this page; 0 = not at all.
  virtual std::size_t matchLength(const std::string& path) const;
  /// The issues of this page, each shown at its field.
  virtual void showIssues(const std::vector<config::Issue>& issues);
  std::size_t errorCount() const;
  const std::vector<config::Issue>& issues() const { return issues_; }
  /// Where the keyboard goes when the page opens, and when Next meets an error.
  void focusFirst();
  void focusFirstError();
  /// Puts what was typed but not yet added into the draft; false when it makes no sense and is shown as
  /// wrong.
  virtual bool commit() { return true; }

 signals:
  /// The draft, or text on the way to it, has changed.
  void edited();

 protected:
  LoadBalancerDraft& draft() const { return draft_; }
  QVBoxLayout* body() const { return body_; }
  std::vector<FormField*> fields() const;

  FormField* addField(QBoxLayout* layout, const FieldSpec& spec, QWidget* editor,
                      FormField::Shape shape = FormField::Shape::Beside);
  QLineEdit* addText(QBoxLayout* layout, const FieldSpec& spec, std::function<std::string()> read,
                     std::function<void(const std::string&)> write);
  NumberEdit* addNumber(QBoxLayout* layout, const FieldSpec& spec, const QString& unit,
                        std::function<std::uint32_t()> read, std::function<void(std::uint32_t)> write);
  QComboBox* addChoice(QBoxLayout* layout, const FieldSpec& spec, const QStringList& choices,
                       std::function<int()> read, std::function<void(int)> write);

 private:
  FormField* fieldOf(const std::string& path) const;

  QString title_;
  LoadBalancerDraft& draft_;
  QVBoxLayout* body_;
  std::vector<config::Issue> issues_;
};

}  // namespace spillway::ui

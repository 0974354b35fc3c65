// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLabel>
#include <QString>
#include <QWidget>
#include <functional>
#include <string>
#include <vector>

#include "engine/config/model.h"

class QGridLayout;

namespace spillway::ui {

/// One line of a form: label, editor, and on the right a hint or, in its place, what is wrong. A narrow form
/// puts the hint under the editor.
class FormField : public QWidget {
  Q_OBJECT

 public:
  /// Beside: an editor of one width for the whole form, hint beside it. Wide: the editor takes all of the
  /// line.
  enum class Shape : std::uint8_t { Beside, Wide };

  /// `label` may have a mnemonic. The hint stays while there is no problem. The editor, or its focus proxy,
  /// gets the accessible name and the frame that marks a problem.
  FormField(const QString& label, QWidget* editor, const QString& hint, Shape shape = Shape::Beside);

  /// Paths of the issues that belong here, as for pathMatches().
  void claim(std::vector<std::string> patterns) { patterns_ = std::move(patterns); }
  /// Length of the longest claimed pattern that matches; 0 = not this field's.
  std::size_t matchLength(const std::string& path) const;

  /// How the field takes its value from the draft, and what keeps the draft from taking the field's ("" =
  /// nothing).
  void bind(std::function<void()> load, std::function<QString()> problem = {});
  void load() const;
  /// What cannot even be put into the draft, as an issue of the first claimed path; empty message = none.
  config::Issue ownIssue() const;

  void setHint(const QString& hint);
  /// nullptr: nothing is wrong.
  void showIssue(const config::Issue* issue);
  /// What is wrong here as it is shown; "" = nothing.
  const QString& problem() const { return problem_; }
  /// Puts the keyboard focus into the editor.
  void focusEditor();

 protected:
  void resizeEvent(QResizeEvent* event) override;

 private:
  void arrange();
  void showMessage();

  QLabel* label_;
  QWidget* editor_;
  QLabel* message_;
  QGridLayout* grid_;
  Shape shape_;
  QString hint_, problem_;
  config::Issue::Severity severity_ = config::Issue::Severity::Error;
  std::vector<std::string> patterns_;
  std::function<void()> load_;
  std::function<QString()> ownProblem_;
  int arrangedColumns_ = 0;
};

}  // namespace spillway::ui

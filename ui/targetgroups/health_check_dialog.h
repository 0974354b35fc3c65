// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>
#include <functional>
#include <vector>

#include "engine/config/model.h"
#include "ui/wizards/form_field.h"

class QLineEdit;
class QPushButton;
class QVBoxLayout;

namespace spillway::ui {

/// The health check of one target group as a form. Each keystroke is judged by config::validate; Apply waits
/// for a document without errors in the group.
class HealthCheckDialog : public QDialog {
  Q_OBJECT

 public:
  /// `group` is an index into the document's target groups.
  HealthCheckDialog(const config::Document& document, std::size_t group, QWidget* parent = nullptr);
  /// The document with what was typed.
  const config::Document& edited() const { return edited_; }

 private:
  struct Number {
    QLineEdit* edit;
    std::uint32_t config::HealthCheck::*field;
  };
  QLineEdit* addField(const QString& name, const QString& label, const QString& text, const QString& hint,
                      std::vector<std::string> paths);
  void addNumber(const QString& label, const QString& hint, const char* name,
                 std::uint32_t config::HealthCheck::*field);
  void addFields();
  void read();
  void judge();
  std::string pathOf(const char* field) const;

  config::Document edited_;
  std::size_t group_;
  QVBoxLayout* column_;
  QLineEdit *path_, *codes_, *port_;
  std::vector<Number> numbers_;
  std::vector<FormField*> fields_;
  QPushButton* apply_ = nullptr;
};

}  // namespace spillway::ui

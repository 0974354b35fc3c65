// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>

class QLabel;
class QPushButton;
class QTreeWidget;

namespace spillway::ui {

class SchemaStore;

/// Asks for files that are schemas, without blocking the window, and adds them.
void chooseSchemas(QWidget* parent, SchemaStore& schemas);

/// The schemas that the window knows: where each is from, what it tells, what is wrong with it. Files are
/// added and taken away here.
class SchemasDialog : public QDialog {
  Q_OBJECT

 public:
  explicit SchemasDialog(SchemaStore& schemas, QWidget* parent = nullptr);

 private:
  QWidget* makeButtons();
  void showSchemas();
  void addFolder();
  void removeChosen();
  void showWhatCanGo();

  SchemaStore& schemas_;
  QTreeWidget* list_;
  QLabel* nothing_;
  QPushButton* remove_ = nullptr;
};

}  // namespace spillway::ui

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>

#include "engine/config/model.h"

class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;
class QSpinBox;

namespace spillway::ui {

class FilterEdit;

/// "everything", "header fields, sizes and frames", "nothing".
QString captureLevelText(config::CaptureLevel level);

/// What is recorded of the load balancers' streams.
class RecordingDialog : public QDialog {
  Q_OBJECT

 public:
  /// `balancers`: of which it is.
  RecordingDialog(const QString& balancers, const config::Capture& now, QWidget* parent = nullptr);
  config::Capture chosen() const;

 private:
  void check();

  QComboBox* level_;
  FilterEdit* filter_;
  QLabel *mistake_, *namesMistake_;
  QSpinBox* kilobytes_;
  QLineEdit *logged_, *headers_, *fields_;
  QPushButton* apply_;
};

}  // namespace spillway::ui

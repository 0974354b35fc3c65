// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTextEdit>

namespace spillway::ui {

/// Plain text that wraps anywhere, is as high as it needs to be, and can be selected and copied: for ids and
/// paths that have no spaces to wrap at.
class FactValue : public QTextEdit {
  Q_OBJECT

 public:
  explicit FactValue(QWidget* parent = nullptr);
  void showText(const QString& text, const QFont& font);

 protected:
  void resizeEvent(QResizeEvent* event) override;
  void wheelEvent(QWheelEvent* event) override;

 private:
  void fit();
};

}  // namespace spillway::ui

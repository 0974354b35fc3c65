// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFrame>
#include <QLabel>
#include <QPushButton>
#include <QString>

class QBoxLayout;

namespace spillway::ui {

/// Words in a tinted frame with what can be done about them, in the place they are about. Hidden until shown.
class NoticeBar : public QFrame {
  Q_OBJECT

 public:
  enum class Kind : std::uint8_t { Info, Warning, Error };

  /// `name` is the objectName.
  NoticeBar(Kind kind, const char* name);

  void showWords(const QString& words);
  QString words() const { return label_->text(); }
  /// Buttons stand in a row where it fits, else one under the other.
  QPushButton* addButton(const QString& text, const char* name);

 protected:
  void resizeEvent(QResizeEvent* event) override;

 private:
  QLabel* label_;
  QBoxLayout* buttons_;
};

}  // namespace spillway::ui

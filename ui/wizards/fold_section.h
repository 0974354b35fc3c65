// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QHBoxLayout>
#include <QToolButton>
#include <QVBoxLayout>
#include <QWidget>

namespace spillway::ui {

/// A heading that opens and closes what is under it.
class FoldSection : public QWidget {
  Q_OBJECT

 public:
  enum class Start : std::uint8_t { Open, Closed };

  FoldSection(const QString& title, Start start);

  /// Where the content goes.
  QVBoxLayout* content() const { return content_; }
  /// Room right of the heading, visible also when closed.
  QHBoxLayout* beside() const { return beside_; }
  /// The heading, for its objectName.
  QToolButton* button() const { return button_; }
  void setOpen(bool isOpen) { button_->setChecked(isOpen); }

 private:
  QToolButton* button_;
  QHBoxLayout* beside_;
  QVBoxLayout* content_;
};

}  // namespace spillway::ui

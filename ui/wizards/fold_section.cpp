// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/wizards/fold_section.h"

#include "ui/wizards/wizard_style.h"

namespace spillway::ui {

FoldSection::FoldSection(const QString& title, Start start)
    : button_(new QToolButton), beside_(new QHBoxLayout), content_(new QVBoxLayout) {
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 4, 0, 0);
  layout->setSpacing(10);
  auto* head = new QHBoxLayout;
  head->setSpacing(8);
  head->addWidget(button_);
  head->addStretch(1);
  head->addLayout(beside_);
  layout->addLayout(head);
  auto* inside = new QWidget;
  inside->setLayout(content_);
  content_->setContentsMargins(0, 0, 0, 0);
  content_->setSpacing(12);
  layout->addWidget(inside);

  button_->setAccessibleName(title);
  button_->setCheckable(true);
  button_->setAutoRaise(true);
  button_->setFocusPolicy(Qt::StrongFocus);
  setRole(button_, "fold");
  const auto show = [this, inside, title](bool isOpen) {
    inside->setVisible(isOpen);
    button_->setText((isOpen ? QStringLiteral("▾ ") : QStringLiteral("▸ ")) + title);
  };
  connect(button_, &QToolButton::toggled, this, show);
  button_->setChecked(start == Start::Open);
  show(start == Start::Open);
}

}  // namespace spillway::ui

// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/wizards/notice_bar.h"

#include <QHBoxLayout>
#include <QVBoxLayout>

#include "ui/wizards/wizard_style.h"

namespace spillway::ui {

NoticeBar::NoticeBar(Kind kind, const char* name) : label_(new QLabel), layout_(new QVBoxLayout(this)) {
  setObjectName(name);
  layout_->setContentsMargins(12, 8, 12, 8);
  layout_->setSpacing(8);
  label_->setWordWrap(true);
  label_->setTextInteractionFlags(Qt::TextSelectableByMouse);
  layout_->addWidget(label_);
  setRole(this, kind == Kind::Error     ? "error-notice"
                : kind == Kind::Warning ? "warning-notice"
                                        : "info-notice");
  hide();
}

void NoticeBar::showWords(const QString& words) {
  label_->setText(words);
  setAccessibleName(words);
  show();
}

QPushButton* NoticeBar::addButton(const QString& text, const char* name) {
  if (!buttons_) {
    buttons_ = new QHBoxLayout;
    buttons_->setSpacing(8);
    buttons_->addStretch(1);
    layout_->addLayout(buttons_);
  }
  auto* button = new QPushButton(text);
  button->setObjectName(name);
  buttons_->insertWidget(buttons_->count() - 1, button);
  return button;
}

}  // namespace spillway::ui

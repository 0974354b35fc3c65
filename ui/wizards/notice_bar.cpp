// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/wizards/notice_bar.h"

#include <QVBoxLayout>

#include "ui/wizards/wizard_style.h"

namespace spillway::ui {

namespace {
constexpr int kSideMargin = 12;
}

NoticeBar::NoticeBar(Kind kind, const char* name)
    : label_(new QLabel), buttons_(new QBoxLayout(QBoxLayout::LeftToRight)) {
  auto* layout = new QVBoxLayout(this);
  setObjectName(name);
  layout->setContentsMargins(kSideMargin, 8, kSideMargin, 8);
  layout->setSpacing(8);
  label_->setWordWrap(true);
  label_->setTextInteractionFlags(Qt::TextSelectableByMouse);
  layout->addWidget(label_);
  buttons_->setSpacing(8);
  buttons_->addStretch(1);
  layout->addLayout(buttons_);
  // Without this the row of buttons, not the page, would decide how narrow the page can be.
  setMinimumWidth(1);
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
  auto* button = new QPushButton(text);
  button->setObjectName(name);
  buttons_->insertWidget(buttons_->count() - 1, button, 0, Qt::AlignLeft);
  return button;
}

void NoticeBar::resizeEvent(QResizeEvent* event) {
  QFrame::resizeEvent(event);
  int needed = 2 * kSideMargin;
  for (int i = 0; i < buttons_->count(); ++i)
    needed += buttons_->itemAt(i)->sizeHint().width() + buttons_->spacing();
  buttons_->setDirection(needed > width() ? QBoxLayout::TopToBottom : QBoxLayout::LeftToRight);
}

}  // namespace spillway::ui

// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/message_bar.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>

namespace spillway::ui {

MessageBar::MessageBar(QWidget* parent) : QFrame(parent), words_(new QLabel(this)) {
  setObjectName(QStringLiteral("messageBar"));
  words_->setTextFormat(Qt::PlainText);
  words_->setWordWrap(true);
  words_->setTextInteractionFlags(Qt::TextSelectableByMouse);
  auto* close = new QPushButton(QStringLiteral("Close"), this);
  connect(close, &QPushButton::clicked, this, &QWidget::hide);
  auto* line = new QHBoxLayout(this);
  line->setContentsMargins(12, 6, 6, 6);
  line->addWidget(words_, 1);
  line->addWidget(close);
  hide();
}

void MessageBar::say(const QString& words) {
  words_->setText(QStringLiteral("▲ ") + words);
  setAccessibleName(words);
  show();
}

QString MessageBar::words() const {
  return isHidden() ? QString() : words_->text().mid(2);
}

}  // namespace spillway::ui

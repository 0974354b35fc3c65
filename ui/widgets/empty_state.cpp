// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/empty_state.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>
#include <algorithm>

namespace spillway::ui {

namespace {
constexpr int kReadableWidth = 460;
}

EmptyState::EmptyState(const QString& title, const QString& words, QWidget* parent)
    : QWidget(parent), text_(new QLabel(words, this)), buttons_(new QHBoxLayout) {
  auto* heading = new QLabel(title, this);
  QFont font = heading->font();
  font.setPointSizeF(font.pointSizeF() * 1.15);
  font.setWeight(QFont::DemiBold);
  heading->setFont(font);
  heading->setAlignment(Qt::AlignCenter);
  text_->setProperty("role", QByteArray("muted"));
  text_->setTextFormat(Qt::PlainText);
  text_->setWordWrap(true);
  text_->setAlignment(Qt::AlignHCenter | Qt::AlignTop);
  text_->setFixedWidth(kReadableWidth);
  fitWords();
  auto* column = new QVBoxLayout(this);
  column->setSpacing(8);
  column->addStretch(2);
  column->addWidget(heading);
  column->addWidget(text_, 0, Qt::AlignHCenter);
  column->addSpacing(6);
  column->addLayout(buttons_);
  column->addStretch(3);
  buttons_->setAlignment(Qt::AlignCenter);
  setAccessibleName(title);
  setAccessibleDescription(words);
}

/// A label that wraps asks for too little height by itself.
void EmptyState::fitWords() {
  text_->ensurePolished();
  text_->setMinimumHeight(std::max(0, text_->heightForWidth(kReadableWidth)));
}

void EmptyState::setWords(const QString& words) {
  text_->setText(words);
  fitWords();
  setAccessibleDescription(words);
}

QPushButton* EmptyState::addButton(const QString& text) {
  auto* button = new QPushButton(text, this);
  if (buttons_->isEmpty()) button->setProperty("role", QByteArray("primary"));
  buttons_->addWidget(button);
  return button;
}

}  // namespace spillway::ui

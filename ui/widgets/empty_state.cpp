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
constexpr int kMostOfIt = 1000;  ///< of the width, as a stretch
}  // namespace

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
  text_->setMaximumWidth(kReadableWidth);
  auto* column = new QVBoxLayout(this);
  column->setSpacing(8);
  column->addStretch(2);
  column->addWidget(heading);
  auto* line = new QHBoxLayout;
  line->addStretch(1);
  line->addWidget(text_, kMostOfIt);
  line->addStretch(1);
  column->addLayout(line);
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
  const QMargins margins = layout()->contentsMargins();
  const int room = std::clamp(width() - margins.left() - margins.right(), 1, kReadableWidth);
  text_->setMinimumHeight(std::max(0, text_->heightForWidth(room)));
}

void EmptyState::resizeEvent(QResizeEvent* event) {
  QWidget::resizeEvent(event);
  fitWords();
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

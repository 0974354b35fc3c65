// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/empty_state.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

namespace spillway::ui {

namespace {
constexpr int kReadableWidth = 460;
}

EmptyState::EmptyState(const QString& title, const QString& words, QWidget* parent)
    : QWidget(parent), buttons_(new QHBoxLayout) {
  auto* heading = new QLabel(title, this);
  QFont font = heading->font();
  font.setPointSizeF(font.pointSizeF() * 1.15);
  font.setWeight(QFont::DemiBold);
  heading->setFont(font);
  heading->setAlignment(Qt::AlignCenter);
  auto* text = new QLabel(words, this);
  text->setProperty("role", QByteArray("muted"));
  text->setWordWrap(true);
  text->setAlignment(Qt::AlignHCenter | Qt::AlignTop);
  text->setFixedWidth(kReadableWidth);
  text->ensurePolished();
  text->setMinimumHeight(text->heightForWidth(kReadableWidth));
  auto* column = new QVBoxLayout(this);
  column->setSpacing(8);
  column->addStretch(2);
  column->addWidget(heading);
  column->addWidget(text, 0, Qt::AlignHCenter);
  column->addSpacing(6);
  column->addLayout(buttons_);
  column->addStretch(3);
  buttons_->setAlignment(Qt::AlignCenter);
  setAccessibleName(title);
  setAccessibleDescription(words);
}

QPushButton* EmptyState::addButton(const QString& text) {
  auto* button = new QPushButton(text, this);
  if (buttons_->isEmpty()) button->setProperty("role", QByteArray("primary"));
  buttons_->addWidget(button);
  return button;
}

}  // namespace spillway::ui

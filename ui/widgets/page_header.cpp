// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/page_header.h"

#include <QHBoxLayout>
#include <QLabel>

#include "ui/theme/theme.h"

namespace spillway::ui {

PageHeader::PageHeader(const QString& title, QWidget* parent)
    : QWidget(parent), words_(new QLabel(this)), line_(new QHBoxLayout(this)) {
  auto* name = new QLabel(title, this);
  QFont large = name->font();
  large.setPointSizeF(large.pointSizeF() * 1.3);
  large.setWeight(QFont::DemiBold);
  name->setFont(large);
  words_->setTextFormat(Qt::PlainText);
  words_->setProperty("muted", true);
  words_->setForegroundRole(QPalette::PlaceholderText);
  words_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
  line_->setContentsMargins(0, 0, 0, 0);
  line_->setSpacing(10);
  line_->addWidget(name);
  line_->addWidget(words_, 1);
}

void PageHeader::setWords(const QString& words) {
  words_->setText(words);
}

void PageHeader::addButton(QWidget* button) {
  line_->addWidget(button);
}

}  // namespace spillway::ui

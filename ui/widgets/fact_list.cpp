// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/fact_list.h"

#include <QGridLayout>
#include <QLabel>
#include <QPainter>

#include "ui/theme/theme.h"

namespace spillway::ui {

FactList::FactList(QWidget* parent) : QWidget(parent), grid_(new QGridLayout(this)) {
  grid_->setContentsMargins(0, 0, 0, 0);
  grid_->setHorizontalSpacing(14);
  grid_->setVerticalSpacing(9);
  grid_->setColumnStretch(1, 1);
}

FactList::Line FactList::addLine() {
  Line line{new QLabel(this), new QLabel(this)};
  line.name->setTextFormat(Qt::PlainText);
  line.name->setAlignment(Qt::AlignLeft | Qt::AlignTop);
  line.value->setTextFormat(Qt::PlainText);
  line.value->setWordWrap(true);
  line.value->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
  line.value->setAlignment(Qt::AlignLeft | Qt::AlignTop);
  const int row = static_cast<int>(lines_.size());
  grid_->addWidget(line.name, row, 0);
  grid_->addWidget(line.value, row, 1);
  return line;
}

void FactList::showFacts(const std::vector<Fact>& facts) {
  while (lines_.size() < facts.size()) {
    lines_.push_back(addLine());
  }
  for (std::size_t i = 0; i < lines_.size(); ++i) {
    const bool used = i < facts.size();
    lines_[i].name->setVisible(used);
    lines_[i].value->setVisible(used);
    if (!used) continue;
    const Fact& fact = facts[i];
    lines_[i].name->setText(fact.name);
    lines_[i].value->setText(fact.value);
    lines_[i].value->setAccessibleName(fact.name);
    lines_[i].value->setFont(fact.style == Fact::Style::Fixed ? Theme::fixedFont() : font());
    lines_[i].name->setToolTip(fact.tip.toHtmlEscaped());
  }
  update();
}

void FactList::paintEvent(QPaintEvent* /*event*/) {
  QPainter painter(this);
  painter.setPen(Theme::colors().border);
  for (const Line& line : lines_) {
    if (line.name->isHidden()) continue;
    const int y = std::max(line.name->geometry().bottom(), line.value->geometry().bottom()) + 5;
    painter.drawLine(0, y, width(), y);
  }
}

}  // namespace spillway::ui

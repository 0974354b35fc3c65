// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/dashboard/stat_tile.h"

#include <QEvent>
#include <QLabel>
#include <QVBoxLayout>

namespace spillway::ui {

namespace {

constexpr int kSide = 12;

}  // namespace

StatTile::StatTile(const QString& title, const QString& tip, QWidget* parent)
    : Card(parent), title_(new QLabel(title, this)), value_(new QLabel(this)), note_(new QLabel(this)) {
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(kSide, 9, kSide, 9);
  column->setSpacing(2);
  QFont large = value_->font();
  large.setPointSizeF(large.pointSizeF() * 1.6);
  large.setWeight(QFont::DemiBold);
  value_->setFont(large);
  title_->setProperty("role", "muted");
  for (QLabel* label : {title_, value_, note_}) {
    label->setTextFormat(Qt::PlainText);
    label->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    column->addWidget(label);
  }
  setToolTip(tip);
  setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

void StatTile::showValue(const QString& value, const QString& note, Severity noteSeverity) {
  value_->setText(value);
  noteText_ = note;
  fitNote();
  noteSeverity_ = noteSeverity;
  setAccessibleName(QStringLiteral("%1: %2. %3").arg(title_->text(), value, note));
  recolor();
}

void StatTile::recolor() {
  const QColor color = severityColor(noteSeverity_);
  QPalette palette = note_->palette();
  if (palette.color(QPalette::WindowText) == color) return;
  palette.setColor(QPalette::WindowText, color);
  note_->setPalette(palette);
}

void StatTile::fitNote() {
  const int room = width() - 2 * kSide;
  note_->setText(note_->fontMetrics().elidedText(noteText_, Qt::ElideRight, room));
  note_->setToolTip(note_->text() == noteText_ ? QString() : noteText_.toHtmlEscaped());
}

void StatTile::resizeEvent(QResizeEvent* event) {
  Card::resizeEvent(event);
  fitNote();
}

void StatTile::changeEvent(QEvent* event) {
  Card::changeEvent(event);
  if (event->type() == QEvent::PaletteChange) recolor();
}

}  // namespace spillway::ui

// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/fact_value.h"

#include <QWheelEvent>
#include <cmath>

namespace spillway::ui {

FactValue::FactValue(QWidget* parent) : QTextEdit(parent) {
  setReadOnly(true);
  setAcceptRichText(false);
  setTabChangesFocus(true);
  setFrameShape(QFrame::NoFrame);
  setStyleSheet(QStringLiteral("QTextEdit { background: transparent; border: none; padding: 0; }"));
  setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  setWordWrapMode(QTextOption::WrapAtWordBoundaryOrAnywhere);
  setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
  setMinimumWidth(80);
  document()->setDocumentMargin(0);
  viewport()->setAutoFillBackground(false);
}

void FactValue::showText(const QString& text, const QFont& font) {
  if (text == toPlainText() && font == document()->defaultFont()) return;
  document()->setDefaultFont(font);
  setPlainText(text);
  fit();
}

void FactValue::fit() {
  setFixedHeight(std::max(fontMetrics().height(), static_cast<int>(std::ceil(document()->size().height()))));
}

void FactValue::resizeEvent(QResizeEvent* event) {
  QTextEdit::resizeEvent(event);
  fit();
}

void FactValue::wheelEvent(QWheelEvent* event) {
  event->ignore();
}

}  // namespace spillway::ui

// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/streams/sequence_view.h"

#include <QAccessible>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QPainterPath>
#include <QScrollBar>
#include <QToolTip>
#include <algorithm>

#include "ui/models/words.h"
#include "ui/theme/theme.h"

namespace spillway::ui {

namespace {

constexpr int kHeader = 28;  ///< names of the lifelines
constexpr int kRow = 39;
constexpr int kSlant = 8;     ///< how much an arrow falls from its start to its end
constexpr int kArrowY = 24;   ///< of an arrow's start within its row
constexpr int kHeldStep = 4;  ///< between a message's two arrows
constexpr int kHead = 8;      ///< length of an arrow head
constexpr int kOffsets = 96;  ///< width of the column of times

void drawHead(QPainter& painter, const QPointF& tip, bool toRight, bool filled) {
  const double back = toRight ? -kHead : kHead;
  const QPolygonF head{tip, tip + QPointF(back, -kHead * 0.5), tip + QPointF(back, kHead * 0.5)};
  painter.setBrush(filled ? QBrush(painter.pen().color()) : QBrush(Theme::colors().surface));
  painter.drawPolygon(head);
}

void drawCross(QPainter& painter, const QPointF& center) {
  constexpr double kArm = 5;
  painter.drawLine(center + QPointF(-kArm, -kArm), center + QPointF(kArm, kArm));
  painter.drawLine(center + QPointF(-kArm, kArm), center + QPointF(kArm, -kArm));
}

void drawDiamond(QPainter& painter, const QPointF& center) {
  constexpr double kArm = 5;
  painter.setBrush(painter.pen().color());
  painter.drawPolygon(QPolygonF{center + QPointF(-kArm, 0), center + QPointF(0, -kArm),
                                center + QPointF(kArm, 0), center + QPointF(0, kArm)});
}

}  // namespace

int SequenceView::Lanes::x(Lifeline lifeline) const {
  return lifeline == Lifeline::Client ? client : lifeline == Lifeline::Spillway ? spillway : target;
}

SequenceView::SequenceView(QWidget* parent) : QAbstractScrollArea(parent) {
  setFocusPolicy(Qt::StrongFocus);
  setFrameShape(QFrame::NoFrame);
  setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  verticalScrollBar()->setSingleStep(kRow);
  setAccessibleName(QStringLiteral("Sequence of the stream"));
}

QSize SequenceView::sizeHint() const {
  return {620, 300};
}

void SequenceView::showStream(const StreamEntry* entry) {
  const bool same = entry && hasStream_ && entry->id == stream_;
  const bool atEnd = verticalScrollBar()->value() >= verticalScrollBar()->maximum();
  if (!same) {
    unfolded_.clear();
    current_ = -1;
  }
  hasStream_ = entry != nullptr;
  stream_ = entry ? entry->id : 0;
  target_ = entry && !entry->target().empty() ? QString::fromStdString(entry->target())
                                              : QStringLiteral("no target");
  rows_ = entry ? layoutSequence(*entry, unfolded_) : std::vector<SequenceRow>();
  current_ = std::min(current_, static_cast<int>(rows_.size()) - 1);
  updateScrollBar();
  if (!same) {
    verticalScrollBar()->setValue(0);
  } else if (atEnd && entry->isOpen()) {
    verticalScrollBar()->setValue(verticalScrollBar()->maximum());
  }
  setAccessibleDescription(QStringLiteral("%1. Up and down choose an event; Enter opens a folded block.")
                               .arg(countOf(rows_.size(), QStringLiteral("line"))));
  viewport()->update();
}

void SequenceView::setCurrentRow(int row) {
  if (rows_.empty()) return;
  current_ = std::clamp(row, 0, static_cast<int>(rows_.size()) - 1);
  const int top = current_ * kRow;
  const int page = viewport()->height() - kHeader;
  QScrollBar& bar = *verticalScrollBar();
  if (top < bar.value()) bar.setValue(top);
  if (top + kRow > bar.value() + page) bar.setValue(top + kRow - page);
  announceCurrent();
  viewport()->update();
  Q_EMIT currentChanged();
}

void SequenceView::setContents(std::function<QString(const SequenceRow&)> contents) {
  contents_ = std::move(contents);
}

void SequenceView::setHeld(std::function<std::optional<std::int64_t>(const SequenceRow&)> held) {
  held_ = std::move(held);
}

std::optional<std::int64_t> SequenceView::heldOf(const SequenceRow& row) const {
  return held_ && row.shape == SequenceShape::Message ? held_(row) : std::nullopt;
}

QString SequenceView::sentenceOf(const SequenceRow& row) const {
  QString sentence = sequenceSentence(row);
  if (const auto held = heldOf(row))
    sentence += QStringLiteral(", with Spillway for %1").arg(durationText(*held));
  return sentence;
}

void SequenceView::announceCurrent() {
  setAccessibleDescription(sentenceOf(rows_[static_cast<std::size_t>(current_)]));
  QAccessibleEvent event(this, QAccessible::DescriptionChanged);
  QAccessible::updateAccessibility(&event);
}

SequenceView::Lanes SequenceView::lanesOf(int width) {
  const int span = std::max(240, width - kOffsets);
  return {span / 7, span / 2, span - span / 7, width - 14};
}

int SequenceView::rowTop(int row) const {
  return kHeader + row * kRow - verticalScrollBar()->value();
}

int SequenceView::rowAt(const QPoint& point) const {
  if (point.y() < kHeader) return -1;
  const int row = (point.y() - kHeader + verticalScrollBar()->value()) / kRow;
  return row < static_cast<int>(rows_.size()) ? row : -1;
}

void SequenceView::updateScrollBar() {
  const int page = std::max(1, viewport()->height() - kHeader);
  const int content = static_cast<int>(rows_.size()) * kRow + kRow / 2;
  verticalScrollBar()->setRange(0, std::max(0, content - page));
  verticalScrollBar()->setPageStep(page);
}

void SequenceView::resizeEvent(QResizeEvent* event) {
  QAbstractScrollArea::resizeEvent(event);
  updateScrollBar();
}

QColor SequenceView::rowColor(const SequenceRow& row) const {
  const ThemeColors& colors = Theme::colors();
  switch (row.shape) {
    case SequenceShape::Message:
    case SequenceShape::Block:
      return row.isFrom(observe::Direction::Request) ? colors.request : colors.response;
    case SequenceShape::HalfClose:
      return colors.request;
    case SequenceShape::Trailers:
      return colors.trailers;
    case SequenceShape::Reset:
    case SequenceShape::Balancer:
      return colors.bad;
    case SequenceShape::Headers:
    case SequenceShape::Note:
      break;
  }
  return row.shape == SequenceShape::Headers ? colors.headers : colors.mutedText;
}

void SequenceView::paintEvent(QPaintEvent* /*event*/) {
  QPainter painter(viewport());
  painter.fillRect(viewport()->rect(), Theme::colors().surface);
  if (!hasStream_) return;
  painter.setRenderHint(QPainter::Antialiasing);
  const int width = viewport()->width(), height = viewport()->height();
  const Lanes lane = lanesOf(width);
  painter.setClipRect(0, kHeader, width, height - kHeader);
  if (current_ >= 0) paintMark(painter, rowTop(current_));
  paintLifelines(painter, lane, height);
  const int first = std::max(0, verticalScrollBar()->value() / kRow - 1);
  const int last = std::min(static_cast<int>(rows_.size()) - 1, first + height / kRow + 2);
  for (int row = first; row <= last; ++row)
    paintRow(painter, lane, row, rowTop(row));
  painter.setClipping(false);
  paintHeader(painter, lane, width);
}

int SequenceView::heightOf(int rows) {
  return kHeader + rows * kRow + kRow / 2;
}

void SequenceView::paintRows(QPainter& painter, int width, int first, int count) const {
  const Lanes lane = lanesOf(width);
  const int height = heightOf(count);
  painter.setFont(font());
  painter.fillRect(0, 0, width, height, Theme::colors().surface);
  painter.setRenderHint(QPainter::Antialiasing);
  paintLifelines(painter, lane, height);
  for (int row = 0; row < count; ++row)
    paintRow(painter, lane, first + row, kHeader + row * kRow);
  paintHeader(painter, lane, width);
}

void SequenceView::paintLifelines(QPainter& painter, const Lanes& lanes, int height) {
  painter.setPen(QPen(Theme::colors().border, 2));
  for (const Lifeline lifeline : {Lifeline::Client, Lifeline::Spillway, Lifeline::Target})
    painter.drawLine(lanes.x(lifeline), kHeader, lanes.x(lifeline), height);
}

void SequenceView::paintHeader(QPainter& painter, const Lanes& lanes, int width) const {
  painter.fillRect(0, 0, width, kHeader, Theme::colors().surface);
  QFont bold = font();
  bold.setWeight(QFont::DemiBold);
  painter.setFont(bold);
  painter.setPen(Theme::colors().text);
  const auto name = [&](int x, const QString& text) {
    const int half = lanes.spillway - lanes.client - 6;
    const QString shown = painter.fontMetrics().elidedText(text, Qt::ElideMiddle, half);
    painter.drawText(QRect(x - half / 2, 0, half, kHeader), Qt::AlignCenter, shown);
  };
  name(lanes.client, QStringLiteral("client"));
  name(lanes.spillway, QStringLiteral("Spillway"));
  name(lanes.target, target_);
  painter.setFont(font());
}

/// The background of the chosen row.
void SequenceView::paintMark(QPainter& painter, int top) const {
  const QRect mark(4, top + 3, viewport()->width() - 8, kRow - 2);
  painter.setPen(hasFocus() ? QPen(Theme::colors().accent, 1) : QPen(Qt::NoPen));
  painter.setBrush(Theme::colors().accentSoft);
  painter.drawRoundedRect(mark, 4, 4);
}

void SequenceView::paintRow(QPainter& painter, const Lanes& lanes, int row, int top) const {
  const SequenceRow& shown = rows_[static_cast<std::size_t>(row)];
  if (shown.shape != SequenceShape::Note) paintArrow(painter, lanes, shown, top);
  paintLabel(painter, lanes, shown, top);
  if (shown.offsetMicros < 0) return;
  painter.setPen(Theme::colors().mutedText);
  const QString offset = QLatin1Char('+') + durationText(shown.offsetMicros);
  painter.drawText(QRect(lanes.right - kOffsets, top + kArrowY - 8, kOffsets, 18),
                   Qt::AlignRight | Qt::AlignVCenter, offset);
}

void SequenceView::paintArrow(QPainter& painter, const Lanes& lanes, const SequenceRow& row, int top) const {
  const QPointF from(lanes.x(row.from), top + kArrowY);
  // A message goes twice: what lies between is how long Spillway had it.
  const auto held = heldOf(row);
  const double step = held ? kHeldStep : 0;
  const QPointF to(lanes.x(row.to), top + kArrowY + kSlant + step);
  const bool toRight = to.x() > from.x();
  const bool thick = row.shape == SequenceShape::Message || row.shape == SequenceShape::Block;
  QPen pen(rowColor(row), thick ? 1.8 : 1.2);
  if (row.shape == SequenceShape::HalfClose) pen.setStyle(Qt::DashLine);
  painter.setPen(pen);
  if (row.shape == SequenceShape::Block) {
    // Three lines close together: many messages in one drawing.
    for (const double shift : {-3.0, 0.0, 3.0})
      painter.drawLine(from + QPointF(0, shift), to + QPointF(0, shift));
  } else if (held) {
    const QPointF in(lanes.spillway, (from.y() + to.y() - step) / 2);
    const QPointF out = in + QPointF(0, step);
    painter.drawLine(from, in);
    painter.drawLine(out, to);
    painter.setPen(QPen(pen.color(), 4, Qt::SolidLine, Qt::FlatCap));
    painter.drawLine(in, out);
  } else {
    painter.drawLine(from, to);
  }
  pen.setStyle(Qt::SolidLine);
  painter.setPen(pen);
  switch (row.shape) {
    case SequenceShape::HalfClose:
      painter.drawLine(to + QPointF(0, -6), to + QPointF(0, 6));
      break;
    case SequenceShape::Reset:
      drawCross(painter, from);
      drawHead(painter, to, toRight, true);
      break;
    case SequenceShape::Trailers:
      drawDiamond(painter, from);
      drawHead(painter, to, toRight, true);
      break;
    default:
      drawHead(painter, to, toRight, row.shape != SequenceShape::Balancer);
      if (row.halfCloses) painter.drawLine(to + QPointF(1, -6), to + QPointF(1, 6));
  }
}

void SequenceView::paintLabel(QPainter& painter, const Lanes& lanes, const SequenceRow& row, int top) const {
  QFont small = font();
  small.setPointSizeF(small.pointSizeF() * 0.92);
  painter.setFont(small);
  const QFontMetrics metrics = painter.fontMetrics();
  const bool numbered = row.shape == SequenceShape::Message;
  const QString number = QString::number(row.number);
  const int circle = numbered ? std::max(15, metrics.horizontalAdvance(number) + 8) : 0;
  const int left = std::min(lanes.x(row.from), lanes.x(row.to)),
            right = std::max(lanes.x(row.from), lanes.x(row.to));
  const bool wide = right - left > lanes.spillway - lanes.client;
  // Beside Spillway's line, so that it does not run through the words.
  const int center = wide ? (lanes.client + lanes.spillway) / 2 : (left + right) / 2;
  const int room = lanes.spillway - lanes.client - 16 - circle;
  const bool isNote = row.shape == SequenceShape::Note;
  QString words = numbered && contents_ ? contents_(row) : QString();
  if (words.isEmpty()) words = row.text;
  const QString text = metrics.elidedText(words, isNote || !numbered ? Qt::ElideMiddle : Qt::ElideRight,
                                          isNote ? right - left - 12 : room);
  const int width = metrics.horizontalAdvance(text) + (circle ? circle + 4 : 0);
  int x = (isNote ? (left + right) / 2 : center) - width / 2;
  const int middle = isNote ? top + kArrowY : top + 13;
  if (isNote) {
    painter.fillRect(x - 6, middle - 9, width + 12, 18, Theme::colors().surface);
  }
  painter.setPen(QPen(rowColor(row), 1));
  if (numbered) {
    const QRectF ring(x, middle - 7.5, circle, 15);
    painter.setBrush(Qt::NoBrush);
    painter.drawRoundedRect(ring, 7.5, 7.5);
    painter.drawText(ring, Qt::AlignCenter, number);
    x += circle + 4;
  }
  painter.drawText(QRect(x, middle - 9, width + 4, 18), Qt::AlignLeft | Qt::AlignVCenter, text);
  painter.setFont(font());
}

void SequenceView::keyPressEvent(QKeyEvent* event) {
  const int page = std::max(1, (viewport()->height() - kHeader) / kRow - 1);
  const int last = static_cast<int>(rows_.size()) - 1;
  switch (event->key()) {
    case Qt::Key_Down:
      return setCurrentRow(current_ + 1);
    case Qt::Key_Up:
      return setCurrentRow(current_ - 1);
    case Qt::Key_PageDown:
      return setCurrentRow(current_ + page);
    case Qt::Key_PageUp:
      return setCurrentRow(current_ - page);
    case Qt::Key_Home:
      return setCurrentRow(0);
    case Qt::Key_End:
      return setCurrentRow(last);
    case Qt::Key_Return:
    case Qt::Key_Enter:
    case Qt::Key_Right:
      return openBlock(current_);
    default:
      QAbstractScrollArea::keyPressEvent(event);
  }
}

void SequenceView::openBlock(int row) {
  if (row < 0 || row >= static_cast<int>(rows_.size())) return;
  const SequenceRow& shown = rows_[static_cast<std::size_t>(row)];
  if (shown.shape != SequenceShape::Block) return;
  unfolded_.insert(shown.firstEntry);
  Q_EMIT unfolded();
}

void SequenceView::mousePressEvent(QMouseEvent* event) {
  const int row = rowAt(event->pos());
  if (row >= 0) setCurrentRow(row);
}

void SequenceView::mouseDoubleClickEvent(QMouseEvent* event) {
  openBlock(rowAt(event->pos()));
}

bool SequenceView::viewportEvent(QEvent* event) {
  if (event->type() == QEvent::ToolTip) {
    const auto* help = static_cast<QHelpEvent*>(event);
    const int row = rowAt(help->pos());
    const QString text = row < 0 ? QString() : sentenceOf(rows_[static_cast<std::size_t>(row)]);
    QToolTip::showText(help->globalPos(), text.toHtmlEscaped(), viewport());
    return true;
  }
  return QAbstractScrollArea::viewportEvent(event);
}

}  // namespace spillway::ui

// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/time_plot.h"

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QPainter>
#include <algorithm>
#include <cmath>
#include <limits>

#include "ui/plots/plot_canvas.h"
#include "ui/theme/theme.h"

namespace spillway::ui {

namespace {

constexpr double kNever = std::numeric_limits<double>::quiet_NaN();
constexpr qreal kDragFrom = 4;  ///< pixels

}  // namespace

TimePlot::TimePlot(const QString& unit, QWidget* parent)
    : QWidget(parent), canvas_(std::make_unique<PlotCanvas>()) {
  canvas_->unit = unit;
  canvas_->build(this);
  auto* layout = new QHBoxLayout(this);
  layout->setContentsMargins(2, 2, 2, 2);  // for the frame of the focus
  layout->addWidget(canvas_->widget());
  canvas_->widget()->installEventFilter(this);
  setFocusPolicy(Qt::StrongFocus);
  setMinimumSize(160, 110);
  canvas_->redraw();
}

TimePlot::~TimePlot() = default;

void TimePlot::setEmptyWords(const QString& words) {
  canvas_->setEmptyWords(words);
}

void TimePlot::setRange(double from, double to) {
  canvas_->from = from;
  canvas_->to = to;
  canvas_->redraw();
}

void TimePlot::setData(const QVector<double>& times, const std::vector<PlotSeries>& series) {
  canvas_->times = times;
  canvas_->series = series;
  canvas_->meant = std::min(canvas_->meant, static_cast<int>(series.size()) - 1);
  canvas_->redraw();
}

const std::vector<PlotSeries>& TimePlot::series() const {
  return canvas_->series;
}

void TimePlot::setMarks(const std::vector<PlotMark>& marks) {
  canvas_->marks = marks;
  canvas_->redraw();
}

void TimePlot::setCursorTime(double time) {
  canvas_->cursorTime = time;
  canvas_->drawCursor();
  canvas_->replotCursor();
  if (hasFocus()) setAccessibleDescription(cursorWords());
}

QString TimePlot::cursorWords() const {
  return canvas_->cursorWords();
}

void TimePlot::draw(QPainter& painter, const QRect& area) const {
  canvas_->draw(painter, area);
}

void TimePlot::changeEvent(QEvent* event) {
  QWidget::changeEvent(event);
  if (event->type() == QEvent::PaletteChange || event->type() == QEvent::StyleChange) canvas_->redraw();
}

bool TimePlot::eventFilter(QObject* watched, QEvent* event) {
  if (watched != canvas_->widget()) return QWidget::eventFilter(watched, event);
  switch (event->type()) {
    case QEvent::MouseButtonPress:
      setFocus(Qt::MouseFocusReason);
      press(static_cast<QMouseEvent*>(event)->position());
      return true;
    case QEvent::MouseMove:
      move(static_cast<QMouseEvent*>(event)->position(), static_cast<QMouseEvent*>(event)->buttons());
      return true;
    case QEvent::MouseButtonRelease:
      release(static_cast<QMouseEvent*>(event)->position());
      return true;
    case QEvent::Leave:
      Q_EMIT cursorMoved(kNever);
      return false;
    case QEvent::Wheel: {
      const auto* wheel = static_cast<QWheelEvent*>(event);
      turn(wheel->angleDelta(), canvas_->timeAt(wheel->position().x()));
      return true;
    }
    default:
      return QWidget::eventFilter(watched, event);
  }
}

void TimePlot::press(const QPointF& at) {
  pressed_ = at;
  dragged_.reset();
}

void TimePlot::move(const QPointF& at, Qt::MouseButtons buttons) {
  if (!(buttons & Qt::LeftButton)) {
    Q_EMIT cursorMoved(canvas_->timeAt(at.x()));
    return;
  }
  if (!dragged_) {
    if (!pressed_ || std::abs(at.x() - pressed_->x()) < kDragFrom) return;
    dragged_ = pressed_;
  }
  const double earlier = canvas_->timeAt(at.x()) - canvas_->timeAt(dragged_->x());
  dragged_ = at;
  Q_EMIT moveWanted(earlier);
}

void TimePlot::release(const QPointF& at) {
  const bool isClick = pressed_ && !dragged_;
  pressed_.reset();
  dragged_.reset();
  if (!isClick) return;
  const qsizetype point = canvas_->nearest(canvas_->timeAt(at.x()));
  if (point >= 0) Q_EMIT chosen(canvas_->seriesAt(at), static_cast<int>(point));
}

/// In eighths of a degree, as a wheel tells it.
void TimePlot::turn(const QPoint& degrees, double around) {
  if (std::abs(degrees.x()) > std::abs(degrees.y())) {
    Q_EMIT moveWanted((canvas_->to - canvas_->from) * degrees.x() / 1200);
  } else {
    Q_EMIT zoomWanted(std::pow(0.9985, degrees.y()), around);
  }
}

/// From where it is, or from the newest moment.
void TimePlot::stepCursor(int steps) {
  if (canvas_->times.isEmpty()) return;
  const qsizetype last = canvas_->times.size() - 1, now = canvas_->nearest(canvas_->cursorTime);
  Q_EMIT cursorMoved(canvas_->times[now < 0 ? last : std::clamp<qsizetype>(now + steps, 0, last)]);
}

void TimePlot::meanSeries(int steps) {
  const int count = static_cast<int>(canvas_->series.size());
  canvas_->meant = std::clamp(canvas_->meant + steps, -1, count - 1);
  canvas_->redraw();
  setAccessibleDescription(cursorWords());
}

void TimePlot::chooseAtCursor() {
  const qsizetype point = canvas_->nearest(canvas_->cursorTime);
  if (point >= 0) Q_EMIT chosen(canvas_->meant, static_cast<int>(point));
}

void TimePlot::keyPressEvent(QKeyEvent* event) {
  const double length = canvas_->to - canvas_->from;
  const bool hasCursor = canvas_->nearest(canvas_->cursorTime) >= 0,
             isShift = event->modifiers() & Qt::ShiftModifier;
  const double around = hasCursor ? canvas_->cursorTime : (canvas_->from + canvas_->to) / 2;
  switch (event->key()) {
    case Qt::Key_Plus:
    case Qt::Key_Equal:
      return Q_EMIT zoomWanted(0.5, around);
    case Qt::Key_Minus:
      return Q_EMIT zoomWanted(2, around);
    case Qt::Key_Left:
      return isShift ? Q_EMIT moveWanted(length / 4) : stepCursor(-1);
    case Qt::Key_Right:
      return isShift ? Q_EMIT moveWanted(-length / 4) : stepCursor(1);
    case Qt::Key_Up:
      return meanSeries(-1);
    case Qt::Key_Down:
      return meanSeries(1);
    case Qt::Key_Return:
    case Qt::Key_Enter:
      return chooseAtCursor();
    case Qt::Key_Escape:
      if (hasCursor) return Q_EMIT cursorMoved(kNever);
      break;
    default:
      break;
  }
  QWidget::keyPressEvent(event);
}

void TimePlot::focusInEvent(QFocusEvent* event) {
  QWidget::focusInEvent(event);
  update();
}

void TimePlot::focusOutEvent(QFocusEvent* event) {
  QWidget::focusOutEvent(event);
  canvas_->meant = -1;
  canvas_->redraw();
  Q_EMIT cursorMoved(kNever);
  update();
}

void TimePlot::resizeEvent(QResizeEvent* event) {
  QWidget::resizeEvent(event);
  canvas_->redraw();
}

void TimePlot::paintEvent(QPaintEvent* event) {
  QWidget::paintEvent(event);
  if (!hasFocus()) return;
  QPainter painter(this);
  painter.setRenderHint(QPainter::Antialiasing);
  painter.setPen(QPen(Theme::colors().accent, 1.5));
  painter.drawRoundedRect(QRectF(rect()).adjusted(1, 1, -1, -1), 4, 4);
}

}  // namespace spillway::ui

// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/streams/timing.h"

#include <QEvent>
#include <QPainter>
#include <algorithm>
#include <optional>

#include "ui/models/words.h"
#include "ui/theme/theme.h"

namespace spillway::ui {

using observe::CapturedKind;
using observe::CapturedPart;
using observe::Direction;
using observe::Hop;

namespace {

constexpr int kNames = 190, kTimes = 96, kMargin = 14;

/// Much of a stream's time is less than a tenth of a millisecond.
QString shortTime(std::int64_t micros) {
  return micros < 1000 ? QStringLiteral("%1 µs").arg(micros) : durationText(micros);
}

/// The moments that bound the spans; nullopt: not yet, or never.
struct Moments {
  std::optional<std::int64_t> chosen, sent, requestEnd, answer, answerEnd, last;
  int attempts = 0;
  bool isBalancers = false;  ///< the answer is Spillway's own
};

Moments momentsOf(const observe::CaptureView& view, WallTime started) {
  Moments at;
  for (const CapturedPart* part : view.parts()) {
    const auto time = std::chrono::duration_cast<std::chrono::microseconds>(part->time - started).count();
    const bool isRequest = part->direction == Direction::Request;
    at.last = time;
    if (part->kind == CapturedKind::Attempt) {
      ++at.attempts;
      if (!at.chosen) at.chosen = time;
    }
    const bool isHead = part->kind == CapturedKind::Head;
    if (isHead && isRequest && part->hop == Hop::Target) at.sent = time;
    if (isHead && !isRequest && part->number >= 200 && !at.answer) {
      at.answer = time;
      at.isBalancers = part->hop == Hop::Client;
    }
    if (part->kind == CapturedKind::End) (isRequest ? at.requestEnd : at.answerEnd) = time;
  }
  return at;
}

}  // namespace

std::vector<TimingSpan> timingSpans(const observe::CaptureView& view, WallTime started) {
  std::vector<TimingSpan> spans;
  if (view.empty()) return spans;
  const Moments at = momentsOf(view, started);
  const std::int64_t now = at.last.value_or(0);
  const auto add = [&](const QString& name, const QString& words, std::int64_t begin,
                       std::optional<std::int64_t> end, int color) {
    spans.push_back(
        {name, words, begin, std::max(begin, end.value_or(now)), color, end.has_value() || view.hasEnded()});
  };
  if (at.chosen) {
    add(QStringLiteral("Route"), QStringLiteral("rule, action and target found"), 0, at.chosen, 7);
    add(QStringLiteral("Connect"),
        at.attempts > 1 ? QStringLiteral("a stream to the target, at the %1. attempt").arg(at.attempts)
                        : QStringLiteral("a stream to the target: at once on an open connection; TCP and TLS "
                                         "on a new one"),
        *at.chosen, at.sent, 4);
  }
  add(QStringLiteral("Request"), QStringLiteral("until the client's half of the stream was over"),
      at.sent.value_or(0), at.requestEnd, 3);
  if (at.sent)
    add(QStringLiteral("Wait"), QStringLiteral("until the answer's header fields came"), *at.sent, at.answer,
        0);
  if (at.answer) {
    add(QStringLiteral("Response"),
        at.isBalancers ? QStringLiteral("made by Spillway")
                       : QStringLiteral("until the target's half was over"),
        *at.answer,
        at.answerEnd     ? at.answerEnd
        : at.isBalancers ? at.last
                         : std::nullopt,
        2);
  }
  if (at.answerEnd && now > *at.answerEnd)
    add(QStringLiteral("Delivery"), QStringLiteral("until the client had all of it"), *at.answerEnd, at.last,
        5);
  return spans;
}

TimingView::TimingView(QWidget* parent) : QWidget(parent) {
  setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
  setAccessibleName(QStringLiteral("Where the time went"));
}

int TimingView::rowHeight() const {
  return 2 * fontMetrics().height() + 14;
}

QSize TimingView::sizeHint() const {
  return {520, static_cast<int>(spans_.size()) * rowHeight() + 2 * kMargin};
}

void TimingView::showSpans(std::vector<TimingSpan> spans) {
  spans_ = std::move(spans);
  QStringList sentences;
  for (const TimingSpan& span : spans_)
    sentences << QStringLiteral("%1 %2").arg(span.name, shortTime(span.end - span.begin));
  setAccessibleDescription(sentences.join(QStringLiteral(", ")));
  updateGeometry();
  update();
}

void TimingView::paintEvent(QPaintEvent* /*event*/) {
  QPainter painter(this);
  painter.setRenderHint(QPainter::Antialiasing);
  const ThemeColors& colors = Theme::colors();
  std::int64_t whole = 1;
  for (const TimingSpan& span : spans_)
    whole = std::max(whole, span.end);
  const int line = fontMetrics().height();
  const int left = kMargin + kNames, room = std::max(80, width() - left - kTimes - kMargin);
  int top = kMargin;
  for (const TimingSpan& span : spans_) {
    QFont bold = font();
    bold.setWeight(QFont::DemiBold);
    painter.setFont(bold);
    painter.setPen(colors.text);
    painter.drawText(QRect(kMargin, top, kNames - 8, line), Qt::AlignLeft | Qt::AlignVCenter, span.name);
    painter.setFont(font());
    const double from = static_cast<double>(span.begin) / static_cast<double>(whole) * room;
    const double to = static_cast<double>(span.end) / static_cast<double>(whole) * room;
    painter.fillRect(QRectF(left, top + 2, room, line - 4), colors.sunken);
    painter.fillRect(QRectF(left + std::min(from, room - 3.0), top + 2, std::max(3.0, to - from), line - 4),
                     colors.series[span.color]);
    const QString time = shortTime(span.end - span.begin) + (span.isOver ? QString() : QStringLiteral(" …"));
    painter.drawText(QRect(left + room + 8, top, kTimes - 8, line), Qt::AlignRight | Qt::AlignVCenter, time);
    painter.setPen(colors.mutedText);
    painter.drawText(QRect(kMargin, top + line, width() - 2 * kMargin, line),
                     Qt::AlignLeft | Qt::AlignVCenter,
                     fontMetrics().elidedText(span.words, Qt::ElideRight, width() - 2 * kMargin));
    top += rowHeight();
  }
}

void TimingView::changeEvent(QEvent* event) {
  QWidget::changeEvent(event);
  if (event->type() == QEvent::FontChange) updateGeometry();
}

}  // namespace spillway::ui

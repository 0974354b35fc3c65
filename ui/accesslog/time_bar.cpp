// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/accesslog/time_bar.h"

#include <QPainter>
#include <algorithm>

#include "ui/models/words.h"
#include "ui/theme/theme.h"

namespace spillway::ui {

namespace {

constexpr int kBar = 14;
/// Series colours of request, target, response.
constexpr int kSeries[]{3, 0, 2};

QString timeText(const QString& name, std::int64_t micros) {
  return name + QLatin1Char(' ') + (micros < 0 ? QStringLiteral("–") : durationText(micros));
}

}  // namespace

TimeBar::TimeBar(QWidget* parent) : QWidget(parent) {
  setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

void TimeBar::showRecord(const observe::StreamRecord& record) {
  times_[0] = record.requestProcessingMicros;
  times_[1] = record.targetProcessingMicros;
  times_[2] = record.responseProcessingMicros;
  const QString words =
      QStringLiteral("%1 · %2 · %3")
          .arg(timeText(QStringLiteral("request"), times_[0]), timeText(QStringLiteral("target"), times_[1]),
               timeText(QStringLiteral("response"), times_[2]));
  setAccessibleName(QStringLiteral("Time: ") + words);
  setToolTip(words +
             QStringLiteral("\nrequest_processing_time, target_processing_time, response_processing_time"));
  update();
}

void TimeBar::paintEvent(QPaintEvent* /*event*/) {
  QPainter painter(this);
  const ThemeColors& colors = Theme::colors();
  const QRect bar(0, 0, width(), kBar);
  painter.fillRect(bar, colors.sunken);
  std::int64_t total = 0;
  int parts = 0;
  for (const std::int64_t time : times_) {
    total += std::max<std::int64_t>(time, 0);
    parts += time >= 0 ? 1 : 0;
  }
  // Every part that took place keeps three pixels; the rest is to scale.
  double x = 0;
  const double room = bar.width() - parts * 3.0;
  for (int i = 0; i < 3; ++i) {
    if (times_[i] < 0) continue;
    const double share = total == 0 ? 0.0 : static_cast<double>(times_[i]) / static_cast<double>(total);
    const double part = 3.0 + room * share;
    painter.fillRect(QRectF(x, 0, part - 1, kBar), colors.series[kSeries[i]]);
    x += part;
  }
  QFont small = font();
  small.setPointSizeF(small.pointSizeF() * 0.88);
  painter.setFont(small);
  painter.setPen(colors.mutedText);
  const QString words = QStringLiteral("request %1 · target %2 · response %3 ms")
                            .arg(millisText(times_[0]), millisText(times_[1]), millisText(times_[2]));
  painter.drawText(QRect(0, kBar + 3, width(), height() - kBar - 3), Qt::AlignLeft | Qt::AlignVCenter, words);
}

}  // namespace spillway::ui

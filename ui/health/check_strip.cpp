// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/health/check_strip.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QPainter>
#include <QToolTip>
#include <algorithm>

#include "ui/models/words.h"
#include "ui/theme/theme.h"

namespace spillway::ui {

namespace {

constexpr int kGap = 2;
constexpr int kMaxBlock = 16;
constexpr int kHeight = 26;

}  // namespace

CheckStrip::CheckStrip(QWidget* parent) : QWidget(parent) {
  setFocusPolicy(Qt::StrongFocus);
  setMouseTracking(true);
  setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
  setAccessibleName(QStringLiteral("Last health checks"));
}

QSize CheckStrip::sizeHint() const {
  return {static_cast<int>(HealthHistory::kChecks) * (kMaxBlock + kGap), kHeight + 4};
}

void CheckStrip::showChecks(const std::deque<HealthHistory::HealthPtr>& checks, bool speaksGrpc) {
  checks_ = checks;
  speaksGrpc_ = speaksGrpc;
  chosen_ = -1;
  const auto failed =
      std::count_if(checks_.begin(), checks_.end(), [](const auto& check) { return !check->passed; });
  setAccessibleDescription(QStringLiteral("%1, %2 failed")
                               .arg(countOf(checks_.size(), QStringLiteral("check")))
                               .arg(static_cast<qlonglong>(failed)));
  update();
}

QString CheckStrip::sentence(int check) const {
  if (check < 0 || check >= static_cast<int>(checks_.size())) return {};
  const observe::HealthEvent& event = *checks_[static_cast<std::size_t>(check)];
  QStringList parts{clockText(event.time),
                    event.passed ? QStringLiteral("✔ passed") : QStringLiteral("✖ failed")};
  if (event.code) parts.push_back(speaksGrpc_ ? grpcStatusText(event.code) : QString::number(*event.code));
  parts.push_back(durationText(event.latencyMicros));
  if (!event.detail.empty()) parts.push_back(QString::fromStdString(event.detail));
  return parts.join(QStringLiteral(" · "));
}

QRect CheckStrip::blockRect(int check) const {
  const int step = std::clamp(width() / static_cast<int>(HealthHistory::kChecks), 4, kMaxBlock + kGap);
  return {check * step + 1, 2, step - kGap, kHeight};
}

int CheckStrip::checkAt(const QPoint& point) const {
  const int step = blockRect(1).left() - blockRect(0).left();
  const int check = (point.x() - 1) / step;
  return check < static_cast<int>(checks_.size()) ? check : -1;
}

void CheckStrip::paintEvent(QPaintEvent* /*event*/) {
  QPainter painter(this);
  painter.setRenderHint(QPainter::Antialiasing);
  const ThemeColors& colors = Theme::colors();
  for (int i = 0; i < static_cast<int>(HealthHistory::kChecks); ++i) {
    const QRect block = blockRect(i);
    painter.setPen(Qt::NoPen);
    if (i >= static_cast<int>(checks_.size())) {
      painter.setBrush(colors.sunken);
      painter.drawRoundedRect(block, 2, 2);
      continue;
    }
    const bool passed = checks_[static_cast<std::size_t>(i)]->passed;
    painter.setBrush(passed ? colors.healthy : colors.unhealthy);
    painter.drawRoundedRect(passed ? block : block.adjusted(0, kHeight / 3, 0, 0), 2, 2);
    if (block.width() >= 9) {
      painter.setPen(colors.surface);
      const QRect glyph = passed ? block : block.adjusted(0, kHeight / 3, 0, 0);
      painter.drawText(glyph, Qt::AlignCenter, passed ? QStringLiteral("✔") : QStringLiteral("✖"));
    }
    if (i == chosen_) {
      painter.setPen(QPen(colors.text, 1.5));
      painter.setBrush(Qt::NoBrush);
      painter.drawRoundedRect(block.adjusted(-1, -1, 1, 1), 2, 2);
    }
  }
}

void CheckStrip::choose(int check) {
  if (check == chosen_ || checks_.empty()) return;
  chosen_ = check < 0 ? -1 : std::min(check, static_cast<int>(checks_.size()) - 1);
  if (chosen_ >= 0) setAccessibleDescription(sentence(chosen_));
  Q_EMIT checkChosen(sentence(chosen_));
  update();
}

void CheckStrip::mouseMoveEvent(QMouseEvent* event) {
  choose(checkAt(event->pos()));
}

void CheckStrip::keyPressEvent(QKeyEvent* event) {
  if (event->key() == Qt::Key_Right) return choose(chosen_ + 1);
  if (event->key() == Qt::Key_Left) return choose(std::max(0, chosen_ - 1));
  QWidget::keyPressEvent(event);
}

bool CheckStrip::event(QEvent* event) {
  if (event->type() == QEvent::ToolTip) {
    const auto* help = static_cast<QHelpEvent*>(event);
    QToolTip::showText(help->globalPos(), sentence(checkAt(help->pos())).toHtmlEscaped(), this);
    return true;
  }
  return QWidget::event(event);
}

}  // namespace spillway::ui

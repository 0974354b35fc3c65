// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/streams/flow_view.h"

#include <QLabel>
#include <QListWidget>
#include <QVBoxLayout>
#include <chrono>
#include <utility>

#include "ui/models/words.h"
#include "ui/plots/window_plot.h"

namespace spillway::ui {

namespace {

using namespace std::chrono_literals;

constexpr auto kRhythm = 500ms;  ///< of a stream that goes on

}  // namespace

FlowView::FlowView(QWidget* parent)
    : QWidget(parent), plot_(new WindowPlot(this)), words_(new QLabel(this)), stalls_(new QListWidget(this)) {
  words_->setTextFormat(Qt::PlainText);
  words_->setWordWrap(true);
  stalls_->setFrameShape(QFrame::NoFrame);
  stalls_->setWordWrap(true);
  stalls_->setAccessibleName(QStringLiteral("Where somebody had to wait"));
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(10, 8, 10, 8);
  column->setSpacing(6);
  column->addWidget(words_);
  column->addWidget(plot_, 3);
  column->addWidget(stalls_, 1);
  timer_.setSingleShot(true);
  timer_.setInterval(kRhythm);
  connect(&timer_, &QTimer::timeout, this, &FlowView::draw);
  draw();
}

void FlowView::restart(WallTime started) {
  trace_ = FlowTrace(started);
  isDrawn_ = false;
}

void FlowView::show(const observe::CaptureView& view) {
  trace_.take(view);
  if (!std::exchange(isDrawn_, true)) return draw();
  if (!timer_.isActive()) timer_.start();
}

void FlowView::draw() {
  picture_ = trace_.picture();
  const FlowPicture& picture = picture_;
  std::vector<StepLine> lines;
  for (const FlowLine& line : picture.lines)
    lines.push_back({line.name, line.times, line.windows});
  std::vector<MarkedStretch> stretches;
  stalls_->clear();
  for (const FlowStall& stall : picture.stalls) {
    stretches.push_back({stall.from, stall.to});
    stalls_->addItem(stall.words);
  }
  plot_->show(lines, stretches);
  plot_->setVisible(!picture.isEmpty());
  stalls_->setVisible(!picture.stalls.empty());
  if (picture.isEmpty()) {
    words_->setText(
        QStringLiteral("No DATA frames are known of this stream: HTTP/1 has no windows, and nothing "
                       "is recorded while recording is off."));
  } else if (picture.stalls.empty()) {
    words_->setText(QStringLiteral("No window was ever shut: nobody had to wait for a reader."));
  } else {
    words_->setText(QStringLiteral("%1 in which a window was shut and a sender had to wait for its reader.")
                        .arg(picture.stalls.size() == 1
                                 ? QStringLiteral("One stretch")
                                 : QStringLiteral("%1 stretches").arg(countText(picture.stalls.size()))));
  }
}

}  // namespace spillway::ui

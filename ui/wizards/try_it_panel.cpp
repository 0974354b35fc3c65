// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/wizards/try_it_panel.h"

#include <QHeaderView>
#include <QPainter>
#include <QVBoxLayout>
#include <algorithm>

#include "ui/theme/theme.h"
#include "ui/widgets/table_look.h"
#include "ui/wizards/wizard_style.h"

namespace spillway::ui {

namespace {

enum Column { kTarget, kAnswer, kMilliseconds, kColumns };
constexpr int kMostRowsShown = 8, kMillisecondsWidth = 46;
constexpr double kLineHeight = 1.4;
constexpr double kTargetShare = 0.515;  ///< of the table's width

QTableWidgetItem* cell(const QString& text) {
  auto* item = new QTableWidgetItem(text);
  item->setToolTip(text);
  item->setFlags(Qt::ItemIsEnabled | Qt::ItemIsSelectable);
  return item;
}

}  // namespace

void FixedLines::setLines(const QStringList& lines) {
  lines_ = lines;
  setAccessibleName(lines.join('\n'));
  setToolTip(lines.join('\n'));
  updateGeometry();
  update();
}

QSize FixedLines::sizeHint() const {
  const double line = QFontMetricsF(Theme::fixedFont()).height() * kLineHeight;
  return {0, static_cast<int>(line * static_cast<double>(lines_.size()))};
}

void FixedLines::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  painter.setFont(Theme::fixedFont());
  painter.setPen(Theme::colors().text);
  const QFontMetrics metrics = painter.fontMetrics();
  const int line = static_cast<int>(metrics.height() * kLineHeight);
  const qsizetype room = std::max(1, height() / line);
  QStringList shown = lines_;
  if (lines_.size() > room) {
    shown = lines_.mid(0, room - 1);
    shown += QStringLiteral("… %1 more").arg(lines_.size() - room + 1);
  }
  int top = 0;
  for (const QString& text : shown) {
    painter.drawText(QRect(0, top, width(), line), Qt::AlignVCenter,
                     metrics.elidedText(text, Qt::ElideRight, width()));
    top += line;
  }
}

TryItPanel::TryItPanel(const LoadBalancerDraft& draft, TargetProbes& probes)
    : draft_(draft),
      probes_(probes),
      words_(new QLabel),
      table_(new QTableWidget(0, kColumns)),
      check_(new QPushButton),
      tree_(new FixedLines) {
  setRole(this, "panel");
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(14, 14, 14, 14);
  layout->setSpacing(8);
  layout->addWidget(heading(QStringLiteral("Try it now"), 1.0));
  words_->setWordWrap(true);
  setRole(words_, "muted");
  layout->addWidget(words_);
  setUpTable();
  layout->addWidget(table_);
  check_->setObjectName("try.check");
  layout->addWidget(check_, 0, Qt::AlignLeft);
  layout->addSpacing(10);
  layout->addWidget(heading(QStringLiteral("So far"), 1.0));
  layout->addWidget(tree_);
  layout->addStretch(1);
  connect(check_, &QPushButton::clicked, this, [this] {
    if (probes_.isRunning())
      probes_.cancel();
    else
      probes_.check(draft_.targetGroup);
  });
  connect(&probes_, &TargetProbes::changed, this, &TryItPanel::refresh);
}

void TryItPanel::setUpTable() {
  prepareTable(*table_, QStringLiteral("Answers of the targets"));
  table_->setObjectName("try.table");
  table_->setHorizontalHeaderLabels(
      {QStringLiteral("Target"), QStringLiteral("Answer"), QStringLiteral("ms")});
  table_->horizontalHeaderItem(kMilliseconds)->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
  table_->horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
  table_->horizontalHeader()->setSectionResizeMode(kTarget, QHeaderView::Fixed);
  table_->horizontalHeader()->setSectionResizeMode(kAnswer, QHeaderView::Stretch);
  table_->horizontalHeader()->setSectionResizeMode(kMilliseconds, QHeaderView::Fixed);
  table_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
}

void TryItPanel::refresh() {
  const auto& targets = draft_.targetGroup.targets;
  words_->setText(targets.empty()
                      ? QStringLiteral("Targets that you add are checked here, before anything is created.")
                      : QStringLiteral("One check against each target, before anything is created."));
  const bool wasChecked = std::any_of(targets.begin(), targets.end(), [this](const auto& target) {
    return probes_.answer(target) != nullptr;
  });
  check_->setText(probes_.isRunning() ? QStringLiteral("Cancel check")
                  : wasChecked        ? QStringLiteral("Check again")
                                      : QStringLiteral("Check now"));
  check_->setVisible(!targets.empty());
  table_->setVisible(!targets.empty());
  fillTable();
  QStringList lines;
  for (const auto& line : draftTree(draft_))
    lines += QString::fromStdString(line);
  tree_->setLines(lines);
}

void TryItPanel::fillTable() {
  const auto& targets = draft_.targetGroup.targets;
  table_->setRowCount(static_cast<int>(targets.size()));
  for (int row = 0; row < table_->rowCount(); ++row) {
    const auto& target = targets[static_cast<std::size_t>(row)];
    const auto* answer = probes_.answer(target);
    const bool isDone = answer && answer->state == TargetProbes::Answer::State::Done;
    auto* name = cell(QString::fromStdString(targetText(target)));
    name->setFont(Theme::fixedFont());
    table_->setItem(row, kTarget, name);
    auto* words = cell(answerWords(answer, AnswerLength::Short));
    words->setToolTip(answerWords(answer, AnswerLength::Full));
    if (isDone) words->setForeground(answer->probe.passed ? Theme::colors().good : Theme::colors().bad);
    table_->setItem(row, kAnswer, words);
    auto* time = cell(answerTime(answer));
    time->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
    table_->setItem(row, kMilliseconds, time);
  }
  const int rows = std::min(table_->rowCount(), kMostRowsShown);
  const int rowHeight = table_->verticalHeader()->defaultSectionSize();
  table_->setFixedHeight(table_->horizontalHeader()->sizeHint().height() + rows * rowHeight +
                         2 * table_->frameWidth() + 2);
}

void TryItPanel::resizeEvent(QResizeEvent* event) {
  QFrame::resizeEvent(event);
  const QMargins margins = layout()->contentsMargins();
  const int room = width() - margins.left() - margins.right();
  table_->setColumnWidth(kTarget, static_cast<int>(room * kTargetShare));
  table_->setColumnWidth(kMilliseconds, kMillisecondsWidth);
}

}  // namespace spillway::ui

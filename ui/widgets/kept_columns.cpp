// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/kept_columns.h"

#include <QAction>
#include <QHeaderView>
#include <QMenu>
#include <QSettings>
#include <QTableView>
#include <algorithm>
#include <iterator>

namespace spillway::ui {

namespace {

/// Of what is written; others are not read.
constexpr int kVersion = 1;
constexpr int kNarrowest = 24, kWidest = 4000;
const QString kShown = QStringLiteral("shown"), kHidden = QStringLiteral("hidden");

}  // namespace

KeptColumns::KeptColumns(QTableView& table, const QString& name, const QList<int>& hidden)
    : QObject(&table), table_(table), key_(QStringLiteral("columns/%1/%2").arg(kVersion).arg(name)) {
  for (int column = 0; column < table.model()->columnCount(); ++column)
    widths_ << table.columnWidth(column);
  first_ = look();
  for (Column& column : first_)
    column.isShown = !hidden.contains(column.index);
  show(read());
  writeTimer_.setSingleShot(true);
  writeTimer_.setInterval(500);
  connect(&writeTimer_, &QTimer::timeout, this, &KeptColumns::write);
  QHeaderView* header = table.horizontalHeader();
  connect(header, &QHeaderView::sectionResized, this, [this](int column, int /*before*/, int width) {
    if (width > 0) widths_[column] = width;
    writeTimer_.start();
  });
  connect(header, &QHeaderView::sectionMoved, &writeTimer_, qOverload<>(&QTimer::start));
  header->setContextMenuPolicy(Qt::CustomContextMenu);
  connect(header, &QWidget::customContextMenuRequested, this, [this, header](const QPoint& place) {
    auto* menu = new QMenu(header);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    addActions(menu);
    menu->popup(header->mapToGlobal(place));
  });
}

void KeptColumns::fill(QMenu* menu) {
  connect(menu, &QMenu::aboutToShow, this, [this, menu] {
    menu->clear();
    addActions(menu);
  });
}

void KeptColumns::addActions(QMenu* menu) {
  const Look now = look();
  const auto shown = std::ranges::count(now, true, &Column::isShown);
  for (const Column& column : now) {
    QAction* action = menu->addAction(title(column.index));
    action->setCheckable(true);
    action->setChecked(column.isShown);
    action->setEnabled(shown > 1 || !column.isShown);  // one is left
    connect(action, &QAction::toggled, this,
            [this, column](bool isShown) { table_.setColumnHidden(column.index, !isShown); });
  }
  menu->addSeparator();
  menu->addAction(QStringLiteral("Reset columns"), this, &KeptColumns::reset);
}

void KeptColumns::reset() {
  show(first_);
}

QString KeptColumns::title(int column) const {
  return table_.model()->headerData(column, Qt::Horizontal, Qt::DisplayRole).toString();
}

KeptColumns::Look KeptColumns::look() const {
  Look columns;
  const QHeaderView& header = *table_.horizontalHeader();
  for (int place = 0; place < header.count(); ++place) {
    const int index = header.logicalIndex(place);
    columns.push_back({index, widths_[index], !header.isSectionHidden(index)});
  }
  return columns;
}

/// "shown 98 Time", "hidden 240 Trace id"
std::optional<KeptColumns::Column> KeptColumns::readColumn(const QString& line) const {
  const QString state = line.section(QLatin1Char(' '), 0, 0), name = line.section(QLatin1Char(' '), 2);
  bool isNumber = false;
  const int width = line.section(QLatin1Char(' '), 1, 1).toInt(&isNumber);
  if ((state != kShown && state != kHidden) || !isNumber || width < kNarrowest || width > kWidest)
    return std::nullopt;
  for (int column = 0; column < widths_.size(); ++column) {
    if (title(column) == name) return Column{column, width, state == kShown};
  }
  return std::nullopt;
}

KeptColumns::Look KeptColumns::read() const {
  Look columns;
  for (const QString& line : QSettings().value(key_).toStringList()) {
    const auto column = readColumn(line);
    if (!column || std::ranges::find(columns, column->index, &Column::index) != columns.end()) return first_;
    columns.push_back(*column);
  }
  if (std::ranges::count(columns, true, &Column::isShown) == 0) return first_;
  // Those that came with a newer version.
  std::ranges::copy_if(first_, std::back_inserter(columns), [&](const Column& column) {
    return std::ranges::find(columns, column.index, &Column::index) == columns.end();
  });
  return columns;
}

void KeptColumns::write() const {
  QStringList lines;
  for (const Column& column : look())
    lines << QStringLiteral("%1 %2 %3")
                 .arg(column.isShown ? kShown : kHidden)
                 .arg(column.width)
                 .arg(title(column.index));
  QSettings().setValue(key_, lines);
}

void KeptColumns::show(const Look& look) {
  QHeaderView& header = *table_.horizontalHeader();
  for (std::size_t place = 0; place < look.size(); ++place) {
    const Column& column = look[place];
    header.moveSection(header.visualIndex(column.index), static_cast<int>(place));
    table_.setColumnHidden(column.index, false);
    table_.setColumnWidth(column.index, column.width);
    table_.setColumnHidden(column.index, !column.isShown);
  }
}

}  // namespace spillway::ui

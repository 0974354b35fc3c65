// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/streams/stream_groups.h"

#include <QHeaderView>
#include <QLabel>
#include <QVBoxLayout>
#include <algorithm>
#include <chrono>
#include <functional>
#include <map>

#include "engine/history/filter_text.h"
#include "ui/models/words.h"
#include "ui/widgets/card.h"

namespace spillway::ui {

namespace {

using namespace std::chrono_literals;

constexpr auto kRhythm = 500ms;
constexpr std::size_t kMostGroups = 500;

struct Collected {
  StreamGroup group;
  std::vector<std::int64_t> micros;
};

bool hasFailed(const observe::StreamRecord& record) {
  return !observe::isGood(record.outcome) || record.grpcStatus.value_or(0) != 0;
}

void count(Collected& into, const StreamEntry& entry) {
  ++into.group.streams;
  if (!entry.record) {
    ++into.group.open;
    return;
  }
  if (hasFailed(*entry.record)) ++into.group.failed;
  into.micros.push_back(entry.record->durationMicros);
}

StreamGroup finished(Collected collected) {
  auto& micros = collected.micros;
  if (!micros.empty()) {
    const auto middle = micros.begin() + static_cast<std::ptrdiff_t>(micros.size() / 2);
    std::ranges::nth_element(micros, middle);
    collected.group.medianMicros = *middle;
  }
  return collected.group;
}

/// What the streams of a group have in common.
const std::string& keyOf(const StreamEntry& entry, GroupStreamsBy by) {
  return by == GroupStreamsBy::Target ? entry.target() : entry.head->path;
}

QString nameOf(const StreamEntry& entry, GroupStreamsBy by) {
  if (by == GroupStreamsBy::Target) return orDash(entry.target());
  return entry.head->isGrpc ? splitGrpcPath(entry.head->path).second
                            : QString::fromStdString(entry.head->path);
}

QString filterOf(const StreamEntry& entry, GroupStreamsBy by) {
  const auto& field = *history::findField(by == GroupStreamsBy::Target ? "target" : "path");
  return QString::fromStdString(history::clauseOf(field, entry.record ? *entry.record : recordSoFar(entry)));
}

TableRow rowOf(const StreamGroup& group) {
  const auto number = [](std::uint64_t count) {
    return TableCell{countText(count), static_cast<qulonglong>(count)};
  };
  TableRow row;
  row.key = group.filter;
  const bool isAll = group.filter.isEmpty();
  row.cells = {{group.name, isAll ? QVariant(QString()) : QVariant(group.name)},
               number(group.streams),
               number(group.open),
               number(group.failed),
               {group.medianMicros < 0 ? QStringLiteral("–") : durationText(group.medianMicros),
                static_cast<qlonglong>(group.medianMicros)}};
  if (group.failed > 0) row.cells[3].severity = Severity::Bad;
  row.tip = isAll ? QStringLiteral("Enter or click: all streams")
                  : QStringLiteral("%1\nEnter or click: only these").arg(group.filter);
  return row;
}

}  // namespace

StreamGroupList groupsOf(const StreamStore& store, GroupStreamsBy by) {
  Collected all{{QStringLiteral("All streams"), {}}, {}};
  std::map<std::string, Collected> groups;
  for (RowSeq seq = store.first(); seq < store.end(); ++seq) {
    const StreamEntry* entry = store.at(seq);
    if (!entry) continue;
    count(all, *entry);
    Collected& own = groups[keyOf(*entry, by)];
    if (own.group.streams == 0) {
      own.group.name = nameOf(*entry, by);
      own.group.filter = filterOf(*entry, by);
    }
    count(own, *entry);
  }
  StreamGroupList found;
  for (auto& [key, collected] : groups)
    found.groups.push_back(finished(std::move(collected)));
  if (found.groups.size() > kMostGroups) {
    found.leftOut = found.groups.size() - kMostGroups;
    std::ranges::sort(found.groups, std::greater(), &StreamGroup::streams);
    found.groups.resize(kMostGroups);
  }
  std::ranges::sort(found.groups, {}, &StreamGroup::name);
  found.groups.insert(found.groups.begin(), finished(std::move(all)));
  return found;
}

StreamGroups::StreamGroups(StreamStore& store, QWidget* parent)
    : QWidget(parent),
      store_(store),
      table_(new ValueTable({{QStringLiteral("Group"), 92},
                             {QStringLiteral("Count"), 58, ColumnAlign::Right},
                             {QStringLiteral("Open"), 54, ColumnAlign::Right},
                             {QStringLiteral("Failed"), 58, ColumnAlign::Right},
                             {QStringLiteral("Median"), 60, ColumnAlign::Right}},
                            QStringLiteral("Groups of streams"), this)),
      leftOut_(new QLabel(this)) {
  table_->horizontalHeader()->setStretchLastSection(true);
  auto* card = new Card(this);
  auto* inside = new QVBoxLayout(card);
  inside->setContentsMargins(1, 1, 1, 1);
  inside->addWidget(table_);
  inside->addWidget(leftOut_);
  leftOut_->setProperty("role", "muted");
  leftOut_->setContentsMargins(10, 0, 10, 6);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->addWidget(card);
  timer_.setSingleShot(true);
  timer_.setInterval(kRhythm);
  connect(&timer_, &QTimer::timeout, this, &StreamGroups::fill);
  connect(&store, &StreamStore::changed, this, [this] {
    if (isVisible() && !timer_.isActive()) timer_.start();
  });
  connect(table_, &ValueTable::clicked, this, &StreamGroups::choose);
  connect(table_, &ValueTable::activated, this, &StreamGroups::choose);
}

void StreamGroups::groupBy(GroupStreamsBy by) {
  by_ = by;
  setVisible(by != GroupStreamsBy::Nothing);
  fill();
}

void StreamGroups::showEvent(QShowEvent* event) {
  QWidget::showEvent(event);
  fill();
}

void StreamGroups::choose() {
  Q_EMIT chosen(table_->selectedKey());
}

void StreamGroups::fill() {
  if (!isVisible()) return;
  const StreamGroupList list = groupsOf(store_, by_);
  std::vector<TableRow> rows;
  for (const StreamGroup& group : list.groups)
    rows.push_back(rowOf(group));
  table_->setRows(std::move(rows));
  leftOut_->setVisible(list.leftOut > 0);
  leftOut_->setText(QStringLiteral("and %1").arg(countOf(list.leftOut, QStringLiteral("smaller group"))));
}

}  // namespace spillway::ui

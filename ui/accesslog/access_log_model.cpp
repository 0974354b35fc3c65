// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/accesslog/access_log_model.h"

#include "engine/history/filter_text.h"

namespace spillway::ui {

AccessLogModel::AccessLogModel(QObject* parent, std::size_t limit)
    : LiveTableModel(parent), records_(limit) {}

void AccessLogModel::ingest(const std::vector<observe::Event>& events) {
  const RowSeq firstNew = records_.end();
  for (const observe::Event& event : events) {
    if (event.kind == observe::EventKind::StreamEnded && event.record && event.record->head) {
      records_.append(event.record);
    }
  }
  if (records_.end() == firstNew) return;
  records_.evict();
  take({records_.first(), std::max(firstNew, records_.first()), records_.end(), {}});
}

void AccessLogModel::clear() {
  records_.takeAll();
  take({records_.first(), records_.first(), records_.end(), {}});
}

int AccessLogModel::columnCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : ColumnCount;
}

QVariant AccessLogModel::data(const QModelIndex& index, int role) const {
  if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
  const Record record = recordAt(index.row());
  return record ? recordData(*record, index.column(), role) : QVariant();
}

QVariant AccessLogModel::headerData(int section, Qt::Orientation orientation, int role) const {
  return accessLogHeader(section, orientation, role);
}

QString AccessLogModel::clauseAt(const QModelIndex& cell) const {
  const Record found = recordAt(cell.row());
  return found ? recordClause(*found, cell.column()) : QString();
}

AccessLogModel::Record AccessLogModel::recordAt(int row) const {
  return record(seqAt(row));
}

AccessLogModel::Record AccessLogModel::record(RowSeq seq) const {
  const Record* found = records_.find(seq);
  return found ? *found : nullptr;
}

bool AccessLogModel::matches(RowSeq seq, const history::Filter& filter) const {
  const Record* found = records_.find(seq);
  return found && filter.matches(**found);
}

std::string AccessLogModel::valueOf(RowSeq seq, const history::FieldInfo& field) const {
  const Record* found = records_.find(seq);
  return found ? history::valueText(field, **found) : std::string();
}

bool AccessLogModel::less(RowSeq left, RowSeq right, int column) const {
  const Record *a = records_.find(left), *b = records_.find(right);
  return a && b ? isBefore(**a, **b, column) : left < right;
}

}  // namespace spillway::ui

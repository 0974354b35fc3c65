// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/connections/matrix_view.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QHeaderView>
#include <QPainter>
#include <QShortcut>
#include <QStyledItemDelegate>
#include <algorithm>

#include "ui/models/roles.h"
#include "ui/models/words.h"
#include "ui/theme/theme.h"

namespace spillway::ui {

namespace {

/// The darkest shade leaves the number readable in both themes.
constexpr double kDarkest = 0.55;
constexpr double kLightest = 0.08;

class MatrixDelegate : public QStyledItemDelegate {
 public:
  using QStyledItemDelegate::QStyledItemDelegate;

  void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override {
    const ThemeColors& colors = Theme::colors();
    const double share = index.data(MatrixModel::ShadeRole).toDouble();
    const QRect cell = option.rect.adjusted(1, 1, -1, -1);
    painter->save();
    if (share > 0) {
      QColor shade = colors.accent;
      shade.setAlphaF(static_cast<float>(kLightest + (kDarkest - kLightest) * share));
      painter->fillRect(cell, shade);
    }
    if (option.state & QStyle::State_Selected) {
      painter->setPen(QPen(colors.accent, 2));
      painter->drawRect(cell.adjusted(1, 1, -1, -1));
    }
    painter->setPen(share > 0 ? colors.text : colors.mutedText);
    painter->drawText(cell, Qt::AlignCenter, index.data().toString());
    painter->restore();
  }
};

}  // namespace

void MatrixModel::setMatrix(ConnectionMatrix matrix) {
  if (matrix == matrix_) return;
  const bool isSameShape = matrix.targets == matrix_.targets &&
                           std::ranges::equal(matrix.rows, matrix_.rows, {}, &ConnectionMatrix::Row::id,
                                              &ConnectionMatrix::Row::id);
  if (!isSameShape) beginResetModel();
  matrix_ = std::move(matrix);
  if (!isSameShape) return endResetModel();
  if (rowCount() == 0) return;
  Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, columnCount() - 1));
  Q_EMIT headerDataChanged(Qt::Horizontal, 0, columnCount() - 1);
  Q_EMIT headerDataChanged(Qt::Vertical, 0, rowCount() - 1);
}

int MatrixModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(matrix_.rows.size());
}

int MatrixModel::columnCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(matrix_.targets.size());
}

QVariant MatrixModel::data(const QModelIndex& index, int role) const {
  const auto& row = matrix_.rows[static_cast<std::size_t>(index.row())];
  const auto column = static_cast<std::size_t>(index.column());
  const std::uint64_t count = row.counts[column];
  switch (role) {
    case Qt::DisplayRole:
      return countText(count);
    case RawRole:
      return QVariant::fromValue<qulonglong>(count);
    case ShadeRole:
      return static_cast<double>(count) / static_cast<double>(std::max<std::uint64_t>(1, matrix_.largest));
    case Qt::ToolTipRole:
    case Qt::AccessibleTextRole:
      return QStringLiteral("%1 of %2 went to %3")
          .arg(countOf(count, QStringLiteral("stream")), row.client, matrix_.targets[column]);
    default:
      return {};
  }
}

QVariant MatrixModel::headerData(int section, Qt::Orientation orientation, int role) const {
  const auto at = static_cast<std::size_t>(section);
  const bool isTarget = orientation == Qt::Horizontal;
  if (at >= (isTarget ? matrix_.targets.size() : matrix_.rows.size())) return {};
  const QString name = isTarget                  ? matrix_.targets[at]
                       : matrix_.rows[at].isOpen ? matrix_.rows[at].client
                                                 : matrix_.rows[at].client + QStringLiteral(" (ended)");
  const std::uint64_t total = isTarget ? matrix_.totals[at] : matrix_.rows[at].total;
  if (role == Qt::DisplayRole)
    return QStringLiteral("%1%2%3").arg(
        name, isTarget ? QStringLiteral("\n") : QStringLiteral("   Σ "),
        isTarget ? QStringLiteral("Σ ") + countText(total) : countText(total));
  if (role == Qt::ToolTipRole)
    return QStringLiteral("%1: %2 in all").arg(name, countOf(total, QStringLiteral("stream")));
  if (role == Qt::TextAlignmentRole)
    return static_cast<int>(isTarget ? Qt::AlignCenter : Qt::AlignVCenter | Qt::AlignRight);
  return {};
}

MatrixView::MatrixView(QWidget* parent) : QTableView(parent) {
  setModel(&model_);
  setItemDelegate(new MatrixDelegate(this));
  setAccessibleName(QStringLiteral("Streams by client connection and target"));
  setFrameShape(NoFrame);
  setShowGrid(false);
  setCornerButtonEnabled(false);
  setTabKeyNavigation(false);
  setEditTriggers(NoEditTriggers);
  setSelectionMode(SingleSelection);
  setHorizontalScrollMode(ScrollPerPixel);
  setVerticalScrollMode(ScrollPerPixel);
  verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
  verticalHeader()->setDefaultSectionSize(fontMetrics().height() + 15);
  horizontalHeader()->setSectionResizeMode(QHeaderView::Fixed);
  horizontalHeader()->setDefaultSectionSize(
      fontMetrics().horizontalAdvance(QStringLiteral("100.100.100.100:50061")) + 16);
  for (QHeaderView* header : {horizontalHeader(), verticalHeader()}) {
    header->setHighlightSections(false);
    header->setSectionsClickable(false);
  }
  auto* copy = new QShortcut(QKeySequence::Copy, this);
  copy->setContext(Qt::WidgetShortcut);
  connect(copy, &QShortcut::activated, this,
          [this] { QGuiApplication::clipboard()->setText(matrixText(matrix(), QLatin1Char('\t'))); });
  for (const auto key : {Qt::Key_Return, Qt::Key_Enter}) {
    auto* enter = new QShortcut(QKeySequence(key), this);
    enter->setContext(Qt::WidgetShortcut);
    connect(enter, &QShortcut::activated, this, &MatrixView::openCurrent);
  }
  connect(this, &QTableView::doubleClicked, this, &MatrixView::openCurrent);
}

void MatrixView::showMatrix(ConnectionMatrix matrix) {
  model_.setMatrix(std::move(matrix));
}

void MatrixView::openCurrent() {
  const QModelIndex at = currentIndex();
  if (!at.isValid()) return;
  Q_EMIT cellOpened(matrix().rows[static_cast<std::size_t>(at.row())].client,
                    matrix().targets[static_cast<std::size_t>(at.column())]);
}

}  // namespace spillway::ui

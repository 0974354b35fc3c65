// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/streams/sequence_export.h"

#include <QPageSize>
#include <QPainter>
#include <QPdfWriter>
#include <QSvgGenerator>
#include <algorithm>

#include "ui/export/save_dialog.h"
#include "ui/streams/sequence_view.h"

namespace spillway::ui {

namespace {

constexpr int kWidth = 760;      ///< of the drawing, in its own units
constexpr int kResolution = 96;  ///< dots per inch: fonts are as large beside the drawing as on a screen
/// A picture or a document beyond this is of no use to anybody.
constexpr int kMostRows = 20'000;

int rowsOf(const SequenceView& view) {
  return std::min(kMostRows, static_cast<int>(view.rows().size()));
}

}  // namespace

void writeSequenceSvg(const SequenceView& view, QIODevice& out) {
  const int rows = rowsOf(view);
  const QSize size(kWidth, SequenceView::heightOf(rows));
  QSvgGenerator svg;
  svg.setOutputDevice(&out);
  svg.setResolution(kResolution);
  svg.setSize(size);
  svg.setViewBox(QRect(QPoint(), size));
  svg.setTitle(QStringLiteral("Sequence of a stream"));
  QPainter painter(&svg);
  view.paintRows(painter, kWidth, 0, rows);
}

void writeSequencePdf(const SequenceView& view, QIODevice& out) {
  QPdfWriter pdf(&out);
  pdf.setResolution(kResolution);
  pdf.setPageSize(QPageSize(QPageSize::A4));
  pdf.setPageMargins(QMarginsF(12, 12, 12, 12), QPageLayout::Millimeter);
  pdf.setTitle(QStringLiteral("Sequence of a stream"));
  pdf.setCreator(QStringLiteral("Spillway"));
  const int rows = rowsOf(view);
  const double scale = static_cast<double>(pdf.width()) / kWidth;
  const double height = pdf.height() / scale;
  int perPage = 1;
  while (SequenceView::heightOf(perPage + 1) <= height)
    ++perPage;
  QPainter painter(&pdf);
  painter.scale(scale, scale);
  for (int first = 0; first < rows; first += perPage) {
    if (first > 0) pdf.newPage();
    view.paintRows(painter, kWidth, first, std::min(perPage, rows - first));
  }
}

void exportSequence(SequenceView& view, SequenceFormat format) {
  if (view.rows().empty()) return;
  if (format == SequenceFormat::Svg) {
    return saveWithDialog(&view,
                          {QStringLiteral("Save the sequence as SVG"), QStringLiteral("sequence.svg"),
                           QStringLiteral("SVG pictures (*.svg)")},
                          [&view](QIODevice& out) { writeSequenceSvg(view, out); });
  }
  saveWithDialog(&view,
                 {QStringLiteral("Save the sequence as PDF"), QStringLiteral("sequence.pdf"),
                  QStringLiteral("PDF documents (*.pdf)")},
                 [&view](QIODevice& out) { writeSequencePdf(view, out); });
}

}  // namespace spillway::ui

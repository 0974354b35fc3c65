// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/streams/sequence_export.h"

#include <QPageSize>
#include <QPainter>
#include <QPdfWriter>
#include <QPrintDialog>
#include <QPrinter>
#include <QSvgGenerator>
#include <algorithm>
#include <memory>

#include "ui/export/save_dialog.h"
#include "ui/streams/sequence_view.h"
#include "ui/theme/theme.h"

namespace spillway::ui {

namespace {

constexpr int kWidth = 760;      ///< of the drawing, in its own units
constexpr int kResolution = 96;  ///< dots per inch: fonts are as large beside the drawing as on a screen
/// A picture or a document beyond this is of no use to anybody.
constexpr int kMostRows = 20'000;
constexpr QMarginsF kMargins(12, 12, 12, 12);  ///< of pages, millimetres
const QString kTitle = QStringLiteral("Sequence of a stream");

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
  svg.setTitle(kTitle);
  QPainter painter(&svg);
  view.paintRows(painter, kWidth, 0, rows);
}

int drawSequencePages(const SequenceView& view, QPagedPaintDevice& device) {
  const PaperColors paper;
  const int rows = rowsOf(view);
  const double scale = static_cast<double>(device.width()) / kWidth;
  const double height = device.height() / scale;
  int perPage = 1, pages = 0;
  while (SequenceView::heightOf(perPage + 1) <= height)
    ++perPage;
  QPainter painter(&device);
  painter.scale(scale, scale);
  for (int first = 0; first < rows; first += perPage) {
    if (pages++ > 0) device.newPage();
    view.paintRows(painter, kWidth, first, std::min(perPage, rows - first));
  }
  return pages;
}

void writeSequencePdf(const SequenceView& view, QIODevice& out) {
  QPdfWriter pdf(&out);
  pdf.setResolution(kResolution);
  pdf.setPageSize(QPageSize(QPageSize::A4));
  pdf.setPageMargins(kMargins, QPageLayout::Millimeter);
  pdf.setTitle(kTitle);
  pdf.setCreator(QStringLiteral("Spillway"));
  drawSequencePages(view, pdf);
}

void printSequence(SequenceView& view) {
  if (view.rows().empty()) return;
  auto printer = std::make_shared<QPrinter>(QPrinter::ScreenResolution);
  printer->setPageMargins(kMargins, QPageLayout::Millimeter);
  printer->setDocName(kTitle);
  auto* dialog = new QPrintDialog(printer.get(), &view);
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  dialog->setWindowTitle(QStringLiteral("Print the sequence"));
  QObject::connect(dialog, qOverload<QPrinter*>(&QPrintDialog::accepted), &view,
                   [&view, printer] { drawSequencePages(view, *printer); });
  dialog->open();
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

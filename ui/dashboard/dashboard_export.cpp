// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/dashboard/dashboard_export.h"

#include <QPageLayout>
#include <QPainter>
#include <QPdfWriter>
#include <QSvgGenerator>

#include "ui/export/save_dialog.h"
#include "ui/export/table_text.h"
#include "ui/theme/theme.h"

namespace spillway::ui {

namespace {

constexpr int kMargin = 16, kHead = 28, kColumns = 2;
constexpr QSize kPicture{1200, 900};
constexpr int kDotsPerInch = 96;

}  // namespace

void drawPlots(QPainter& painter, const QSize& size, const std::vector<const PlotCard*>& plots,
               const QString& words) {
  painter.fillRect(QRect(QPoint(), size), Theme::colors().surface);
  painter.setPen(Theme::colors().mutedText);
  painter.drawText(QRect(kMargin, kMargin, size.width() - 2 * kMargin, kHead), Qt::AlignLeft | Qt::AlignTop,
                   words);
  const int rows = (static_cast<int>(plots.size()) + kColumns - 1) / kColumns;
  const int width = (size.width() - 2 * kMargin) / kColumns;
  const int height = (size.height() - 2 * kMargin - kHead) / std::max(1, rows);
  for (int i = 0; i < static_cast<int>(plots.size()); ++i) {
    const QPoint at(kMargin + i % kColumns * width, kMargin + kHead + i / kColumns * height);
    plots[static_cast<std::size_t>(i)]->draw(painter, QRect(at, QSize(width - 12, height - 12)));
  }
}

void exportPicture(QWidget& page) {
  const QPixmap picture = page.grab();
  saveWithDialog(&page,
                 {QStringLiteral("Export the dashboard as a picture"), QStringLiteral("dashboard.png"),
                  QStringLiteral("PNG pictures (*.png)")},
                 [picture](QIODevice& out) { picture.save(&out, "PNG"); });
}

void exportSvg(QWidget* parent, const std::vector<const PlotCard*>& plots, const QString& words) {
  saveWithDialog(parent,
                 {QStringLiteral("Export the plots as SVG"), QStringLiteral("dashboard.svg"),
                  QStringLiteral("SVG pictures (*.svg)")},
                 [plots, words](QIODevice& out) {
                   QSvgGenerator picture;
                   picture.setOutputDevice(&out);
                   picture.setSize(kPicture);
                   picture.setViewBox(QRect(QPoint(), kPicture));
                   picture.setTitle(QStringLiteral("Spillway dashboard"));
                   QPainter painter(&picture);
                   drawPlots(painter, kPicture, plots, words);
                 });
}

void exportPdf(QWidget* parent, const std::vector<const PlotCard*>& plots, const QString& words) {
  saveWithDialog(
      parent,
      {QStringLiteral("Export the plots as PDF"), QStringLiteral("dashboard.pdf"),
       QStringLiteral("PDF files (*.pdf)")},
      [plots, words](QIODevice& out) {
        QPdfWriter writer(&out);
        writer.setResolution(kDotsPerInch);
        writer.setPageLayout(QPageLayout(QPageSize(QPageSize::A4), QPageLayout::Landscape, QMarginsF()));
        QPainter painter(&writer);
        drawPlots(painter, QSize(writer.width(), writer.height()), plots, words);
      });
}

void exportTable(QWidget* parent, const QAbstractItemModel& rows) {
  saveWithDialog(parent,
                 {QStringLiteral("Export the status counts as CSV"), QStringLiteral("status-counts.csv"),
                  QStringLiteral("CSV files (*.csv)")},
                 [&rows](QIODevice& out) { writeCsv(rows, out); });
}

void exportNumbers(QWidget* parent, const std::shared_ptr<const DashboardData>& data) {
  saveWithDialog(parent,
                 {QStringLiteral("Export the numbers as CSV"), QStringLiteral("dashboard.csv"),
                  QStringLiteral("CSV files (*.csv)")},
                 [data](QIODevice& out) { writeCsv(*data, out); });
}

}  // namespace spillway::ui

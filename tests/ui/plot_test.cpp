// SPDX-License-Identifier: GPL-3.0-or-later
#include <QBuffer>
#include <QPainter>
#include <QSignalSpy>
#include <QSvgGenerator>
#include <QtTest>
#include <cmath>

#include "ui/dashboard/dashboard_export.h"
#include "ui/plots/plot_card.h"
#include "ui/theme/theme.h"

using namespace spillway::ui;

class PlotTest : public QObject {
  Q_OBJECT

  /// Pixels that are nearly of the first series' colour.
  static int drawn(TimePlot& plot) {
    QCoreApplication::processEvents();  // what waits to be drawn
    const QImage image = plot.grab().toImage();
    const QColor color = Theme::colors().series[0];
    int found = 0;
    for (int y = 0; y < image.height(); ++y) {
      for (int x = 0; x < image.width(); ++x) {
        const QColor pixel = image.pixelColor(x, y);
        found += std::abs(pixel.red() - color.red()) < 40 && std::abs(pixel.green() - color.green()) < 40 &&
                 std::abs(pixel.blue() - color.blue()) < 40;
      }
    }
    return found;
  }

 private slots:
  void cursorReadsAllSeriesOfAllPlots() {
    TimePlot plot(QStringLiteral(" /s"));
    plot.resize(400, 200);
    plot.setRange(1000, 1010);
    plot.setData({1000, 1001, 1002},
                 {{QStringLiteral("gRPC"), 0, {1, 2, NAN}}, {QStringLiteral("HTTP"), 1, {3, 4, 5}}});
    QVERIFY(plot.cursorWords().isEmpty());
    plot.setCursorTime(1001.2);
    QVERIFY(plot.cursorWords().contains(QStringLiteral("gRPC  2 /s\nHTTP  4 /s")));
    plot.setCursorTime(1002);
    QVERIFY(plot.cursorWords().contains(QStringLiteral("gRPC  –")));
    plot.setMarks({{1002.5, QStringLiteral("configuration changed")}});
    plot.setCursorTime(1002);
    QVERIFY(plot.cursorWords().endsWith(QStringLiteral("configuration changed")));
    plot.setCursorTime(1001);
    QVERIFY(!plot.cursorWords().contains(QStringLiteral("configuration")));
    plot.setCursorTime(NAN);
    QVERIFY(plot.cursorWords().isEmpty());
  }

  void keysReadAndChoose() {
    TimePlot plot(QStringLiteral(" /s"));
    connect(&plot, &TimePlot::cursorMoved, &plot, &TimePlot::setCursorTime);
    plot.setRange(1000, 1010);
    plot.setData({1000, 1001, 1002},
                 {{QStringLiteral("gRPC"), 0, {1, 2, NAN}}, {QStringLiteral("HTTP"), 1, {3, 4, 5}}});
    QSignalSpy chosen(&plot, &TimePlot::chosen), moved(&plot, &TimePlot::moveWanted),
        zoomed(&plot, &TimePlot::zoomWanted);
    QTest::keyClick(&plot, Qt::Key_Return);
    QCOMPARE(chosen.count(), 0);
    QTest::keyClick(&plot, Qt::Key_Left);
    QVERIFY(plot.cursorWords().contains(QStringLiteral("HTTP  5 /s")));
    QTest::keyClick(&plot, Qt::Key_Left);
    QTest::keyClick(&plot, Qt::Key_Return);
    QCOMPARE(chosen[0], (QVariantList{-1, 1}));
    QTest::keyClick(&plot, Qt::Key_Down);
    QTest::keyClick(&plot, Qt::Key_Down);
    QVERIFY(plot.cursorWords().contains(QStringLiteral("▸ HTTP  4 /s")));
    QTest::keyClick(&plot, Qt::Key_Return);
    QCOMPARE(chosen[1], (QVariantList{1, 1}));
    QTest::keyClick(&plot, Qt::Key_Left, Qt::ShiftModifier);
    QCOMPARE(moved[0][0].toDouble(), 2.5);
    QTest::keyClick(&plot, Qt::Key_Plus);
    QCOMPARE(zoomed[0], (QVariantList{0.5, 1001.0}));
    QTest::keyClick(&plot, Qt::Key_Escape);
    QVERIFY(plot.cursorWords().isEmpty());
  }

  void zerosAreAnEmptyAxisAndALonelyValueIsADot() {
    TimePlot plot(QStringLiteral(" /s"));
    plot.resize(400, 200);
    plot.setRange(1000, 1004);
    const auto show = [&](const QVector<double>& values) {
      plot.setData({1000, 1001, 1002, 1003, 1004}, {{QStringLiteral("gRPC"), 0, values}});
      return drawn(plot);
    };
    QCOMPARE(show({NAN, NAN, NAN, NAN, NAN}), 0);
    QCOMPARE(show({0, 0, 0, 0, 0}), 0);
    const int dot = show({NAN, NAN, 5, NAN, NAN});
    QVERIFY(dot > 3);
    QVERIFY(dot < 60);
    const int gap = show({5, 5, NAN, 5, 5}), whole = show({5, 5, 5, 5, 5});
    QVERIFY2(gap > dot && gap < whole * 3 / 4, qPrintable(QStringLiteral("%1 of %2").arg(gap).arg(whole)));
  }

  void plotsAreSavedAsLines() {
    PlotCard card(QStringLiteral("Requests"), QStringLiteral("per second"), {}, {});
    card.plot().setRange(1000, 1010);
    card.setData({1000, 1001, 1002}, {{QStringLiteral("gRPC"), 0, {1, 2, 3}}});
    QBuffer out;
    QSvgGenerator picture;
    picture.setOutputDevice(&out);
    picture.setSize({800, 600});
    QPainter painter(&picture);
    drawPlots(painter, {800, 600}, {&card, &card}, QStringLiteral("all listeners"));
    painter.end();
    QVERIFY(out.data().contains("all listeners"));
    QVERIFY(out.data().contains("Requests, per second"));
    QVERIFY(!out.data().contains("<image"));
  }
};

QTEST_MAIN(PlotTest)
#include "plot_test.moc"

// SPDX-License-Identifier: GPL-3.0-or-later
#include <QtTest>
#include <array>
#include <cmath>

#include "ui/theme/theme.h"
#include "ui/theme/theme_colors.h"

using namespace spillway::ui;
using spillway::observe::TargetState;

namespace {

double linear(int channel) {
  const double share = channel / 255.0;
  return share <= 0.04045 ? share / 12.92 : std::pow((share + 0.055) / 1.055, 2.4);
}

/// WCAG 2.1: relative luminance and contrast ratio.
double luminance(const QColor& color) {
  return 0.2126 * linear(color.red()) + 0.7152 * linear(color.green()) + 0.0722 * linear(color.blue());
}

double contrast(const QColor& one, const QColor& other) {
  const double a = luminance(one), b = luminance(other);
  return (std::max(a, b) + 0.05) / (std::min(a, b) + 0.05);
}

using Rgb = std::array<double, 3>;

/// Machado, Oliveira, Fernandes 2009, severity 1.0, on linear RGB; the first is normal sight.
constexpr double kSights[4][3][3] = {
    {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}},
    {{0.152286, 1.052583, -0.204868}, {0.114503, 0.786281, 0.099216}, {-0.003882, -0.048116, 1.051998}},
    {{0.367322, 0.860646, -0.227968}, {0.280085, 0.672501, 0.047413}, {-0.011820, 0.042940, 0.968881}},
    {{1.255528, -0.076749, -0.178779}, {-0.078411, 0.930809, 0.147602}, {0.004733, 0.691367, 0.303900}}};

Rgb seen(const QColor& color, const double (&sight)[3][3]) {
  const Rgb in{linear(color.red()), linear(color.green()), linear(color.blue())};
  Rgb out{};
  for (std::size_t row = 0; row < 3; ++row) {
    for (std::size_t column = 0; column < 3; ++column)
      out[row] += sight[row][column] * in[column];
    out[row] = std::clamp(out[row], 0.0, 1.0);
  }
  return out;
}

/// CIE L*a*b* of linear sRGB, D65.
Rgb lab(const Rgb& c) {
  const auto f = [](double t) { return t > 0.008856 ? std::cbrt(t) : 7.787 * t + 16.0 / 116.0; };
  const double x = f((0.4124 * c[0] + 0.3576 * c[1] + 0.1805 * c[2]) / 0.95047);
  const double y = f(0.2126 * c[0] + 0.7152 * c[1] + 0.0722 * c[2]);
  const double z = f((0.0193 * c[0] + 0.1192 * c[1] + 0.9505 * c[2]) / 1.08883);
  return {116 * y - 16, 500 * (x - y), 200 * (y - z)};
}

double difference(const QColor& one, const QColor& other, const double (&sight)[3][3]) {
  const Rgb a = lab(seen(one, sight)), b = lab(seen(other, sight));
  return std::hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}

}  // namespace

class ThemeTest : public QObject {
  Q_OBJECT

 private slots:
  void themes_data() {
    QTest::addColumn<bool>("isDark");
    QTest::newRow("light") << false;
    QTest::newRow("dark") << true;
  }

  void textCanBeRead_data() { themes_data(); }
  void textCanBeRead() {
    QFETCH(bool, isDark);
    const ThemeColors& c = isDark ? darkColors() : lightColors();
    for (const QColor& text : {c.text, c.mutedText, c.good, c.bad, c.warning, c.notice, c.accent})
      for (const QColor& ground : {c.surface, c.window})
        QVERIFY2(contrast(text, ground) >= 4.5, qPrintable(text.name() + " on " + ground.name()));
    QVERIFY(contrast(c.onAccent, c.accent) >= 4.5);
    QVERIFY(contrast(c.text, c.accentSoft) >= 4.5);
  }

  void healthColoursAreToldApartByEverybody_data() { themes_data(); }
  void healthColoursAreToldApartByEverybody() {
    QFETCH(bool, isDark);
    const ThemeColors& c = isDark ? darkColors() : lightColors();
    const QColor colors[] = {c.healthy, c.unhealthy, c.initial, c.draining, c.unused};
    for (const auto& sight : kSights)
      for (std::size_t i = 0; i < std::size(colors); ++i)
        for (std::size_t j = i + 1; j < std::size(colors); ++j)
          QVERIFY2(difference(colors[i], colors[j], sight) >= 20,
                   qPrintable(colors[i].name() + " and " + colors[j].name()));
    for (const QColor& color : colors)
      QVERIFY2(contrast(color, c.surface) >= 3.0, qPrintable(color.name()));
  }

  void stateHasShapeAndWordToo() {
    QSet<QString> glyphs, words;
    for (const auto state : {TargetState::Healthy, TargetState::Unhealthy, TargetState::Initial,
                             TargetState::Draining, TargetState::Unused}) {
      glyphs.insert(healthGlyph(state));
      words.insert(healthWord(state));
    }
    QCOMPARE(glyphs.size(), 5);
    QCOMPARE(words.size(), 5);
  }

  void switchesLive() {
    QWidget widget;
    widget.show();
    Theme::apply(*qApp, ThemeMode::Light);
    QVERIFY(!Theme::isDark());
    QCOMPARE(widget.palette().color(QPalette::Window), lightColors().window);
    Theme::apply(*qApp, ThemeMode::Dark);
    QVERIFY(Theme::isDark());
    QCOMPARE(widget.palette().color(QPalette::Window), darkColors().window);
    QVERIFY(qApp->styleSheet().contains(darkColors().accent.name()));
    // Every name in the sheet has its value.
    QVERIFY(!qApp->styleSheet().contains(QLatin1Char('@')));
  }

  void iconsTakeTheThemesColour() {
    Theme::apply(*qApp, ThemeMode::Light);
    const QIcon icon = Theme::icon(QStringLiteral("plus"));
    QVERIFY(!icon.isNull());
    const QColor light = icon.pixmap(32, 32).toImage().pixelColor(16, 16);
    Theme::apply(*qApp, ThemeMode::Dark);
    const QColor dark = icon.pixmap(32, 32).toImage().pixelColor(16, 16);
    QVERIFY(light.lightness() < 100);
    QVERIFY(dark.lightness() > 150);
  }
};

QTEST_MAIN(ThemeTest)
#include "theme_test.moc"

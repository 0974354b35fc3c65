// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/theme/theme.h"

#include <QFile>
#include <QFontDatabase>
#include <QIconEngine>
#include <QPainter>
#include <QPalette>
#include <QStyleFactory>
#include <QSvgRenderer>
#include <mutex>
#include <utility>

#include "ui/theme/style_sheet.h"
#include "ui/theme/theme_colors.h"

// A static library's resources are linked only when somebody asks; Q_INIT_RESOURCE wants the global
// namespace.
static void initResources() {
  Q_INIT_RESOURCE(spillway);
}

namespace spillway::ui {

namespace {

bool dark = false;

bool systemIsDark() {
  // Read once, before the first palette of ours covers the desktop's.
  static const bool isDarkDesktop = QApplication::palette().color(QPalette::Window).lightness() < 128;
  return isDarkDesktop;
}

QPalette paletteOf(const ThemeColors& colors) {
  QPalette palette;
  palette.setColor(QPalette::Window, colors.window);
  palette.setColor(QPalette::WindowText, colors.text);
  palette.setColor(QPalette::Base, colors.surface);
  palette.setColor(QPalette::AlternateBase, colors.sunken);
  palette.setColor(QPalette::Text, colors.text);
  palette.setColor(QPalette::Button, colors.surface);
  palette.setColor(QPalette::ButtonText, colors.text);
  palette.setColor(QPalette::BrightText, colors.bad);
  palette.setColor(QPalette::Highlight, colors.accent);
  palette.setColor(QPalette::HighlightedText, colors.onAccent);
  palette.setColor(QPalette::Link, colors.accent);
  palette.setColor(QPalette::LinkVisited, colors.accent);
  palette.setColor(QPalette::ToolTipBase, colors.surface);
  palette.setColor(QPalette::ToolTipText, colors.text);
  palette.setColor(QPalette::PlaceholderText, colors.mutedText);
  palette.setColor(QPalette::Light, colors.surface);
  palette.setColor(QPalette::Midlight, colors.sunken);
  palette.setColor(QPalette::Mid, colors.border);
  palette.setColor(QPalette::Dark, colors.border.darker(130));
  palette.setColor(QPalette::Shadow, colors.border.darker(160));
  for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText}) {
    QColor faded = colors.mutedText;
    faded.setAlphaF(0.6F);
    palette.setColor(QPalette::Disabled, role, faded);
  }
  return palette;
}

/// Draws an SVG whose "currentColor" is the theme's text colour of the moment.
class TintedIconEngine : public QIconEngine {
 public:
  explicit TintedIconEngine(QByteArray svg) : svg_(std::move(svg)) {}

  void paint(QPainter* painter, const QRect& rect, QIcon::Mode mode, QIcon::State) override {
    const ThemeColors& colors = Theme::colors();
    const QColor color = mode == QIcon::Disabled ? colors.mutedText : colors.text;
    QSvgRenderer renderer(QByteArray(svg_).replace("currentColor", color.name().toLatin1()));
    renderer.render(painter, rect);
  }

  QPixmap pixmap(const QSize& size, QIcon::Mode mode, QIcon::State state) override {
    QPixmap picture(size);
    picture.fill(Qt::transparent);
    QPainter painter(&picture);
    paint(&painter, QRect(QPoint(), size), mode, state);
    return picture;
  }

  QIconEngine* clone() const override { return new TintedIconEngine(svg_); }

 private:
  QByteArray svg_;
};

}  // namespace

void Theme::apply(QApplication& app, ThemeMode mode) {
  initResources();
  const bool desktopIsDark = systemIsDark();
  dark = mode == ThemeMode::Dark || (mode == ThemeMode::System && desktopIsDark);
  // Once: a new style polishes every widget again, and takes as long as all the rest.
  static std::once_flag once;
  std::call_once(once, [] { QApplication::setStyle(QStyleFactory::create(QStringLiteral("Fusion"))); });
  QApplication::setPalette(paletteOf(colors()));
  app.setStyleSheet(styleSheet(colors(), dark));
}

const ThemeColors& Theme::colors() {
  return dark ? darkColors() : lightColors();
}

bool Theme::isDark() {
  return dark;
}

PaperColors::PaperColors() : wasDark_(std::exchange(dark, false)) {}

PaperColors::~PaperColors() {
  dark = wasDark_;
}

QFont Theme::fixedFont() {
  QFont font = QFontDatabase::systemFont(QFontDatabase::FixedFont);
  font.setPointSizeF(QApplication::font().pointSizeF());
  return font;
}

QIcon Theme::icon(const QString& name) {
  QFile file(QStringLiteral(":/icons/%1.svg").arg(name));
  if (!file.open(QIODevice::ReadOnly)) return {};
  return QIcon(new TintedIconEngine(file.readAll()));
}

QString healthGlyph(observe::TargetState state) {
  switch (state) {
    case observe::TargetState::Healthy:
      return QStringLiteral("✔");
    case observe::TargetState::Unhealthy:
      return QStringLiteral("✖");
    case observe::TargetState::Initial:
      return QStringLiteral("◌");
    case observe::TargetState::Draining:
      return QStringLiteral("◐");
    case observe::TargetState::Unused:
      break;
  }
  return QStringLiteral("○");
}

QString healthWord(observe::TargetState state) {
  switch (state) {
    case observe::TargetState::Healthy:
      return QStringLiteral("Healthy");
    case observe::TargetState::Unhealthy:
      return QStringLiteral("Unhealthy");
    case observe::TargetState::Initial:
      return QStringLiteral("Initial");
    case observe::TargetState::Draining:
      return QStringLiteral("Draining");
    case observe::TargetState::Unused:
      break;
  }
  return QStringLiteral("Unused");
}

QColor healthColor(observe::TargetState state) {
  const ThemeColors& colors = Theme::colors();
  switch (state) {
    case observe::TargetState::Healthy:
      return colors.healthy;
    case observe::TargetState::Unhealthy:
      return colors.unhealthy;
    case observe::TargetState::Initial:
      return colors.initial;
    case observe::TargetState::Draining:
      return colors.draining;
    case observe::TargetState::Unused:
      break;
  }
  return colors.unused;
}

int healthRank(observe::TargetState state) {
  switch (state) {
    case observe::TargetState::Unhealthy:
      return 0;
    case observe::TargetState::Draining:
      return 1;
    case observe::TargetState::Initial:
      return 2;
    case observe::TargetState::Unused:
      return 3;
    case observe::TargetState::Healthy:
      break;
  }
  return 4;
}

}  // namespace spillway::ui

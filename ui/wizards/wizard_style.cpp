// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/wizards/wizard_style.h"

#include <QStyle>
#include <QVariant>

#include "ui/theme/theme.h"

namespace spillway::ui {

namespace {
constexpr double kTint = 0.10;  ///< how much of its colour a notice's ground has
}

QString wizardStyle() {
  const ThemeColors& colors = Theme::colors();
  const auto tint = [&](const QColor& color) { return blend(color, colors.surface, kTint).name(); };
  const QString roles =
      QStringLiteral(
          "QLabel[role='warning'] { color: %1; }"
          "QFrame[role='box'] { border: 1px solid %2; border-radius: 6px; }"
          "QComboBox[role='problem'] { border-color: %3; }"
          "QLineEdit:read-only { background: %4; }"
          "QToolButton[role='fold'] { border: none; background: transparent; padding: 2px 0; "
          "font-weight: 600; }")
          .arg(colors.warning.name(), colors.border.name(), colors.bad.name(), colors.sunken.name());
  const QString notices =
      QStringLiteral(
          "QFrame[role='error-notice'] { background: %1; border: 1px solid %2; border-radius: 6px; }"
          "QFrame[role='warning-notice'] { background: %3; border: 1px solid %4; border-radius: 6px; }"
          "QFrame[role='info-notice'] { background: %5; border: 1px solid %6; border-radius: 6px; }")
          .arg(tint(colors.bad), colors.bad.name(), tint(colors.warning), colors.warning.name(),
               tint(colors.accent), colors.accent.name());
  return roles + notices +
         QStringLiteral("QScrollArea > QWidget > QWidget[role='page'] { background: transparent; }");
}

void setRole(QWidget* widget, const char* role) {
  if (widget->property("role").toByteArray() == role) return;
  widget->setProperty("role", QByteArray(role));
  widget->style()->unpolish(widget);
  widget->style()->polish(widget);
}

QLabel* heading(const QString& text, double scale) {
  auto* label = new QLabel(text);
  QFont font = label->font();
  font.setPointSizeF(font.pointSizeF() * scale);
  font.setWeight(QFont::DemiBold);
  label->setFont(font);
  return label;
}

QColor blend(const QColor& color, const QColor& ground, double share) {
  const auto mix = [share](int over, int under) {
    return static_cast<int>(over * share + under * (1 - share));
  };
  return {mix(color.red(), ground.red()), mix(color.green(), ground.green()),
          mix(color.blue(), ground.blue())};
}

}  // namespace spillway::ui

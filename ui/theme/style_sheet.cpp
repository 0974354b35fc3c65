// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/theme/style_sheet.h"

#include <QList>
#include <QPair>

namespace spillway::ui {

namespace {

constexpr const char* kControls = R"(
QPushButton, QToolButton[role="button"] {
  background: @surface; color: @text; border: 1px solid @border; border-radius: 6px; padding: 4px 11px;
  min-height: 18px; }
QPushButton:hover, QToolButton[role="button"]:hover { background: @sunken; }
QPushButton:pressed { background: @accentSoft; }
QPushButton:checked { background: @accentSoft; border-color: @accent; }
QPushButton:focus, QToolButton[role="button"]:focus { border-color: @accent; }
QPushButton:disabled { color: @disabled; }
QPushButton::menu-indicator { image: url(@chevron); width: 9px; height: 9px; subcontrol-position: right center;
  subcontrol-origin: padding; right: 8px; }
QPushButton[hasMenu="true"] { padding-right: 24px; }
QPushButton[role="primary"] { background: @accent; color: @onAccent; border-color: @accent; }
QPushButton[role="primary"]:hover { background: @accentHover; }
QPushButton[role="primary"]:focus { border-color: @text; }
QPushButton[role="primary"]:disabled { background: @sunken; color: @disabled; border-color: @border; }
QPushButton[role="primary"]::menu-indicator { image: url(@onAccentChevron); }
QPushButton[role="link"] { background: transparent; border: 1px solid transparent; color: @accent; padding: 2px 3px; }
QPushButton[role="link"]:hover { text-decoration: underline; }
QPushButton[role="link"]:focus { border-color: @accent; }
QPushButton[role="address"] { background: transparent; border: 1px solid transparent; color: @mutedText; padding: 2px 4px; }
QPushButton[role="address"]:hover, QPushButton[role="address"]:focus { color: @accent; border-color: @border; }
QPushButton[role="status"] { background: transparent; border: 1px solid transparent; border-radius: 4px;
  color: @mutedText; padding: 1px 5px; min-height: 16px; }
QPushButton[role="status"]:hover, QPushButton[role="status"]:focus { border-color: @border; background: @surface; }
QPushButton[role="big"] { padding: 14px 18px; text-align: left; }
QLineEdit, QComboBox, QSpinBox, QPlainTextEdit, QTextEdit {
  background: @surface; color: @text; border: 1px solid @border; border-radius: 6px; padding: 4px 9px;
  selection-background-color: @accent; selection-color: @onAccent; }
QLineEdit, QComboBox, QSpinBox { min-height: 18px; }
QSpinBox::up-button, QSpinBox::down-button { border: none; width: 18px; }
QSpinBox::up-arrow { image: url(@chevronUp); width: 8px; height: 8px; }
QSpinBox::down-arrow { image: url(@chevron); width: 8px; height: 8px; }
QLineEdit:focus, QComboBox:focus, QSpinBox:focus, QPlainTextEdit:focus { border-color: @accent; }
QLineEdit:disabled, QComboBox:disabled, QSpinBox:disabled { background: @sunken; color: @disabled; }
QLineEdit[role="command"] { padding-left: 2px; }
QLineEdit[role="problem"] { border-color: @bad; }
QLineEdit[role="valid"] { background: @validField; }
QProgressBar { background: @sunken; border: 1px solid @border; border-radius: 4px; max-height: 8px; min-height: 8px; }
QProgressBar::chunk { background: @accent; border-radius: 3px; }
QCheckBox::indicator, QAbstractItemView::indicator { width: 13px; height: 13px; border: 1px solid @mutedText; border-radius: 3px;
  background: @surface; }
QCheckBox::indicator:focus, QCheckBox::indicator:hover { border-color: @accent; }
QCheckBox::indicator:checked, QAbstractItemView::indicator:checked { background: @accent; border-color: @accent; image: url(@check); }
QCheckBox::indicator:disabled { border-color: @border; }
QDialogButtonBox { dialogbuttonbox-buttons-have-icons: 0; }
QComboBox::drop-down { border: none; width: 22px; }
QComboBox::down-arrow { image: url(@chevron); width: 9px; height: 9px; }
QComboBox QAbstractItemView { background: @surface; border: 1px solid @border; selection-background-color: @accentSoft;
  selection-color: @text; outline: none; }
)";

constexpr const char* kTables = R"(
QTableView, QTreeView, QListView { background: @surface; border: none; selection-background-color: @accentSoft;
  selection-color: @text; outline: none; }
#commandPopup { border: 1px solid @border; border-radius: 0; }
#commandPopup::item { padding: 4px 9px; color: @text; }
#commandPopup::item:selected { background: @accentSoft; color: @text; }
QTableView::item { border: none; border-bottom: 1px solid @rowLine; padding: 0 7px; }
QTableView::item:selected { background: @accentSoft; }
QHeaderView { background: @sunken; border: none; }
QHeaderView::section { background: @sunken; color: @headText; border: none; border-bottom: 1px solid @border;
  padding: 4px 8px; font-weight: 600; }
QHeaderView::section:vertical { padding: 0 8px; }
QHeaderView::down-arrow, QHeaderView::up-arrow { width: 9px; height: 9px; }
QHeaderView::down-arrow { image: url(@chevron); }
QHeaderView::up-arrow { image: url(@chevronUp); }
QTableCornerButton::section { background: @sunken; border: none; }
QTabWidget::pane { border: none; border-top: 1px solid @border; top: -1px; }
QTabWidget::tab-bar { left: 8px; }
QTabBar { background: transparent; qproperty-drawBase: 0; }
QTabBar::tab { background: transparent; color: @mutedText; border: none; border-bottom: 2px solid transparent;
  padding: 7px 12px; margin-right: 4px; }
QTabBar::tab:hover { color: @text; }
QTabBar::tab:selected { color: @accent; border-bottom-color: @accent; font-weight: 600; }
QTabBar::tab:focus { color: @accent; }
)";

constexpr const char* kFrames = R"(
QLabel[role="muted"], QLabel[muted="true"] { color: @mutedText; }
QLabel[role="problem"] { color: @bad; }
QFrame[role="card"] { background: @surface; border: 1px solid @border; border-radius: 8px; }
QFrame[role="panel"] { background: @window; border: 1px solid @border; border-radius: 8px; }
QLabel[role="code"] { background: @sunken; border-radius: 5px; padding: 5px 9px; }
QLabel[tone] { border-radius: 8px; padding: 1px 7px; background: @pill; color: @mutedText; }
QLabel[tone="good"] { background: @goodSoft; color: @good; }
QLabel[tone="bad"] { background: @badSoft; color: @bad; }
QLabel[tone="warning"] { background: @warningSoft; color: @warning; }
QLabel[tone="accent"] { background: @accentSoft; color: @accent; }
QFrame#messageBar { background: @warningSoft; border: 1px solid @warning; border-radius: 6px;
  margin: 12px 16px 0 16px; }
QMenuBar { background: @bar; color: @text; border-bottom: 1px solid @border; }
QMenuBar::item { padding: 4px 9px; background: transparent; }
QMenuBar::item:selected { background: @accentSoft; }
QMenu { background: @surface; color: @text; border: 1px solid @border; padding: 4px 0; }
QMenu::item { padding: 5px 24px 5px 22px; }
QMenu::item:selected { background: @accentSoft; }
QMenu::item:disabled { color: @disabled; }
QMenu::separator { height: 1px; background: @border; margin: 4px 0; }
QMenu::indicator { width: 13px; height: 13px; left: 5px; }
QStatusBar { background: @bar; border-top: 1px solid @border; }
QStatusBar::item { border: none; }
QToolTip { background: @surface; color: @text; border: 1px solid @border; padding: 4px 6px; }
QSplitter::handle { background: transparent; }
QScrollArea { background: transparent; border: none; }
#statePill { background: @surface; border: 1px solid @border; border-radius: 6px; padding: 4px 11px; min-height: 18px; }
#topBar { background: @bar; border-bottom: 1px solid @border; }
#navigation { background: @sunken; border-right: 1px solid @border; }
)";

constexpr const char* kScrollBars = R"(
QScrollBar:vertical { background: transparent; width: 11px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 11px; margin: 0; }
QScrollBar::handle { background: @handle; border-radius: 3px; margin: 2px; }
QScrollBar::handle:vertical { min-height: 24px; }
QScrollBar::handle:horizontal { min-width: 24px; }
QScrollBar::handle:hover { background: @mutedText; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
)";

/// `share` of `over` on `under`.
QColor mix(const QColor& over, const QColor& under, double share) {
  const auto part = [share](int a, int b) { return static_cast<int>(a * share + b * (1 - share) + 0.5); };
  return {part(over.red(), under.red()), part(over.green(), under.green()), part(over.blue(), under.blue())};
}

QList<QPair<QString, QString>> values(const ThemeColors& c, bool isDark) {
  const QString shade = isDark ? QStringLiteral("dark") : QStringLiteral("light");
  const double tint = isDark ? 0.22 : 0.13;
  // Longer names before those they begin with: they are replaced in this order.
  return {{"@onAccentChevron", QStringLiteral(":/icons/chevron-down-on-accent-%1.svg").arg(shade)},
          {"@check", QStringLiteral(":/icons/check-%1.svg").arg(shade)},
          {"@chevronUp", QStringLiteral(":/icons/chevron-up-%1.svg").arg(shade)},
          {"@chevron", QStringLiteral(":/icons/chevron-down-%1.svg").arg(shade)},
          {"@accentSoft", c.accentSoft.name()},
          {"@accentHover", mix(c.accent, c.text, 0.88).name()},
          {"@onAccent", c.onAccent.name()},
          {"@accent", c.accent.name()},
          {"@goodSoft", mix(c.good, c.surface, tint).name()},
          {"@badSoft", mix(c.bad, c.surface, tint).name()},
          {"@warningSoft", mix(c.warning, c.surface, tint).name()},
          {"@warning", c.warning.name()},
          {"@good", c.good.name()},
          {"@validField", mix(c.good, c.surface, tint / 3).name()},
          {"@bar", mix(c.window, c.sunken, 0.4).name()},
          {"@bad", c.bad.name()},
          {"@surface", c.surface.name()},
          {"@sunken", c.sunken.name()},
          {"@window", c.window.name()},
          {"@border", c.border.name()},
          {"@rowLine", mix(c.border, c.surface, 0.6).name()},
          {"@headText", mix(c.text, c.mutedText, 0.4).name()},
          {"@mutedText", c.mutedText.name()},
          {"@disabled", mix(c.mutedText, c.surface, 0.6).name()},
          {"@handle", mix(c.mutedText, c.surface, 0.35).name()},
          {"@pill", mix(c.mutedText, c.surface, isDark ? 0.25 : 0.16).name()},
          {"@text", c.text.name()}};
}

}  // namespace

QString styleSheet(const ThemeColors& colors, bool isDark) {
  QString sheet =
      QLatin1String(kControls) + QLatin1String(kTables) + QLatin1String(kFrames) + QLatin1String(kScrollBars);
  for (const auto& [name, value] : values(colors, isDark))
    sheet.replace(name, value);
  return sheet;
}

}  // namespace spillway::ui

// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/size_setting.h"

#include <QScreen>
#include <QSettings>
#include <QWidget>
#include <algorithm>

namespace spillway::ui {

namespace {

constexpr auto kSizeKey = "window/size";
constexpr auto kFactor = "QT_SCALE_FACTOR";
constexpr int kUsual = 100;

}  // namespace

const QList<std::pair<int, QString>>& sizeChoices() {
  static const QList<std::pair<int, QString>> choices{{kUsual, QStringLiteral("100 %")},
                                                      {125, QStringLiteral("125 %")},
                                                      {150, QStringLiteral("150 %: projector")},
                                                      {200, QStringLiteral("200 %: projector, far away")}};
  return choices;
}

int savedSize() {
  const int saved = QSettings().value(QLatin1String(kSizeKey), kUsual).toInt();
  const auto isIt = [saved](const auto& choice) { return choice.first == saved; };
  return std::ranges::any_of(sizeChoices(), isIt) ? saved : kUsual;
}

void chooseSize(int percent) {
  QSettings().setValue(QLatin1String(kSizeKey), percent);
}

void useSavedSize() {
  if (savedSize() == kUsual || qEnvironmentVariableIsSet(kFactor)) return;
  qputenv(kFactor, QByteArray::number(savedSize() / 100.0));
}

void fitToScreen(QWidget& window) {
  window.resize(window.size().boundedTo(window.screen()->availableSize()));
}

}  // namespace spillway::ui

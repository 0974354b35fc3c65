// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/history_setting.h"

#include <QSettings>
#include <algorithm>

#include "ui/bridge/engine_bridge.h"

namespace spillway::ui {

namespace {
constexpr auto kBytesKey = "history/bytes";
constexpr auto kSecondsKey = "history/seconds";
}  // namespace

history::Bounds savedHistoryBounds() {
  const QSettings settings;
  history::Bounds bounds;
  bool isNumber = false;
  if (const auto bytes = settings.value(QLatin1String(kBytesKey)).toULongLong(&isNumber); isNumber)
    bounds.mostBytes = std::clamp<std::uint64_t>(bytes, kLeastHistoryBytes, kMostHistoryBytes);
  if (const auto seconds = settings.value(QLatin1String(kSecondsKey)).toLongLong(&isNumber); isNumber)
    bounds.longest = std::clamp(std::chrono::seconds(seconds), kLeastHistoryTime, kMostHistoryTime);
  return bounds;
}

void chooseHistoryBounds(EngineBridge& bridge, const history::Bounds& bounds) {
  QSettings settings;
  settings.setValue(QLatin1String(kBytesKey), static_cast<qulonglong>(bounds.mostBytes));
  settings.setValue(QLatin1String(kSecondsKey), static_cast<qlonglong>(bounds.longest.count()));
  bridge.limitHistory(bounds);
}

}  // namespace spillway::ui

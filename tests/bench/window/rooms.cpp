// SPDX-License-Identifier: GPL-3.0-or-later
#include <QEventLoop>
#include <QJsonArray>
#include <QTimer>
#include <stdexcept>

#include "tests/bench/window/modes.h"
#include "tests/bench/window/ui_meter.h"
#include "ui/shell/main_window.h"

namespace spillway::bench {
namespace {

using ui::MainWindow;
constexpr std::chrono::seconds kPatience(20);

void spin(double seconds) {
  QEventLoop loop;
  QTimer::singleShot(std::chrono::milliseconds(static_cast<int>(seconds * 1000)), &loop, &QEventLoop::quit);
  loop.exec();
}

void awaitTraffic(MainWindow& window) {
  QEventLoop loop;
  QTimer::singleShot(kPatience, &loop, [&] { loop.exit(1); });
  QObject::connect(&window.bridge(), &ui::EngineBridge::metricsSampled, &loop,
                   [&](const observe::MetricsReading& now) {
                     if (now.total.requests > 0) loop.quit();
                   });
  if (loop.exec() != 0) throw std::runtime_error("no traffic came");
}

/// Requests per second, of what was sampled meanwhile.
class Rate {
 public:
  explicit Rate(MainWindow& window) : window_(window), before_(window.bridge().metrics()) {}
  double perSecond() const {
    const observe::MetricsReading& now = window_.bridge().metrics();
    const double seconds = std::chrono::duration<double>(now.time - before_.time).count();
    return seconds > 0 ? static_cast<double>(now.total.requests - before_.total.requests) / seconds : 0;
  }

 private:
  MainWindow& window_;
  const observe::MetricsReading before_;
};

}  // namespace

QJsonObject measureRooms(MeteredApplication& application, MainWindow& window, double seconds) {
  quint64 details = 0, records = 0;
  QObject listening;
  QObject::connect(&window.bridge(), &ui::EngineBridge::eventsDropped, &listening,
                   [&](quint64 droppedDetails, quint64 droppedRecords) {
                     details = droppedDetails;
                     records = droppedRecords;
                   });
  Heartbeat heartbeat;
  awaitTraffic(window);
  spin(seconds);
  QJsonArray rooms;
  for (const ui::RoomEntry& entry : ui::kRooms) {
    heartbeat.takeLongest();
    application.takeLongest();
    const Rate rate(window);
    const Meter meter;
    window.openRoom(entry.room);
    spin(seconds);
    const auto longest = application.takeLongest();
    rooms.append(QJsonObject{{"room", entry.title},
                             {"requests/s", rate.perSecond()},
                             {"longest pause ms", heartbeat.takeLongest()},
                             {"longest event ms", longest.milliseconds},
                             {"longest event", longest.what},
                             {"UI thread % of a core", meter.uiShare() * 100},
                             {"program % of a core", meter.programShare() * 100},
                             {"resident MiB", residentMiB()}});
  }
  const history::StoreStatus& history = window.bridge().history();
  return {{"rooms", rooms},
          {"requests", static_cast<qint64>(window.bridge().metrics().total.requests)},
          {"requests that the history lost", static_cast<qint64>(history.dropped)},
          {"requests that the window lost", static_cast<qint64>(records)},
          {"details that the window lost", static_cast<qint64>(details)}};
}

}  // namespace spillway::bench

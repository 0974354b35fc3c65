// SPDX-License-Identifier: GPL-3.0-or-later
// The window under load, without a screen; tests/bench/window.py runs it.
//   bench-window fill FILE ENTRIES
//       writes a history
//   bench-window rooms FOLDER WORKSPACE SECONDS
//       every room in turn, so long each, under the traffic that comes
//   bench-window history FOLDER
//       the access log of the history in this folder
//   bench-window stream FOLDER WORKSPACE MESSAGES SECONDS
//       a stream of so many messages, then one that goes on while it is looked at
// All but the first write JSON lines: when it listens {"port": …}, at the end the figures.
#include <QDir>
#include <QJsonDocument>
#include <QSettings>
#include <QTimer>
#include <cstdio>

#include "tests/bench/window/modes.h"
#include "tests/bench/window/ui_meter.h"
#include "ui/shell/main_window.h"
#include "ui/theme/theme.h"

namespace {

using namespace spillway;

void say(const QJsonObject& words) {
  std::puts(QJsonDocument(words).toJson(QJsonDocument::Compact).constData());
  std::fflush(stdout);
}

/// "127.0.0.1:50051" → 50051
void sayPort(const ui::EngineBridge& bridge) {
  if (bridge.listeners().empty()) return;
  const QString address = QString::fromStdString(bridge.listeners().front().addresses.front());
  say({{"port", address.section(':', -1).toInt()}});
}

int measure(bench::MeteredApplication& application, const QStringList& words) {
  ui::Theme::apply(application, ui::ThemeMode::Light);
  EngineOptions options;
  options.dataDirectory = words[2].toStdString();
  options.keepsHistory = true;
  ui::MainWindow window(options);
  QObject::connect(&window.bridge(), &ui::EngineBridge::applied, &window, [&] { sayPort(window.bridge()); });
  window.openWorkspace(words.value(3));
  window.show();
  if (words[1] == QStringLiteral("rooms")) {
    say(bench::measureRooms(application, window, words[4].toDouble()));
  } else if (words[1] == QStringLiteral("stream")) {
    say(bench::measureStream(window, words[4].toULongLong(), words[5].toDouble()));
  } else {
    say(bench::measureHistory(window));
  }
  window.close();
  return 0;
}

bool isCommand(const QStringList& words) {
  const QString what = words.value(1);
  return (what == QStringLiteral("fill") && words.size() == 4) ||
         (what == QStringLiteral("rooms") && words.size() == 5) ||
         (what == QStringLiteral("stream") && words.size() == 6) ||
         (what == QStringLiteral("history") && words.size() == 3);
}

}  // namespace

int main(int count, char** arguments) {
  qputenv("QT_QPA_PLATFORM", "offscreen");
  bench::MeteredApplication application(count, arguments);
  QCoreApplication::setOrganizationName(QStringLiteral("SpillwayBench"));
  const QStringList words = QCoreApplication::arguments();
  if (!isCommand(words)) {
    std::fputs(
        "bench-window fill FILE ENTRIES | rooms FOLDER WORKSPACE SECONDS | history FOLDER | "
        "stream FOLDER WORKSPACE MESSAGES SECONDS\n",
        stderr);
    return 2;
  }
  try {
    if (words[1] == QStringLiteral("fill")) {
      bench::fillHistory(words[2].toStdString(), words[3].toLongLong());
      return 0;
    }
    // Settings of nobody: the window looks as at its first start.
    QSettings::setPath(QSettings::NativeFormat, QSettings::UserScope, words[2]);
    return measure(application, words);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench-window: %s\n", error.what());
    return 1;
  }
}

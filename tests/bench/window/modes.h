// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QJsonObject>
#include <QString>
#include <cstdint>
#include <string>

namespace spillway::ui {
class MainWindow;
}

/// What bench-window does. Each answers with its figures.
namespace spillway::bench {

class MeteredApplication;

/// Writes so many requests of the last hours into a new history.
void fillHistory(const std::string& file, std::int64_t entries);

/// Shows every room in turn, each for so long, while traffic comes; waits for its first request.
QJsonObject measureRooms(MeteredApplication& application, ui::MainWindow& window, double seconds);

/// Asks the access log of a large history what a person would ask: its first page, filters, orders, places.
QJsonObject measureHistory(ui::MainWindow& window);

/// Looks into one stream: first one that has passed with `messages` of them, then one that goes on for so
/// long while each view shows. Says {"live": true} when it waits for the second one.
QJsonObject measureStream(ui::MainWindow& window, std::uint64_t messages, double seconds);

}  // namespace spillway::bench

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QStringList>
#include <optional>
#include <vector>

#include "engine/config/model.h"
#include "engine/engine.h"
#include "ui/bridge/recent_readings.h"

namespace spillway::ui {

enum class MapColumn { Clients, Listeners, Rules, TargetGroups, Targets };

/// How a tile stands: decides its colour and sign.
enum class MapState { Plain, Resting, Healthy, Unhealthy, Initial, Draining, Unused };

/// One tile of the map. `key` stays the same while the thing is the same.
struct MapNode {
  QString key;
  MapColumn column = MapColumn::Clients;
  QString title;
  QStringList lines;
  QString mark;   ///< a line in the warning colour: "not on AWS: …"
  QString badge;  ///< at the right of the title: "✔ 2/2"
  MapState state = MapState::Plain;
  QString tip;                              ///< plain text
  QString opens;                            ///< name of the target group that Enter opens; "" = by the column
  QString logFilter;                        ///< selects its lines of the access log; "" = all lines
  QString address;                          ///< to copy; "" = it has none
  std::optional<observe::SeriesPart> part;  ///< whose numbers are its; rules have none
  std::vector<TargetId> targets;            ///< whose health can be checked from here
  bool isCompact = false;                   ///< one line: one of many in its group
  bool operator==(const MapNode&) const = default;
};

/// One line of the map, from tile to tile.
struct MapEdge {
  QString from, to;             ///< keys
  double perSecond = 0;         ///< of the last ten seconds
  bool leadsToTrouble = false;  ///< the tile it leads to is unhealthy
  bool hasLabel = true;         ///< false: the tile it leads to tells the rate
  QString key() const { return from + QStringLiteral(" → ") + to; }
};

/// The whole map as plain values: what is drawn, not where.
struct MapContent {
  std::vector<MapNode> nodes;  ///< grouped as they are laid out: by column, in the document's order
  std::vector<MapEdge> edges;
};

/// What the map is drawn from.
struct MapSources {
  const config::Document& document;
  const std::vector<ListenerStatus>& listeners;
  const std::vector<TargetStatus>& targets;
  const RecentReadings& recent;
  const observe::MetricsReading& metrics;
};

MapContent describeMap(const MapSources& sources);

/// "✔", … and colour of a state; the colour is for now's theme.
QString mapGlyph(MapState state);
QColor mapColor(MapState state);

}  // namespace spillway::ui

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QHash>
#include <QRectF>

#include "ui/map/map_content.h"

namespace spillway::ui {

/// Where the tiles of a map stand. Pure.
struct MapLayout {
  QHash<QString, QRectF> tiles;  ///< by node key
  qreal columns[5] = {};         ///< left edge of each column
  QSizeF size;
};

/// What the layout must know about text.
struct MapMeasures {
  qreal lineHeight = 17;
  qreal width = 1100;  ///< room to spread over; never narrower than the tiles need
};

/// Tiles of a group stand together; rules and listeners stand as near as may be to the middle of what they
/// lead to, in the document's order.
MapLayout layOutMap(const MapContent& content, const MapMeasures& measures);

/// Height of a tile with these lines.
qreal tileHeight(const MapNode& node, qreal lineHeight);

}  // namespace spillway::ui

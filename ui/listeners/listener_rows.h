// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/bridge/recent_readings.h"
#include "ui/widgets/value_table.h"

namespace spillway::ui {

std::vector<TableColumn> listenerColumns();

/// One row per listener of the document; the key is "load balancer/listener".
std::vector<TableRow> listenerRows(const config::Document& document,
                                   const std::vector<ListenerStatus>& running,
                                   const observe::MetricsReading& metrics, const RecentReadings& recent);

QString listenerKey(const ListenerId& id);

/// The document without this listener; a load balancer goes with its last listener.
config::Document withoutListener(config::Document document, const ListenerId& id);

}  // namespace spillway::ui

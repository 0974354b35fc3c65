// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "ui/connections/connection_matrix.h"
#include "ui/widgets/value_table.h"

namespace spillway::ui {

/// What a connection's row in the table shows.
std::vector<TableColumn> connectionColumns();
TableRow connectionRow(const observe::ConnectionStatus& connection, WallTime now);
/// Open ones first, those with most streams first.
void sortConnections(Statuses& connections);

/// The filter of the access log that selects this connection's requests, or those to this target.
QString requestsOf(const observe::ConnectionStatus& connection);
/// The same of a client's connection only: "127.0.0.1:54022".
QString requestsOfClient(const QString& peer);

}  // namespace spillway::ui

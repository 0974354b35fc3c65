// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QVariant>
#include <string>

#include "engine/observe/events.h"

namespace spillway::ui {

/// The columns of the access log, and what they show of a request.
struct AccessLogColumns {
  enum Column {
    Time,
    Type,
    Method,
    Path,
    Target,
    Http,
    Grpc,
    RequestMs,
    TargetMs,
    ResponseMs,
    TotalMs,
    Sent,
    Received,
    Client,
    Host,
    Listener,
    TargetGroup,
    Rule,
    UserAgent,
    Tls,
    Trace,
    ColumnCount
  };
  /// Shown unless the reader chose otherwise.
  static bool isShownFirst(int column) { return column <= Client; }
};

/// What a cell holds for a role of Qt's, or RawRole.
QVariant recordData(const observe::StreamRecord& record, int column, int role);
QVariant accessLogHeader(int section, Qt::Orientation orientation, int role);
/// Strict order by a column's values.
bool isBefore(const observe::StreamRecord& a, const observe::StreamRecord& b, int column);
/// A filter that selects the record by what the column shows.
QString recordClause(const observe::StreamRecord& record, int column);
/// What the history is sorted by for a column: an SQL expression over its table `entries`.
std::string sqlOf(int column);

/// "TLSv1.3 · TLS_AES_128_GCM_SHA256"; "–" on plaintext listeners.
QString tlsText(const observe::StreamRecord& record);

}  // namespace spillway::ui

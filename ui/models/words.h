// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QString>
#include <optional>
#include <string>
#include <utility>

#include "engine/observe/events.h"

/// How values read on screen; the same in every room.
namespace spillway::ui {

/// How much a status should worry its reader. Shown by glyph and colour together.
enum class Severity { None, Good, Notice, Warning, Bad };

/// gRPC: OK is good; what callers cause themselves (cancelled, deadline, not found, …) warns; the rest is
/// bad.
Severity grpcSeverity(std::optional<std::uint32_t> status);
/// HTTP: 2xx good, 3xx notice, 4xx warning, 5xx bad.
Severity httpSeverity(int status);
/// "✔", "↪", "▲", "✖"; "" for None.
QString severityGlyph(Severity severity);
/// The theme's text colour for it; ask at paint time.
QColor severityColor(Severity severity);
/// The text with its glyph in front where it worries: "✖ 14 UNAVAILABLE", but plain "0 OK".
QString markedText(Severity severity, const QString& text);

/// The text, or "–" where there is none.
QString orDash(const std::string& text);
QString orDash(const QString& text);

/// Local time of day: "14:02:11.482".
QString clockText(WallTime time);
/// "2026-03-02 14:02:11.482", local time.
QString dateTimeText(WallTime time);
/// "0.8 ms", "38.1 ms", "9.83 s", "2 min 5 s".
QString durationText(std::int64_t micros);
/// Milliseconds without the unit, for columns: "0.1", "–" for ALB's -1.
QString millisText(std::int64_t micros);
/// "412 B", "6.1 kB", "3.0 MB" (powers of 1000).
QString bytesText(std::uint64_t bytes);
/// "412 B", "212 MiB", "1.5 GiB" (powers of 1024): for room that is set in such units.
QString storageText(std::uint64_t bytes);
/// "48,213".
QString countText(std::uint64_t count);
/// "3 streams", "1 stream": the count and the noun that goes with it.
QString countOf(std::uint64_t count, const QString& noun);
/// "0 OK", "14 UNAVAILABLE", "–" when there was none.
QString grpcStatusText(std::optional<std::uint32_t> status);
/// "200", "–" for 0.
QString httpStatusText(int status);
/// RFC 9113 §7 names: "CANCEL"; "code 99" for what is not in the table.
QString http2ErrorName(std::uint32_t code);

/// "routeguide.RouteGuide" and "GetFeature" of "/routeguide.RouteGuide/GetFeature"; other paths have no
/// method.
std::pair<QString, QString> splitGrpcPath(const std::string& path);
/// Who ended the exchange, in words: "the target, as it should", "the client", "the balancer".
QString endedByText(const observe::StreamRecord& record);
/// Why, as one sentence; for exchanges that completed it says so.
QString causeText(const observe::StreamRecord& record);

}  // namespace spillway::ui

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include "engine/base/clock.h"
#include "engine/base/ids.h"

/// Filters of the access log that other rooms ask for, in the filter language (engine/history/filter.h).
namespace spillway::ui {

/// The text as a value of the filter language: "a \"b\"".
QString inQuotes(const QString& text);

QString filterOfListener(const ListenerId& listener);
QString filterOfGroup(const QString& group);
/// `address`: as it stands in the log, "127.0.0.1:50061".
QString filterOfTarget(const QString& address);
QString filterOfRule(const ListenerId& listener, std::uint32_t priority);
/// Requests that ended from `from` up to `to`.
QString filterOfTime(WallTime from, WallTime to);
/// Both must hold; an empty one always does.
QString bothFilters(const QString& one, const QString& other);

}  // namespace spillway::ui

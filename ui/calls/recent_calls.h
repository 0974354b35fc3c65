// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QList>
#include <QString>

#include "engine/config/model.h"

namespace spillway::ui {

/// Keeps a call in the settings, the newest first. Metadata may hold secrets and is left out.
void keepRecentCall(const config::SavedCall& call);
QList<config::SavedCall> recentCalls();
/// For a menu.
QString recentCallTitle(const config::SavedCall& call);

}  // namespace spillway::ui

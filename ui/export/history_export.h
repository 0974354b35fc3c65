// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "engine/history/filter.h"
#include "ui/export/save_dialog.h"

namespace spillway::ui {

enum class EntryFormat : std::uint8_t { Alb, Csv, Json };

/// Without the line's end.
std::string entryLine(const observe::StreamRecord& record, EntryFormat format);

/// Asks for a file and writes the entries of the history to it that the filter selects, in a thread of its
/// own. Shows how far it is and can be cancelled; then, and on a failure, there is no file.
void exportHistory(QWidget* parent, const SaveOffer& offer, const std::string& historyFile,
                   const history::Filter& filter, EntryFormat format);

}  // namespace spillway::ui

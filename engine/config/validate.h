// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "engine/config/model.h"

namespace spillway::config {

/// Everything that is wrong with the document, in the order of its fields; empty means it can be compiled.
/// The one judge for files, the wizard's inline messages and `spillwayctl check`. Pure: opens no file or
/// socket.
std::vector<Issue> validate(const Document&);

/// The same of what a load balancer records, by itself: paths begin with "capture".
std::vector<Issue> validate(const Capture&);

/// Whether any of the issues is an error.
bool hasErrors(const std::vector<Issue>&);

}  // namespace spillway::config

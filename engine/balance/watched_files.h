// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/config/model.h"

namespace spillway::balance {

/// The files whose content compile() puts into a snapshot: certificates, keys, PKCS#12 files and their
/// passwords, trust stores, revocation lists. Each once.
std::vector<std::string> watchedFiles(const config::Document&);

/// A number that changes when any of the files is written, replaced, made or removed: from their change
/// times, sizes and inodes. One system call a file. Take it before compile() reads them, so that no change is
/// missed.
std::uint64_t stampOf(const std::vector<std::string>& files);

}  // namespace spillway::balance

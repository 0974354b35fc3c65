// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

#include "engine/observe/metric_frames.h"

/// What one part did in a stretch of time, as bytes: numbers of seven bits a byte, only what is not zero.
namespace spillway::history {

std::string encodeSlice(const observe::MetricSlice&);
/// False: these bytes are no slice.
bool decodeSlice(std::string_view bytes, observe::MetricSlice& slice);
/// Counts and distributions add up; of gauges the larger one stays.
void addSlice(observe::MetricSlice& sum, const observe::MetricSlice& slice);

}  // namespace spillway::history

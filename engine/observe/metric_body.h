// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

#include "engine/observe/metric_frames.h"

/// What one part did in a stretch of time, as bytes: numbers of seven bits a byte, only what is not zero.
namespace spillway::observe {

std::string encodeSlice(const MetricSlice&);
void appendSlice(std::string& bytes, const MetricSlice&);
/// False: these bytes are no slice.
bool decodeSlice(std::string_view bytes, MetricSlice& slice);
/// Counts and distributions add up; of gauges the larger one stays.
void addSlice(MetricSlice& sum, const MetricSlice& slice);

}  // namespace spillway::observe

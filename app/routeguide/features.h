// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace spillway::routeguide {

/// A named place; degrees times ten million.
struct Place {
  std::string name;
  std::int32_t latitude = 0, longitude = 0;
};

extern const char* const kFeaturesJson;

/// The hundred places of the route guide example.
const std::vector<Place>& places();

/// Great-circle distance in metres (haversine).
double distance(const Place& from, const Place& to);

}  // namespace spillway::routeguide

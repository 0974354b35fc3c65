// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/routeguide/features.h"

#include <cmath>
#include <nlohmann/json.hpp>
#include <numbers>

namespace spillway::routeguide {

const std::vector<Place>& places() {
  static const std::vector<Place> all = [] {
    std::vector<Place> read;
    for (const auto& item : nlohmann::json::parse(kFeaturesJson)) {
      const auto& location = item.at("location");
      read.push_back({item.at("name"), location.value("latitude", 0), location.value("longitude", 0)});
    }
    return read;
  }();
  return all;
}

double distance(const Place& from, const Place& to) {
  constexpr double kEarthRadius = 6'371'000;  // metres
  constexpr double kRadians = std::numbers::pi / 180 / 1e7;
  const double fromLatitude = from.latitude * kRadians, toLatitude = to.latitude * kRadians;
  const double halfLatitude = std::sin((toLatitude - fromLatitude) / 2);
  const double halfLongitude = std::sin((to.longitude - from.longitude) * kRadians / 2);
  const double a = halfLatitude * halfLatitude +
                   std::cos(fromLatitude) * std::cos(toLatitude) * halfLongitude * halfLongitude;
  return kEarthRadius * 2 * std::atan2(std::sqrt(a), std::sqrt(1 - a));
}

}  // namespace spillway::routeguide

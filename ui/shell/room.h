// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <array>

namespace spillway::ui {

/// A place of the window, in the order of the navigation.
enum class Room {
  Map,
  Listeners,
  TargetGroups,
  LocalServices,
  Certificates,
  Dashboard,
  TargetHealth,
  AccessLog,
  Streams,
  Connections,
  Events,
  StreamingLab,
  CallBuilder,
};

struct RoomEntry {
  Room room;
  const char* group;  ///< heading it stands under
  const char* title;
  const char* key;  ///< in the settings
};

inline constexpr std::array<RoomEntry, 13> kRooms{{
    {Room::Map, "BUILD", "Map", "map"},
    {Room::Listeners, "BUILD", "Listeners", "listeners"},
    {Room::TargetGroups, "BUILD", "Target groups", "target-groups"},
    {Room::LocalServices, "BUILD", "Local services", "local-services"},
    {Room::Certificates, "BUILD", "Certificates", "certificates"},
    {Room::Dashboard, "OBSERVE", "Dashboard", "dashboard"},
    {Room::TargetHealth, "OBSERVE", "Target health", "target-health"},
    {Room::AccessLog, "OBSERVE", "Access log", "access-log"},
    {Room::Streams, "OBSERVE", "Streams", "streams"},
    {Room::Connections, "OBSERVE", "Connections", "connections"},
    {Room::Events, "OBSERVE", "Events", "events"},
    {Room::StreamingLab, "LEARN", "Streaming lab", "streaming-lab"},
    {Room::CallBuilder, "DEBUG", "Call builder", "call-builder"},
}};

inline QString titleOf(Room room) {
  return QString::fromLatin1(kRooms[static_cast<std::size_t>(room)].title);
}

}  // namespace spillway::ui

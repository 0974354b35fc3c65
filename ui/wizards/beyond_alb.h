// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringList>
#include <array>

#include "engine/config/model.h"

namespace spillway::ui {

/// A switch for what ALB does not do, in words.
struct BeyondAlbSwitch {
  bool config::BeyondAlb::*flag;
  const char* name;   ///< objectName's last part
  const char* title;  ///< on the switch and its pill
  const char* words;  ///< what it does
};

const std::array<BeyondAlbSwitch, 5>& beyondAlbSwitches();

/// "Fast health checks · not on AWS" for each switch that is on.
QStringList notOnAwsPills(const config::BeyondAlb& beyondAlb);

}  // namespace spillway::ui

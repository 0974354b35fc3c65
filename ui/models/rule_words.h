// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include "engine/config/rules.h"

/// How rules read on screen.
namespace spillway::ui {

/// "path /a/* or /b", "header User-Agent *Chrome*", "GET or HEAD", …
QString conditionWords(const config::Condition& condition);
/// All conditions, "path /a/* and GET"; "every request" when there are none.
QString conditionsWords(const config::Rule& rule);
/// What the last action does: "forward", "forward by weight", "redirect 301", "answer 404"; what must hold
/// before stands in front of it: "token, then forward".
QString actionsWords(const std::vector<config::Action>& actions);
/// The groups that the last action forwards to, with their shares where there are several: "a 80 %, b 20 %".
QString groupsWords(const std::vector<config::Action>& actions);

}  // namespace spillway::ui

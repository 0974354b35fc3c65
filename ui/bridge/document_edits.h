// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <cstdint>
#include <string>
#include <vector>

#include "engine/config/model.h"

/// Questions and whole-value changes that several pages ask of a document. Pure.
namespace spillway::ui {

/// Adds `addition` to `document`. Names that are taken get "-2", "-3", …, with every reference to them.
/// Returns the names its load balancers got.
std::vector<std::string> mergeInto(config::Document& document, config::Document addition);

/// nullptr: there is none of that name.
const config::TargetGroup* findGroup(const config::Document& document, const std::string& name);
config::TargetGroup* findGroup(config::Document& document, const std::string& name);

/// "https://localhost:50051": what a client on this machine calls. Certificates of the local CA hold for it.
QString addressOf(const config::Listener& listener, std::uint32_t port);

/// One clear line for people: the first error, and how many more there are.
QString problemWords(const std::vector<config::Issue>& issues);

}  // namespace spillway::ui

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "engine/config/model.h"
#include "engine/engine.h"

/// Questions and whole-value changes that several pages ask of a document. Pure.
namespace spillway::ui {

/// Adds `addition` to `document`. Names that are taken get "-2", "-3", …, with every reference to them.
/// Returns the names its load balancers got.
std::vector<std::string> mergeInto(config::Document& document, config::Document addition);

/// What `after` has and `before` has not, by name.
config::Document additions(const config::Document& before, const config::Document& after);

/// nullptr: there is none of that name.
const config::TargetGroup* findGroup(const config::Document& document, const std::string& name);
config::TargetGroup* findGroup(config::Document& document, const std::string& name);

/// "https://localhost:50051": what a client on this machine calls; certificates of the local CA hold for it.
/// The port is the one it got when the document leaves it open; "" while such a listener does not run.
QString addressOf(const config::Listener& listener, const std::vector<ListenerStatus>& running,
                  const std::string& loadBalancer);

/// The listener as it runs; nullptr: it does not.
const ListenerStatus* findRunning(const std::vector<ListenerStatus>& running, const std::string& loadBalancer,
                                  const config::Listener& listener);

/// Whether words about a problem name the field's path: for files that people edit by hand.
enum class FieldPath { Left, Named };

/// One clear line for people: the first error, and how many more there are.
QString problemWords(const std::vector<config::Issue>& issues, FieldPath path = FieldPath::Left);

/// Gives the local service whose tasks are the group's targets so many tasks, at least one: new ones on the
/// first free ports above its own, the last ones go. False: the group has no such service, or no port is free
/// (0).
bool scaleService(config::Document& document, const std::string& group, std::size_t tasks,
                  const std::function<std::uint32_t(std::uint32_t from)>& freePort);

}  // namespace spillway::ui

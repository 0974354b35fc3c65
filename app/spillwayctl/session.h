// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "app/spillwayctl/signals.h"
#include "engine/config/model.h"
#include "engine/engine.h"
#include "engine/service/local_service.h"

namespace spillway::ctl {

/// Prints one line per issue to stderr.
void report(const std::vector<config::Issue>&);
/// Prints "spillwayctl: <sentence>" to stderr.
void report(const std::string& sentence);

/// Hands on what was printed. Throws std::system_error: nobody takes it, or there is no room for it.
void flushOutput();

/// Whether to go on, and with which exit code not.
enum class Step { GoOn, Terminated, Failed };

/// A running balancer with its local services. Main thread.
class Session {
 public:
  Session(const EngineOptions&, Signals&);

  /// Starts the local services, gives their ports a moment to open, and applies the document.
  Step begin(const config::Document&);
  /// One sentence for each task that has ended by itself; whether there is any.
  bool reportEndedTasks() const;
  /// Waits until every target is healthy. Fails when a task ends or half a minute has passed.
  Step awaitHealthy();
  /// Applies another document; on errors the one before goes on.
  void change(const config::Document&);
  enum class Tasks : bool { Untold, Told };
  /// The one line on stdout that says that listeners accept connections.
  void printReady(Tasks) const;
  /// Waits for a signal, or for `descriptor` (unless -1) to become readable. Says meanwhile what befalls the
  /// history.
  Wake wait(int descriptor = -1);
  /// Lets running streams end for ten seconds at the most.
  void drain();

 private:
  Step awaitTasks();
  void reportHistory();

  Signals& signals_;
  service::LocalServices services_;  // outlives the engine, so that draining streams still have their targets
  Engine engine_;
  history::StoreStatus told_;  ///< of the history, in words on stderr
};

}  // namespace spillway::ctl

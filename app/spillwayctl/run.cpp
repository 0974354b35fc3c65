// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>

#include "app/spillwayctl/commands.h"
#include "app/spillwayctl/file_watch.h"
#include "app/spillwayctl/session.h"
#include "engine/config/document_json.h"

namespace spillway::ctl {

namespace {

void reload(const std::string& file, Session& session) {
  const auto document = config::loadDocument(file);
  if (document) return session.change(*document);
  report(document.error());
  report(fmt::format("The file {} is not applied; the configuration before goes on.", file));
}

}  // namespace

int run(const std::string& file, const EngineOptions& options, Signals& signals) {
  FileWatch watch(file);  // before the first reading, so that no change is missed
  const auto document = config::loadDocument(file);
  if (!document) {
    report(document.error());
    return kBadInput;
  }
  Session session(options, signals);
  const Step begun = session.begin(*document);
  if (begun != Step::GoOn) return begun == Step::Failed ? kBadInput : kSuccess;
  session.reportEndedTasks();  // the balancer runs all the same, with an unhealthy target
  session.printReady(Session::Tasks::Untold);
  for (;;) {
    const Wake wake = session.wait(watch.descriptor());
    if (wake == Wake::Terminate) break;
    if (wake == Wake::Reload || (wake == Wake::Descriptor && watch.takeChange())) reload(file, session);
  }
  session.drain();
  return kSuccess;
}

}  // namespace spillway::ctl

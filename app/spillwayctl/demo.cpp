// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>

#include "app/spillwayctl/commands.h"
#include "app/spillwayctl/listen_address.h"
#include "app/spillwayctl/session.h"

namespace spillway::ctl {

namespace {

Result<config::Document> demoDocument(const DemoOptions& options) {
  const auto listen = parseListenAddress(options.listen);
  if (!listen) return failure(listen.error());
  auto document = service::routeGuideDemo(listen->port, options.tasks);
  if (!document) return document;
  auto& balancer = document->loadBalancers.front();
  balancer.scheme = listen->scheme;
  balancer.ipAddressType = listen->ipAddressType;
  balancer.beyondAlb.retryUnprocessedRequests = options.retryUnprocessed;
  if (!listen->host.empty()) balancer.listeners.front().certificates.front().names.push_back(listen->host);
  if (listen->scheme == config::Scheme::InternetFacing)
    report(fmt::format(
        "Warning: {} is no loopback address, so the scheme is internet-facing: the demo listens on "
        "every interface of this machine.",
        options.listen));
  return document;
}

}  // namespace

int demo(const DemoOptions& options, Signals& signals) {
  const auto document = demoDocument(options);
  if (!document) {
    report(document.error().detail);
    return kBadInput;
  }
  Session session(options.engine, signals);
  Step step = session.begin(*document);
  if (step == Step::GoOn) step = session.awaitHealthy();
  if (step == Step::Failed) return kBadInput;
  if (step == Step::GoOn) {
    session.printReady(Session::Tasks::Told);
    while (session.wait() != Wake::Terminate) {
    }
  }
  session.drain();
  return kSuccess;
}

}  // namespace spillway::ctl

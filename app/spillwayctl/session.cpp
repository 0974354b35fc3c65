// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/spillwayctl/session.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>

#include "engine/config/validate.h"
#include "engine/pki/local_ca.h"

namespace spillway::ctl {

namespace {

using namespace std::chrono_literals;

constexpr auto kPortsOpenWithin = 5s;
constexpr auto kHealthyWithin = 30s;
constexpr auto kGrace = 10s;
constexpr auto kPollEvery = 20ms;
constexpr std::chrono::milliseconds kHistoryEvery = 1s;

bool accepts(std::uint32_t port) {
  const int probe = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const bool accepted = ::connect(probe, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  ::close(probe);
  return accepted;
}

std::string taskAddress(const service::TaskStatus& task) {
  return fmt::format("127.0.0.1:{}", task.port);
}

}  // namespace

// A balancer goes on where nobody takes its words: fmt::print would throw.
void report(const std::vector<config::Issue>& issues) {
  for (const auto& issue : issues)
    std::fputs((config::describe(issue) + '\n').c_str(), stderr);
}

void report(const std::string& sentence) {
  std::fputs(fmt::format("spillwayctl: {}\n", sentence).c_str(), stderr);
}

void flushOutput() {
  if (std::fflush(stdout) != 0)
    throw std::system_error(errno, std::generic_category(), "Cannot write the output");
}

Session::Session(const EngineOptions& options, Signals& signals) : signals_(signals), engine_(options) {}

Step Session::begin(const config::Document& document) {
  // A target that listens before its first check is healthy at once.
  services_.configure(document.localServices);
  services_.startAll();
  if (awaitTasks() == Step::Terminated) return Step::Terminated;
  const ApplyReport applied = engine_.apply(document);
  report(applied.issues);
  return applied.applied ? Step::GoOn : Step::Failed;
}

Step Session::awaitTasks() {
  const auto isOpening = [](const auto& task) {
    return task.state == service::TaskState::Running && !accepts(task.port);
  };
  const TimePoint deadline = SteadyClock::now() + kPortsOpenWithin;
  for (;;) {
    const auto tasks = services_.tasks();
    if (std::none_of(tasks.begin(), tasks.end(), isOpening) || SteadyClock::now() >= deadline)
      return Step::GoOn;
    if (signals_.wait(kPollEvery) == Wake::Terminate) return Step::Terminated;
  }
}

bool Session::reportEndedTasks() const {
  bool any = false;
  for (const auto& task : services_.tasks()) {
    if (task.state != service::TaskState::Exited) continue;
    any = true;
    report(fmt::format("The task of \"{}\" on port {} ended with exit code {}: {}", task.service, task.port,
                       task.exitCode, task.lastOutput.empty() ? "it said nothing." : task.lastOutput));
  }
  return any;
}

Step Session::awaitHealthy() {
  const auto isHealthy = [](const TargetStatus& target) {
    return target.state == observe::TargetState::Healthy;
  };
  const TimePoint deadline = SteadyClock::now() + kHealthyWithin;
  for (;;) {
    const auto targets = engine_.targets();
    if (!targets.empty() && std::all_of(targets.begin(), targets.end(), isHealthy)) return Step::GoOn;
    if (reportEndedTasks()) return Step::Failed;
    if (SteadyClock::now() >= deadline) {
      for (const auto& target : targets)
        if (!isHealthy(target))
          report(fmt::format("The target {}:{} did not become healthy: {} {}", target.id.address,
                             target.id.port, target.description, target.detail));
      return Step::Failed;
    }
    if (signals_.wait(kPollEvery) == Wake::Terminate) return Step::Terminated;
  }
}

void Session::change(const config::Document& document) {
  const ApplyReport applied = engine_.apply(document);
  report(applied.issues);
  if (!applied.applied) {
    report("The new configuration is not applied; the one before goes on.");
    return;
  }
  services_.configure(document.localServices);
  services_.startAll();
  reportEndedTasks();
  report("The new configuration is applied.");
}

void Session::printReady(Tasks tasks) const {
  nlohmann::ordered_json line{{"ready", true}, {"listeners", nlohmann::ordered_json::array()}};
  for (const auto& listener : engine_.listeners())
    for (const auto& address : listener.addresses)
      line["listeners"].push_back({{"name", listener.id.listener}, {"address", address}});
  const auto authority = pki::LocalCa::open(engine_.dataDirectory());
  line["ca"] = authority ? authority->certificateFile() : "";
  if (tasks == Tasks::Told) {
    line["tasks"] = nlohmann::ordered_json::array();
    for (const auto& task : services_.tasks())
      line["tasks"].push_back({{"pid", task.pid}, {"address", taskAddress(task)}});
  }
  fmt::print("{}\n", line.dump());
  std::fflush(stdout);
}

Wake Session::wait(int descriptor) {
  for (;;) {
    const bool keepsHistory = !engine_.history().file.empty();
    const Wake wake = signals_.wait(keepsHistory ? std::optional(kHistoryEvery) : std::nullopt, descriptor);
    reportHistory();
    if (wake != Wake::Timeout) return wake;
  }
}

void Session::reportHistory() {
  history::StoreStatus now = engine_.history();
  if (now.trouble != told_.trouble)
    report(now.trouble.empty() ? "The history is written again." : now.trouble);
  if (now.setAside != told_.setAside) report(fmt::format("The damaged history is now '{}'.", now.setAside));
  told_ = std::move(now);
}

void Session::drain() {
  engine_.stop(kGrace);
}

}  // namespace spillway::ctl

// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/observe/log_files.h"

#include <algorithm>
#include <utility>

#include "engine/config/model.h"
#include "engine/observe/access_log_format.h"
#include "engine/observe/connection_log_format.h"
#include "engine/observe/health_check_log_format.h"

namespace spillway::observe {

std::vector<LogTarget> logTargets(const config::Document& document, const std::string& dataDirectory) {
  std::vector<LogTarget> targets;
  for (const config::LoadBalancer& balancer : document.loadBalancers) {
    const std::string ip = balancer.scheme == config::Scheme::InternetFacing ? "0.0.0.0" : "127.0.0.1";
    const auto add = [&](LogKind kind, const config::LogFiles& files) {
      if (!files.enabled) return;
      targets.push_back({balancer.name, kind, files, ip});
      if (files.directory.empty()) targets.back().files.directory = dataDirectory + "/logs";
    };
    add(LogKind::Access, balancer.attributes.accessLogs);
    add(LogKind::Connection, balancer.attributes.connectionLogs);
    add(LogKind::HealthCheck, balancer.attributes.healthCheckLogs);
  }
  return targets;
}

void LogFiles::configure(std::vector<LogTarget> targets) {
  const std::lock_guard lock(mutex_);
  wanted_ = std::move(targets);
}

std::vector<LogStatus> LogFiles::statuses() const {
  const std::lock_guard lock(mutex_);
  return statuses_;
}

void LogFiles::takeConfiguration() {
  std::optional<std::vector<LogTarget>> wanted;
  {
    const std::lock_guard lock(mutex_);
    wanted.swap(wanted_);
  }
  if (!wanted) return;
  std::map<std::string, Logs> next;
  for (LogTarget& target : *wanted) {
    const auto kind = static_cast<std::size_t>(target.kind);
    std::unique_ptr<LogFile>& log = next[target.loadBalancer][kind];
    if (const auto old = logs_.find(target.loadBalancer); old != logs_.end())
      log = std::move(old->second[kind]);
    if (log) {
      log->retarget(std::move(target));
    } else {
      log = std::make_unique<LogFile>(std::move(target));
    }
  }
  logs_.swap(next);
  for (auto& [name, logs] : next) {
    for (auto& log : logs) {
      if (!log) continue;
      log->finish();
      leaving_.push_back(std::move(log));
    }
  }
  publishStatuses();
}

LogFile* LogFiles::find(const std::string& loadBalancer, LogKind kind) const {
  const auto found = logs_.find(loadBalancer);
  return found == logs_.end() ? nullptr : found->second[static_cast<std::size_t>(kind)].get();
}

void LogFiles::record(const Event& event, WallTime now) {
  if (logs_.empty()) return;
  if (event.record) {
    if (LogFile* log = find(event.record->head->loadBalancer, LogKind::Access))
      log->append(formatAccessLogLine(*event.record), now);
  } else if (event.connection) {
    if (LogFile* log = find(event.connection->loadBalancer, LogKind::Connection))
      log->append(formatConnectionLogLine(*event.connection), now);
  } else if (event.health && event.health->isCheck) {
    if (LogFile* log = find(event.health->loadBalancer, LogKind::HealthCheck))
      log->append(formatHealthCheckLogLine(*event.health, log->target().nodeIp), now);
  }
}

void LogFiles::tick(WallTime now) {
  for (auto& [name, logs] : logs_) {
    for (auto& log : logs) {
      if (log) log->tick(now);
    }
  }
  compressSome();
  if (!logs_.empty()) publishStatuses();
}

/// One step of one log: intervals end together, and the recorder has other work.
void LogFiles::compressSome() {
  for (auto& [name, logs] : logs_) {
    for (auto& log : logs) {
      if (log && log->compressSome()) return;
    }
  }
  while (!leaving_.empty() && !leaving_.back()->compressSome())
    leaving_.pop_back();
}

void LogFiles::write() {
  for (auto& [name, logs] : logs_) {
    for (auto& log : logs) {
      if (log) log->write();
    }
  }
  if (!logs_.empty()) publishStatuses();
}

void LogFiles::finish() {
  for (auto& [name, logs] : logs_) {
    for (auto& log : logs) {
      if (log) log->finish();
    }
  }
  publishStatuses();
  logs_.clear();
  leaving_.clear();
}

void LogFiles::publishStatuses() {
  std::vector<LogStatus> now;
  for (const auto& [name, logs] : logs_) {
    for (const auto& log : logs) {
      if (log) now.push_back(log->status());
    }
  }
  const std::lock_guard lock(mutex_);
  statuses_ = std::move(now);
}

}  // namespace spillway::observe

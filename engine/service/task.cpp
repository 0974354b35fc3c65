// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/service/task.h"

#include <signal.h>

namespace spillway::service {

namespace {

constexpr std::chrono::seconds kPatience{2};
constexpr std::size_t kLongestLine = 4096;
constexpr int kCannotStart = 127;  // as a shell says it
constexpr const char* kPortPlaceholder = "{port}";

}  // namespace

Task::Task(std::string service, std::uint32_t port) {
  status_.service = std::move(service);
  status_.port = port;
  status_.since = wallNow();
}

void Task::setCommand(std::vector<std::string> command) {
  const std::string port = std::to_string(status_.port);
  for (auto& word : command)
    for (auto at = word.find(kPortPlaceholder); at != std::string::npos; at = word.find(kPortPlaceholder, at))
      word.replace(at, std::string_view(kPortPlaceholder).size(), port);
  command_ = std::move(command);
}

Result<void> Task::start() {
  if (child_) {
    startsAgain_ = killAt_ != TimePoint::max();
    return {};
  }
  startsAgain_ = false;
  status_.since = wallNow();
  auto child = ChildProcess::spawn(command_);
  if (!child) {
    status_.state = TaskState::Exited;
    status_.exitCode = kCannotStart;
    status_.lastOutput = child.error().detail;
    return failure(child.error());
  }
  child_ = std::move(*child);
  openLine_.clear();
  status_.state = TaskState::Running;
  status_.pid = child_->pid();
  status_.exitCode = 0;
  status_.lastOutput.clear();
  return {};
}

void Task::stop(TimePoint now) {
  startsAgain_ = false;
  if (!child_) {
    status_.state = TaskState::Stopped;
    return;
  }
  if (killAt_ != TimePoint::max()) return;
  killAt_ = now + kPatience;
  child_->signal(SIGTERM);
}

void Task::kill() const {
  if (child_) child_->signal(SIGKILL);
}

void Task::look(TimePoint now) {
  if (!child_) return;
  takeOutput();
  if (const auto exitCode = child_->reap())
    ended(*exitCode);
  else if (now >= killAt_)
    child_->signal(SIGKILL);
}

void Task::takeOutput() {
  const std::string text = child_->readOutput();
  std::size_t begin = 0;
  for (auto end = text.find('\n'); end != std::string::npos; end = text.find('\n', begin)) {
    openLine_.append(text, begin, end - begin);
    if (!openLine_.empty()) status_.lastOutput = openLine_.substr(0, kLongestLine);
    openLine_.clear();
    begin = end + 1;
  }
  openLine_.append(text, begin);
  if (openLine_.size() > kLongestLine) openLine_.resize(kLongestLine);
}

void Task::ended(int exitCode) {
  takeOutput();
  if (!openLine_.empty()) status_.lastOutput = openLine_;
  const bool asked = killAt_ != TimePoint::max();
  status_.state = asked ? TaskState::Stopped : TaskState::Exited;
  status_.exitCode = exitCode;
  status_.pid = 0;
  status_.since = wallNow();
  child_.reset();
  killAt_ = TimePoint::max();
  if (startsAgain_) (void)start();  // a failure shows in the status
}

}  // namespace spillway::service

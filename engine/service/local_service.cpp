// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/service/local_service.h"

#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <future>
#include <list>
#include <mutex>
#include <thread>

#include "engine/service/task.h"

namespace spillway::service {

/// Children are started by one thread, which lives as long as they: the kernel ends a child when the thread
/// that started it goes, not when the process does.
struct LocalServices::Impl {
  struct StartRequest {
    std::string service;
    std::uint32_t port = 0;
    std::promise<Result<void>> answer;
  };

  Impl();
  ~Impl();
  Task* find(const std::string& service, std::uint32_t port);
  std::future<Result<void>> requestStart(const std::string& service, std::uint32_t port);
  void wake() const;
  void run();
  void answerRequests();
  bool lookAtTasks();
  std::vector<pollfd> descriptors() const;
  int pollTimeout() const;

  mutable std::mutex mutex;
  std::list<Task> tasks;    ///< in the order of the document
  std::list<Task> leaving;  ///< no longer in the document, still running
  std::vector<StartRequest> requests;
  bool quitting = false;
  int wakeDescriptor = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  std::thread thread;
};

LocalServices::Impl::Impl() {
  sigset_t all, before;
  sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);  // signals are for the threads that expect them
  thread = std::thread([this] { run(); });
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

LocalServices::Impl::~Impl() {
  {
    const std::lock_guard lock(mutex);
    quitting = true;
    for (auto* list : {&tasks, &leaving})
      for (auto& task : *list)
        task.stop(SteadyClock::now());
  }
  wake();
  thread.join();
  ::close(wakeDescriptor);
}

Task* LocalServices::Impl::find(const std::string& service, std::uint32_t port) {
  const auto found = std::find_if(tasks.begin(), tasks.end(), [&](const Task& task) {
    return task.status().service == service && task.status().port == port;
  });
  return found != tasks.end() ? &*found : nullptr;
}

std::future<Result<void>> LocalServices::Impl::requestStart(const std::string& service, std::uint32_t port) {
  std::future<Result<void>> answer;
  {
    const std::lock_guard lock(mutex);
    requests.push_back({service, port, {}});
    answer = requests.back().answer.get_future();
  }
  wake();
  return answer;
}

void LocalServices::Impl::wake() const {
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = ::write(wakeDescriptor, &one, sizeof one);
}

void LocalServices::Impl::run() {
  std::unique_lock lock(mutex);
  for (;;) {
    answerRequests();
    const bool anyRuns = lookAtTasks();
    if (quitting && !anyRuns) return;
    auto waits = descriptors();
    const int timeout = pollTimeout();
    lock.unlock();
    ::poll(waits.data(), waits.size(), timeout);
    std::uint64_t count = 0;
    [[maybe_unused]] const ssize_t got = ::read(wakeDescriptor, &count, sizeof count);
    lock.lock();
  }
}

void LocalServices::Impl::answerRequests() {
  for (auto& request : requests) {
    Task* task = find(request.service, request.port);
    if (task != nullptr && !quitting) {
      request.answer.set_value(task->start());
      continue;
    }
    request.answer.set_value(
        failure(Error{ErrorCode::Invalid, Side::Balancer,
                      fmt::format("There is no task of \"{}\" on port {}.", request.service, request.port)}));
  }
  requests.clear();
}

bool LocalServices::Impl::lookAtTasks() {
  const TimePoint now = SteadyClock::now();
  bool anyRuns = false;
  for (auto* list : {&tasks, &leaving})
    for (auto& task : *list) {
      task.look(now);
      anyRuns = anyRuns || task.child() != nullptr;
    }
  leaving.remove_if([](const Task& task) { return task.child() == nullptr; });
  return anyRuns;
}

std::vector<pollfd> LocalServices::Impl::descriptors() const {
  std::vector<pollfd> all{{wakeDescriptor, POLLIN, 0}};
  for (const auto* list : {&tasks, &leaving})
    for (const auto& task : *list)
      if (const auto* child = task.child()) {
        all.push_back({child->exitDescriptor(), POLLIN, 0});
        all.push_back({child->outputDescriptor(), POLLIN, 0});
      }
  return all;
}

int LocalServices::Impl::pollTimeout() const {
  TimePoint next = TimePoint::max();
  for (const auto* list : {&tasks, &leaving})
    for (const auto& task : *list)
      next = std::min(next, task.killAt());
  if (next == TimePoint::max()) return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(next - SteadyClock::now()).count();
  return static_cast<int>(std::max<std::int64_t>(left, 1));
}

LocalServices::LocalServices() : impl_(std::make_unique<Impl>()) {}
LocalServices::~LocalServices() = default;

void LocalServices::configure(const std::vector<config::LocalService>& services) {
  {
    const std::lock_guard lock(impl_->mutex);
    std::list<Task> wanted;
    for (const auto& service : services)
      for (const std::uint32_t port : service.ports) {
        const Task* known = impl_->find(service.name, port);
        if (known != nullptr) {
          const auto at = std::find_if(impl_->tasks.begin(), impl_->tasks.end(),
                                       [&](const Task& task) { return &task == known; });
          wanted.splice(wanted.end(), impl_->tasks, at);
        } else {
          wanted.emplace_back(service.name, port);
        }
        wanted.back().setCommand(service.command);
      }
    for (auto& task : impl_->tasks)
      task.stop(SteadyClock::now());
    impl_->leaving.splice(impl_->leaving.end(), impl_->tasks);
    impl_->tasks = std::move(wanted);
  }
  impl_->wake();
}

Result<void> LocalServices::start(const std::string& service, std::uint32_t port) {
  return impl_->requestStart(service, port).get();
}

void LocalServices::kill(const std::string& service, std::uint32_t port) {
  const std::lock_guard lock(impl_->mutex);
  if (const Task* task = impl_->find(service, port)) task->kill();
}

void LocalServices::stop(const std::string& service, std::uint32_t port) {
  {
    const std::lock_guard lock(impl_->mutex);
    if (Task* task = impl_->find(service, port)) task->stop(SteadyClock::now());
  }
  impl_->wake();
}

void LocalServices::startAll() {
  std::vector<std::future<Result<void>>> answers;
  for (const auto& task : tasks())
    answers.push_back(impl_->requestStart(task.service, task.port));
  for (auto& answer : answers)
    answer.wait();
}

void LocalServices::stopAll() {
  {
    const std::lock_guard lock(impl_->mutex);
    for (auto& task : impl_->tasks)
      task.stop(SteadyClock::now());
  }
  impl_->wake();
}

std::vector<TaskStatus> LocalServices::tasks() const {
  const std::lock_guard lock(impl_->mutex);
  std::vector<TaskStatus> all;
  for (const auto& task : impl_->tasks)
    all.push_back(task.status());
  return all;
}

}  // namespace spillway::service

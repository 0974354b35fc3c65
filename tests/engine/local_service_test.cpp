// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/service/local_service.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <functional>
#include <thread>

#include "tests/support/temporary_folder.h"

namespace spillway::service {
namespace {

using namespace std::chrono_literals;
using test::TemporaryFolder;
using ::testing::HasSubstr;

config::LocalService shell(const std::string& script, std::vector<std::uint32_t> ports = {1}) {
  return {"service", {"/bin/sh", "-c", script}, std::move(ports), ""};
}

/// Looks at the first task until it is as wanted; the state has no signal of its own.
::testing::AssertionResult becomes(const LocalServices& services,
                                   const std::function<bool(const TaskStatus&)>& wanted) {
  const auto deadline = SteadyClock::now() + 10s;
  while (!wanted(services.tasks().front())) {
    if (SteadyClock::now() > deadline)
      return ::testing::AssertionFailure() << "state " << static_cast<int>(services.tasks().front().state)
                                           << ", output \"" << services.tasks().front().lastOutput << "\"";
    std::this_thread::sleep_for(1ms);
  }
  return ::testing::AssertionSuccess();
}

auto printed(const std::string& line) {
  return [line](const TaskStatus& task) { return task.lastOutput == line; };
}

auto isIn(TaskState state) {
  return [state](const TaskStatus& task) { return task.state == state; };
}

/// Whether the process ends within ten seconds.
bool ends(pid_t pid) {
  const int descriptor = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
  if (descriptor < 0) return errno == ESRCH;
  pollfd wait{descriptor, POLLIN, 0};
  const bool ended = ::poll(&wait, 1, 10'000) == 1;
  ::close(descriptor);
  return ended;
}

TEST(LocalServices, TasksAreStoppedAtFirstThenRunOnTheirPort) {
  LocalServices services;
  services.configure({shell("echo port {port} of {port}; exec sleep 60", {7001, 7002})});
  ASSERT_EQ(services.tasks().size(), 2u);
  EXPECT_EQ(services.tasks().front().state, TaskState::Stopped);
  EXPECT_EQ(services.tasks().front().pid, 0);
  ASSERT_TRUE(services.start("service", 7001));
  EXPECT_TRUE(becomes(services, printed("port 7001 of 7001")));
  EXPECT_EQ(services.tasks()[0].state, TaskState::Running);
  EXPECT_GT(services.tasks()[0].pid, 0);
  EXPECT_EQ(services.tasks()[1].state, TaskState::Stopped);
  services.startAll();
  EXPECT_EQ(services.tasks()[1].state, TaskState::Running);
}

TEST(LocalServices, AnEndedTaskShowsItsExitCodeAndLastWords) {
  LocalServices services;
  services.configure({shell("echo begin; echo >&2 it broke; exit 3")});
  ASSERT_TRUE(services.start("service", 1));
  EXPECT_TRUE(becomes(services, isIn(TaskState::Exited)));
  const auto task = services.tasks().front();
  EXPECT_EQ(task.exitCode, 3);
  EXPECT_EQ(task.lastOutput, "it broke");
  EXPECT_EQ(task.pid, 0);
}

TEST(LocalServices, AKilledTaskShowsTheSignalAndStartsAgain) {
  LocalServices services;
  services.configure({shell("printf 'no newline'; kill -9 $$")});
  ASSERT_TRUE(services.start("service", 1));
  EXPECT_TRUE(becomes(services, isIn(TaskState::Exited)));
  EXPECT_EQ(services.tasks().front().exitCode, 128 + SIGKILL);
  EXPECT_EQ(services.tasks().front().lastOutput, "no newline");
  services.configure({shell("echo again; exec sleep 60")});
  ASSERT_TRUE(services.start("service", 1));
  EXPECT_TRUE(becomes(services, printed("again")));
}

TEST(LocalServices, KilledOnRequestItLooksLikeACrash) {
  LocalServices services;
  services.configure({shell("trap '' TERM; echo up; while :; do sleep 1; done")});
  ASSERT_TRUE(services.start("service", 1));
  ASSERT_TRUE(becomes(services, printed("up")));
  services.kill("service", 1);
  EXPECT_TRUE(becomes(services, isIn(TaskState::Exited)));
  EXPECT_EQ(services.tasks().front().exitCode, 128 + SIGKILL);
}

TEST(LocalServices, StopEndsTheWholeGroup) {
  LocalServices services;
  services.configure({shell("sleep 60 & echo $!; wait")});
  ASSERT_TRUE(services.start("service", 1));
  ASSERT_TRUE(becomes(services, [](const auto& task) { return !task.lastOutput.empty(); }));
  const pid_t grandchild = std::stoi(services.tasks().front().lastOutput);
  services.stop("service", 1);
  EXPECT_TRUE(becomes(services, isIn(TaskState::Stopped)));
  EXPECT_TRUE(ends(grandchild));
}

TEST(LocalServices, ATaskThatIgnoresTheRequestIsKilledAfterTwoSeconds) {
  LocalServices services;
  services.configure({shell("trap '' TERM; echo deaf; while :; do sleep 60; done")});
  ASSERT_TRUE(services.start("service", 1));
  ASSERT_TRUE(becomes(services, printed("deaf")));
  const auto begin = SteadyClock::now();
  services.stop("service", 1);
  EXPECT_LT(SteadyClock::now() - begin, 1s);
  EXPECT_TRUE(becomes(services, isIn(TaskState::Stopped)));
  EXPECT_GE(SteadyClock::now() - begin, 2s);
  EXPECT_EQ(services.tasks().front().exitCode, 128 + SIGKILL);
}

TEST(LocalServices, StartWhileStoppingStartsAgainAfterwards) {
  LocalServices services;
  services.configure({shell("trap 'exit 0' TERM; echo $$; while :; do sleep 0.01; done")});
  ASSERT_TRUE(services.start("service", 1));
  ASSERT_TRUE(becomes(services, [](const auto& task) { return !task.lastOutput.empty(); }));
  const int before = services.tasks().front().pid;
  services.stop("service", 1);
  ASSERT_TRUE(services.start("service", 1));
  EXPECT_TRUE(becomes(services, [&](const auto& task) { return task.pid != 0 && task.pid != before; }));
}

TEST(LocalServices, VanishedTasksAreEndedAndOthersGoOn) {
  LocalServices services;
  services.configure({shell("exec sleep 60", {1, 2})});
  services.startAll();
  const auto before = services.tasks();
  services.configure({shell("exec sleep 60", {2})});
  ASSERT_EQ(services.tasks().size(), 1u);
  EXPECT_EQ(services.tasks().front().pid, before[1].pid);
  EXPECT_EQ(services.tasks().front().state, TaskState::Running);
  EXPECT_TRUE(ends(before[0].pid));
}

TEST(LocalServices, DestructionEndsAllTasks) {
  pid_t pid = 0;
  {
    LocalServices services;
    services.configure({shell("exec sleep 60")});
    services.startAll();
    pid = services.tasks().front().pid;
    ASSERT_GT(pid, 0);
  }
  EXPECT_EQ(::kill(pid, 0), -1);
}

TEST(LocalServices, WhatCannotStartSaysWhy) {
  LocalServices services;
  services.configure({{"missing", {"no-such-program"}, {1}, ""}, {"denied", {"/etc/passwd"}, {2}, ""}});
  EXPECT_THAT(services.start("missing", 1).error().detail,
              HasSubstr("neither beside Spillway nor in the PATH"));
  EXPECT_THAT(services.start("denied", 2).error().detail, HasSubstr("Permission denied"));
  EXPECT_THAT(services.start("unknown", 3).error().detail, HasSubstr("no task of \"unknown\" on port 3"));
  const auto task = services.tasks().front();
  EXPECT_EQ(task.state, TaskState::Exited);
  EXPECT_EQ(task.exitCode, 127);
  EXPECT_THAT(task.lastOutput, HasSubstr("no-such-program"));
}

TEST(LocalServices, ChildrenInheritNoSocketsAndNoBlockedSignals) {
  sigset_t blocked, before;
  sigfillset(&blocked);
  ::pthread_sigmask(SIG_SETMASK, &blocked, &before);
  const int leaked = ::socket(AF_INET, SOCK_STREAM, 0);  // without close-on-exec, as some libraries make them
  LocalServices services;
  services.configure({shell("grep SigBlk /proc/self/status; [ -e /proc/$$/fd/" + std::to_string(leaked) +
                            " ] && echo leaked; exec sleep 60")});
  ASSERT_TRUE(services.start("service", 1));
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  EXPECT_TRUE(becomes(services, printed("SigBlk:\t0000000000000000")));
  ::close(leaked);
}

TEST(LocalServices, ChildrenDieWithAProcessThatIsKilled) {
  int channel[2];
  ASSERT_EQ(::pipe(channel), 0);
  const pid_t parent = ::fork();
  if (parent == 0) {
    LocalServices services;
    services.configure({shell("exec sleep 60")});
    services.startAll();
    const pid_t task = services.tasks().front().pid;
    [[maybe_unused]] const ssize_t told = ::write(channel[1], &task, sizeof task);
    ::pause();
  }
  pid_t task = 0;
  ASSERT_EQ(::read(channel[0], &task, sizeof task), static_cast<ssize_t>(sizeof task));
  ASSERT_GT(task, 0);
  ::kill(parent, SIGKILL);
  ::waitpid(parent, nullptr, 0);
  EXPECT_TRUE(ends(task));
  ::close(channel[0]);
  ::close(channel[1]);
}

TEST(LocalServices, FloodOfOutputStopsNobody) {
  LocalServices services;
  services.configure({shell("head -c 3000000 /dev/zero | tr '\\0' x; echo; echo done; exec sleep 60")});
  ASSERT_TRUE(services.start("service", 1));
  EXPECT_TRUE(becomes(services, printed("done")));
}

TEST(RouteGuideDemo, IsAWorkspaceAsAlbWouldHaveIt) {
  const auto document = routeGuideDemo(50051, 2);
  ASSERT_TRUE(document) << document.error().detail;
  const auto& balancer = document->loadBalancers.at(0);
  EXPECT_EQ(balancer.name, "route-guide");
  EXPECT_EQ(balancer.scheme, config::Scheme::Internal);
  EXPECT_EQ(balancer.beyondAlb, config::BeyondAlb{});
  EXPECT_EQ(balancer.listeners.at(0).port, 50051u);
  EXPECT_EQ(balancer.listeners.at(0).certificates.at(0).names,
            std::vector<std::string>{"route-guide.localhost"});
  const auto& group = document->targetGroups.at(0);
  EXPECT_EQ(balancer.listeners.at(0).defaultActions.at(0).targetGroups.at(0).targetGroup, group.name);
  EXPECT_EQ(group.protocolVersion, config::ProtocolVersion::Grpc);
  EXPECT_EQ(group.healthCheck.intervalSeconds, 5u);
  EXPECT_EQ(group.healthCheck.matcher.grpcCode, "12");
  ASSERT_EQ(group.targets.size(), 2u);
  const auto& service = document->localServices.at(0);
  EXPECT_EQ(service.targetGroup, group.name);
  EXPECT_EQ(service.ports, (std::vector<std::uint32_t>{group.targets[0].port, group.targets[1].port}));
}

TEST(RouteGuideDemo, PassesOverPortsThatAreTaken) {
  const std::uint32_t wanted = routeGuideDemo(50051, 1)->targetGroups[0].targets[0].port;
  const int taker = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(wanted));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(::bind(taker, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  ASSERT_EQ(::listen(taker, 1), 0);
  EXPECT_NE(routeGuideDemo(50051, 1)->targetGroups[0].targets[0].port, wanted);
  ::close(taker);
  EXPECT_NE(routeGuideDemo(50061, 1)->targetGroups[0].targets[0].port, 50061u);
  EXPECT_FALSE(routeGuideDemo(0, 0));
  EXPECT_THAT(routeGuideDemo(0, 100'000).error().detail, HasSubstr("free ports"));
}

}  // namespace
}  // namespace spillway::service

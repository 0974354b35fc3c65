// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/spillwayctl/signals.h"

#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

namespace spillway::ctl {

Signals::Signals() {
  ::signal(SIGPIPE, SIG_IGN);  // a reader that leaves is an error of write(), not the end of the balancer
  sigset_t taken;
  sigemptyset(&taken);
  for (const int number : {SIGTERM, SIGINT, SIGHUP})
    sigaddset(&taken, number);
  ::pthread_sigmask(SIG_BLOCK, &taken, nullptr);
  descriptor_ = ::signalfd(-1, &taken, SFD_CLOEXEC | SFD_NONBLOCK);
}

Signals::~Signals() {
  ::close(descriptor_);
}

Wake Signals::wait(std::optional<std::chrono::milliseconds> timeout, int descriptor) {
  if (terminated_) return Wake::Terminate;
  pollfd waits[] = {{descriptor_, POLLIN, 0}, {descriptor, POLLIN, 0}};
  if (::poll(waits, 2, timeout ? static_cast<int>(timeout->count()) : -1) <= 0) return Wake::Timeout;
  signalfd_siginfo signal{};
  if (waits[0].revents == 0 || ::read(descriptor_, &signal, sizeof signal) != sizeof signal)
    return Wake::Descriptor;
  terminated_ = signal.ssi_signo != SIGHUP;
  return terminated_ ? Wake::Terminate : Wake::Reload;
}

}  // namespace spillway::ctl

// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/service/child_process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <utility>

namespace spillway::service {

namespace {

constexpr std::size_t kMostAtOnce = std::size_t{64} * 1024;  // a chatty child must not keep the thread

tl::unexpected<Error> cannotStart(const std::string& program, const std::string& why) {
  return failure(Error{ErrorCode::System, Side::Balancer,
                       fmt::format("The program {} cannot be started: {}.", program, why)});
}

bool isProgram(const std::filesystem::path& path) {
  std::error_code ignored;
  return std::filesystem::is_regular_file(path, ignored) && ::access(path.c_str(), X_OK) == 0;
}

/// Where the program is; empty when it is nowhere.
std::string findProgram(const std::string& name) {
  if (name.find('/') != std::string::npos) return name;
  std::error_code ignored;
  const auto beside = std::filesystem::read_symlink("/proc/self/exe", ignored).parent_path() / name;
  if (isProgram(beside)) return beside;
  const char* path = std::getenv("PATH");
  std::string folders = path != nullptr ? path : "/usr/local/bin:/usr/bin:/bin";
  for (std::size_t begin = 0; begin <= folders.size();) {
    const std::size_t end = std::min(folders.find(':', begin), folders.size());
    const auto candidate = std::filesystem::path(folders.substr(begin, end - begin)) / name;
    if (isProgram(candidate)) return candidate;
    begin = end + 1;
  }
  return {};
}

/// Both ends close on exec.
struct Pipe {
  int readEnd = -1, writeEnd = -1;
  bool open() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return false;
    readEnd = ends[0];
    writeEnd = ends[1];
    return true;
  }
  ~Pipe() {
    if (readEnd >= 0) ::close(readEnd);
    if (writeEnd >= 0) ::close(writeEnd);
  }
  Pipe() = default;
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
};

/// The child's side of fork, in a process that had many threads: async-signal-safe calls only.
[[noreturn]] void becomeProgram(const char* program, char* const* arguments, pid_t parent, int output,
                                int failed) {
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (::getppid() != parent) ::_exit(127);  // the parent died before the line above
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::signal(SIGPIPE, SIG_DFL);
  ::signal(SIGINT, SIG_DFL);
  const int nothing = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  ::dup2(nothing, 0);
  ::dup2(output, 1);
  ::dup2(output, 2);
  // Sockets of the event loops must not live on in the child: their ports would stay taken.
  ::close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
  ::execv(program, arguments);
  const int error = errno;
  [[maybe_unused]] const ssize_t told = ::write(failed, &error, sizeof error);
  ::_exit(127);
}

/// 0 when the exec went well (the pipe closed without a word), else its errno.
int execError(int readEnd) {
  int error = 0;
  while (::read(readEnd, &error, sizeof error) < 0 && errno == EINTR) {
  }
  return error;
}

}  // namespace

Result<ChildProcess> ChildProcess::spawn(const std::vector<std::string>& command) {
  if (command.empty() || command.front().empty()) return cannotStart("\"\"", "the command is empty");
  const std::string program = findProgram(command.front());
  if (program.empty()) return cannotStart(command.front(), "it is neither beside Spillway nor in the PATH");
  std::vector<char*> arguments;
  arguments.reserve(command.size() + 1);
  for (const auto& word : command)
    arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  Pipe output, failed;
  if (!output.open() || !failed.open()) return cannotStart(program, std::strerror(errno));

  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid < 0) return cannotStart(program, std::strerror(errno));
  if (pid == 0) becomeProgram(program.c_str(), arguments.data(), parent, output.writeEnd, failed.writeEnd);
  ChildProcess child;
  child.pid_ = pid;
  ::close(std::exchange(failed.writeEnd, -1));
  if (const int error = execError(failed.readEnd); error != 0)
    return cannotStart(program, std::strerror(error));
  child.exitDescriptor_ = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
  if (child.exitDescriptor_ < 0) return cannotStart(program, std::strerror(errno));
  child.outputDescriptor_ = std::exchange(output.readEnd, -1);
  ::fcntl(child.outputDescriptor_, F_SETFL, O_NONBLOCK);
  return child;
}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, 0)),
      exitDescriptor_(std::exchange(other.exitDescriptor_, -1)),
      outputDescriptor_(std::exchange(other.outputDescriptor_, -1)) {}

ChildProcess& ChildProcess::operator=(ChildProcess&& other) noexcept {
  std::swap(pid_, other.pid_);
  std::swap(exitDescriptor_, other.exitDescriptor_);
  std::swap(outputDescriptor_, other.outputDescriptor_);
  return *this;
}

ChildProcess::~ChildProcess() {
  if (pid_ > 0) {
    signal(SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  if (exitDescriptor_ >= 0) ::close(exitDescriptor_);
  if (outputDescriptor_ >= 0) ::close(outputDescriptor_);
}

void ChildProcess::signal(int number) const {
  if (pid_ > 0) ::kill(-pid_, number);
}

std::optional<int> ChildProcess::reap() {
  int status = 0;
  if (pid_ <= 0 || ::waitpid(pid_, &status, WNOHANG) != pid_) return std::nullopt;
  pid_ = 0;
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

std::string ChildProcess::readOutput() {
  std::string text;
  std::array<char, 4096> block;
  while (outputDescriptor_ >= 0 && text.size() < kMostAtOnce) {
    const ssize_t got = ::read(outputDescriptor_, block.data(), block.size());
    if (got > 0) {
      text.append(block.data(), static_cast<std::size_t>(got));
    } else if (got < 0 && errno == EINTR) {
      continue;
    } else if (got < 0 && errno == EAGAIN) {
      break;
    } else {
      ::close(std::exchange(outputDescriptor_, -1));
    }
  }
  return text;
}

}  // namespace spillway::service

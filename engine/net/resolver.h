// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/net/event_loop.h"
#include "engine/net/socket_address.h"

/// Host names and their addresses, as the system knows them (hosts file, DNS).
namespace spillway::net {

/// All addresses of a name, each once, with port 0: IPv4 before IPv6, then in numeric order, so that the same
/// answer always reads the same. Blocks. Errors: Unreachable when there is no such name, System when that
/// cannot be told now.
Result<std::vector<SocketAddress>> lookUp(const std::string& host);
using Lookup = std::function<Result<std::vector<SocketAddress>>(const std::string& host)>;

/// The address of a host name or IP address: the first of lookUp(). Blocks.
Result<SocketAddress> resolve(const std::string& host, std::uint16_t port);

/// Looks names up, one after the other, on a thread of its own, which begins with the first question.
class Resolver {
 public:
  using Answer = std::function<void(const Result<std::vector<SocketAddress>>&)>;
  explicit Resolver(Lookup = lookUp);
  /// No answers after this. A look-up under way cannot be broken off: its thread ends by itself.
  ~Resolver();
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;
  /// Any thread. `answer` runs on `loop`, which outlives this.
  void resolve(std::string host, EventLoop& loop, Answer answer);

 private:
  struct Queue;
  static void work(const std::shared_ptr<Queue>&);
  std::shared_ptr<Queue> queue_;
};

/// Which address stands for each host name in use. A name keeps its address while that is among its answers;
/// else it gets the first one (ALB's targets are single addresses). getaddrinfo tells no TTL, so every name
/// is asked for again every 30 s, and every 5 s while one has no address. When it cannot be told whether a
/// name exists (no DNS server answers), it keeps what it had.
class ResolvedNames {
 public:
  /// Names change on the loop's thread only: `onChange` runs there after any did.
  ResolvedNames(EventLoop&, std::function<void()> onChange, Lookup = lookUp);
  ~ResolvedNames();  ///< with the loop stopped, or on its thread
  ResolvedNames(const ResolvedNames&) = delete;
  ResolvedNames& operator=(const ResolvedNames&) = delete;

  /// The address of a host name or IP address; nullopt when the name was known and does not exist now. A name
  /// that is not in use yet is looked up at once, which blocks; an error when that fails. Any thread.
  Result<std::optional<SocketAddress>> addressOf(const std::string& host, std::uint16_t port);
  /// Only names among these stay in use. Loop thread.
  void keep(const std::set<std::string>& hosts);
  /// Asks for all names in use now, whatever the time. Loop thread.
  void refresh();
  /// Asks no more. Loop thread.
  void stop();

 private:
  void onAnswer(const std::string& host, const Result<std::vector<SocketAddress>>& answer);
  void schedule();

  EventLoop& loop_;
  const std::function<void()> onChange_;
  const Lookup lookup_;
  Resolver resolver_;
  std::mutex mutex_;
  std::map<std::string, std::optional<SocketAddress>> names_;  ///< under mutex_
  std::size_t awaited_ = 0;                                    ///< answers that are still to come
  bool changed_ = false;                                       ///< since onChange_ ran
  bool stopped_ = false;
  Timer next_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace spillway::net

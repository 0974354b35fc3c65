// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/net/resolver.h"

#include <fmt/core.h>
#include <netdb.h>
#include <sys/socket.h>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <thread>
#include <tuple>
#include <utility>

namespace spillway::net {
namespace {

constexpr auto kAskAgain = std::chrono::seconds(30);
constexpr auto kAskForMissing = std::chrono::seconds(5);

SocketAddress withPort(const SocketAddress& address, std::uint16_t port) {
  return *SocketAddress::parse(address.ip(), port);
}

/// IPv4 first; within a family by the bytes of the address.
bool isBefore(const SocketAddress& a, const SocketAddress& b) {
  const auto bytes = [](const SocketAddress& address) {
    return std::basic_string_view(static_cast<const unsigned char*>(address.native()), address.nativeSize());
  };
  return std::tuple(a.family() != AF_INET, bytes(a)) < std::tuple(b.family() != AF_INET, bytes(b));
}

Error lookupError(const std::string& host, int error) {
  const bool noSuchName = error == EAI_NONAME || error == EAI_NODATA;
  return {noSuchName ? ErrorCode::Unreachable : ErrorCode::System, Side::Target,
          fmt::format("'{}' cannot be resolved: {}.", host, gai_strerror(error))};
}

}  // namespace

Result<std::vector<SocketAddress>> lookUp(const std::string& host) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* list = nullptr;
  if (const int error = getaddrinfo(host.c_str(), nullptr, &hints, &list); error != 0) {
    return failure(lookupError(host, error));
  }
  std::vector<SocketAddress> addresses;
  for (const addrinfo* item = list; item; item = item->ai_next) {
    if (item->ai_family != AF_INET && item->ai_family != AF_INET6) continue;
    // Read again from its text: what the system adds beyond the address (a scope) would keep equals apart.
    addresses.push_back(withPort(SocketAddress::fromNative(item->ai_addr, item->ai_addrlen), 0));
  }
  freeaddrinfo(list);
  std::ranges::sort(addresses, isBefore);
  addresses.erase(std::unique(addresses.begin(), addresses.end()), addresses.end());
  if (addresses.empty()) return failure(lookupError(host, EAI_NONAME));
  return addresses;
}

Result<SocketAddress> resolve(const std::string& host, std::uint16_t port) {
  if (auto literal = SocketAddress::parse(host, port)) return literal;
  return lookUp(host).map([port](const auto& addresses) { return withPort(addresses.front(), port); });
}

struct Resolver::Queue {
  struct Question {
    std::string host;
    EventLoop* loop;
    Answer answer;
  };
  Lookup lookup;
  std::mutex mutex;
  std::condition_variable filled;
  std::deque<Question> questions;
  bool isWorking = false;
  bool stopped = false;
};

Resolver::Resolver(Lookup lookup) : queue_(std::make_shared<Queue>()) {
  queue_->lookup = std::move(lookup);
}

Resolver::~Resolver() {
  const std::lock_guard lock(queue_->mutex);
  queue_->stopped = true;
  queue_->filled.notify_all();
}

void Resolver::resolve(std::string host, EventLoop& loop, Answer answer) {
  const std::lock_guard lock(queue_->mutex);
  queue_->questions.push_back({std::move(host), &loop, std::move(answer)});
  queue_->filled.notify_one();
  if (std::exchange(queue_->isWorking, true)) return;
  // Detached: getaddrinfo may take many seconds to give up, and nobody who quits should wait for that.
  std::thread([queue = queue_] { work(queue); }).detach();
}

void Resolver::work(const std::shared_ptr<Queue>& queue) {
  std::unique_lock lock(queue->mutex);
  for (;;) {
    queue->filled.wait(lock, [&] { return queue->stopped || !queue->questions.empty(); });
    if (queue->stopped) return;
    auto question = std::move(queue->questions.front());
    queue->questions.pop_front();
    lock.unlock();
    auto result = queue->lookup(question.host);
    lock.lock();
    // Under the lock: while the resolver lives, so does the loop.
    if (queue->stopped) return;
    question.loop->post(
        [answer = std::move(question.answer), result = std::move(result)] { answer(result); });
  }
}

ResolvedNames::ResolvedNames(EventLoop& loop, std::function<void()> onChange, Lookup lookup)
    : loop_(loop), onChange_(std::move(onChange)), lookup_(lookup), resolver_(std::move(lookup)) {}

ResolvedNames::~ResolvedNames() {
  *alive_ = false;
}

Result<std::optional<SocketAddress>> ResolvedNames::addressOf(const std::string& host, std::uint16_t port) {
  if (auto literal = SocketAddress::parse(host, port)) return *literal;
  std::unique_lock lock(mutex_);
  auto known = names_.find(host);
  if (known == names_.end()) {
    lock.unlock();
    auto addresses = lookup_(host);
    if (!addresses) return failure(addresses.error());
    lock.lock();
    known = names_.try_emplace(host, addresses->front()).first;
  }
  if (!known->second) return std::nullopt;
  return withPort(*known->second, port);
}

void ResolvedNames::keep(const std::set<std::string>& hosts) {
  {
    const std::lock_guard lock(mutex_);
    std::erase_if(names_, [&](const auto& name) { return !hosts.contains(name.first); });
  }
  if (awaited_ == 0) schedule();
}

void ResolvedNames::refresh() {
  if (awaited_ > 0 || stopped_) return;
  next_.cancel();
  const std::lock_guard lock(mutex_);
  awaited_ = names_.size();
  for (const auto& [host, address] : names_) {
    resolver_.resolve(host, loop_, [this, host = host, alive = alive_](const auto& answer) {
      if (*alive) onAnswer(host, answer);
    });
  }
}

void ResolvedNames::onAnswer(const std::string& host, const Result<std::vector<SocketAddress>>& answer) {
  {
    const std::lock_guard lock(mutex_);
    const auto known = names_.find(host);
    if (known != names_.end()) {
      auto chosen = known->second;
      if (!answer) {
        if (answer.error().code == ErrorCode::Unreachable) chosen.reset();
      } else if (!chosen || std::ranges::find(*answer, *chosen) == answer->end()) {
        chosen = answer->front();
      }
      changed_ = changed_ || chosen != known->second;
      known->second = chosen;
    }
  }
  if (--awaited_ > 0 || stopped_) return;
  schedule();
  if (std::exchange(changed_, false)) onChange_();
}

void ResolvedNames::schedule() {
  next_.cancel();
  bool any = false, missing = false;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [host, address] : names_) {
      any = true;
      missing = missing || !address;
    }
  }
  if (!any || stopped_) return;
  next_ = loop_.after(missing ? kAskForMissing : kAskAgain, [this] { refresh(); });
}

void ResolvedNames::stop() {
  stopped_ = true;
  next_.cancel();
}

}  // namespace spillway::net

// SPDX-License-Identifier: GPL-3.0-or-later
// Host names become addresses, off everybody's way, and changes are noticed.
#include "engine/net/resolver.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <atomic>
#include <future>
#include <thread>

#include "engine/balance/compile.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/test_client.h"

namespace spillway::net {
namespace {

using test::eventually;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// A system that knows what the test says.
class FakeSystem {
 public:
  void set(const std::string& host, const std::vector<std::string>& ips) {
    const std::lock_guard lock(mutex_);
    answers_[host] = ips;
  }
  void fail(const std::string& host, ErrorCode code) {
    const std::lock_guard lock(mutex_);
    answers_.erase(host);
    errors_[host] = code;
  }
  int asked(const std::string& host) const {
    const std::lock_guard lock(mutex_);
    const auto at = asked_.find(host);
    return at == asked_.end() ? 0 : at->second;
  }
  Lookup lookup() {
    return [this](const std::string& host) { return answer(host); };
  }

 private:
  Result<std::vector<SocketAddress>> answer(const std::string& host) {
    const std::lock_guard lock(mutex_);
    ++asked_[host];
    const auto at = answers_.find(host);
    if (at == answers_.end()) {
      const auto error = errors_.find(host);
      return failure(Error{error == errors_.end() ? ErrorCode::Unreachable : error->second, Side::Target,
                           "'" + host + "' cannot be resolved: so the test wants it."});
    }
    std::vector<SocketAddress> addresses;
    for (const auto& ip : at->second)
      addresses.push_back(*SocketAddress::parse(ip, 0));
    return addresses;
  }

  mutable std::mutex mutex_;
  std::map<std::string, std::vector<std::string>> answers_;
  std::map<std::string, ErrorCode> errors_;
  std::map<std::string, int> asked_;
};

/// A loop on a thread of its own.
class LoopThread {
 public:
  LoopThread() : thread_([this] { loop.run(); }) {}
  ~LoopThread() { end(); }
  void end() {
    loop.stop();
    if (thread_.joinable()) thread_.join();
  }
  void run(const std::function<void()>& work) {
    std::promise<void> done;
    loop.post([&] {
      work();
      done.set_value();
    });
    done.get_future().wait();
  }
  EventLoop loop;

 private:
  std::thread thread_;
};

TEST(LookUp, GivesEachAddressOnceIpv4First) {
  const auto addresses = lookUp("localhost");
  ASSERT_TRUE(addresses) << addresses.error().detail;
  EXPECT_EQ(addresses->front().ip(), "127.0.0.1");
  for (std::size_t i = 1; i < addresses->size(); ++i) {
    EXPECT_FALSE((*addresses)[i] == (*addresses)[i - 1]);
  }
  EXPECT_EQ(resolve("localhost", 50061)->toString(), "127.0.0.1:50061");
  EXPECT_EQ(resolve("::1", 80)->toString(), "[::1]:80");
}

TEST(LookUp, AMissingNameIsASentence) {
  const auto addresses = lookUp("no-such-host.invalid");
  ASSERT_FALSE(addresses);
  EXPECT_THAT(addresses.error().detail, HasSubstr("'no-such-host.invalid' cannot be resolved: "));
}

TEST(Resolver, AnswersOnTheLoopOfTheAsker) {
  FakeSystem system;
  system.set("a.test", {"10.0.0.1"});
  LoopThread thread;
  Resolver resolver(system.lookup());
  std::promise<std::pair<std::thread::id, std::string>> heard;
  resolver.resolve("a.test", thread.loop, [&](const auto& answer) {
    heard.set_value({std::this_thread::get_id(), answer->front().ip()});
  });
  const auto [where, ip] = heard.get_future().get();
  std::thread::id loopThread;
  thread.run([&] { loopThread = std::this_thread::get_id(); });
  EXPECT_EQ(where, loopThread);
  EXPECT_EQ(ip, "10.0.0.1");
}

TEST(Resolver, ASlowLookupHoldsNeitherTheLoopNorTheEnd) {
  LoopThread thread;
  std::promise<void> entered;
  const auto release = std::make_shared<std::promise<void>>();
  std::shared_future<void> released = release->get_future().share();
  std::atomic<bool> answered{false};
  {
    Resolver resolver([&entered, released](const std::string&) -> Result<std::vector<SocketAddress>> {
      entered.set_value();
      released.wait();
      return std::vector<SocketAddress>{};
    });
    resolver.resolve("slow.test", thread.loop, [&](const auto&) { answered = true; });
    entered.get_future().wait();
    thread.run([] {});  // the loop turns
  }                     // the look-up is under way still
  release->set_value();
  thread.run([] {});
  EXPECT_FALSE(answered);
}

class Names : public ::testing::Test {
 protected:
  ~Names() override {
    thread_.run([this] { names_.stop(); });
    thread_.end();
  }
  std::string addressOf(const std::string& host) {
    const auto address = names_.addressOf(host, 80);
    if (!address) return "error";
    return *address ? (*address)->toString() : "none";
  }
  void keep(const std::set<std::string>& hosts) {
    thread_.run([&] { names_.keep(hosts); });
  }
  /// Asks again. A second round begins only when the answers of the first have been used.
  void refresh(const std::string& host) {
    const int before = system_.asked(host);
    ASSERT_TRUE(eventually([&] {
      thread_.run([this] { names_.refresh(); });
      return system_.asked(host) >= before + 2;
    }));
  }

  FakeSystem system_;
  LoopThread thread_;
  std::atomic<int> changes_{0};
  ResolvedNames names_{thread_.loop, [this] { ++changes_; }, system_.lookup()};
};

TEST_F(Names, AnAddressIsItself) {
  EXPECT_EQ(addressOf("10.1.2.3"), "10.1.2.3:80");
  EXPECT_EQ(addressOf("::1"), "[::1]:80");
}

TEST_F(Names, ANameIsLookedUpOnceAndThenRemembered) {
  system_.set("a.test", {"10.0.0.1", "10.0.0.2"});
  EXPECT_EQ(addressOf("a.test"), "10.0.0.1:80");
  EXPECT_EQ(addressOf("a.test"), "10.0.0.1:80");
  EXPECT_EQ(system_.asked("a.test"), 1);
  EXPECT_EQ(addressOf("missing.test"), "error");
}

TEST_F(Names, ANewAddressIsFollowedAndTold) {
  system_.set("a.test", {"10.0.0.1"});
  EXPECT_EQ(addressOf("a.test"), "10.0.0.1:80");
  keep({"a.test"});
  system_.set("a.test", {"10.0.0.7"});
  refresh("a.test");
  EXPECT_TRUE(eventually([&] { return changes_ == 1; }));
  EXPECT_EQ(addressOf("a.test"), "10.0.0.7:80");
}

TEST_F(Names, AnAddressThatIsStillAmongTheAnswersStays) {
  system_.set("a.test", {"10.0.0.5"});
  EXPECT_EQ(addressOf("a.test"), "10.0.0.5:80");
  keep({"a.test"});
  system_.set("a.test", {"10.0.0.1", "10.0.0.5"});
  refresh("a.test");
  EXPECT_EQ(addressOf("a.test"), "10.0.0.5:80");
  EXPECT_EQ(changes_, 0);
}

TEST_F(Names, AVanishedNameHasNoAddressUntilItIsBack) {
  system_.set("a.test", {"10.0.0.1"});
  EXPECT_EQ(addressOf("a.test"), "10.0.0.1:80");
  keep({"a.test"});
  system_.fail("a.test", ErrorCode::Unreachable);
  refresh("a.test");
  EXPECT_TRUE(eventually([&] { return changes_ == 1; }));
  EXPECT_EQ(addressOf("a.test"), "none");
  system_.set("a.test", {"10.0.0.1"});
  refresh("a.test");
  EXPECT_TRUE(eventually([&] { return changes_ == 2; }));
  EXPECT_EQ(addressOf("a.test"), "10.0.0.1:80");
}

TEST_F(Names, WhenNobodyCanTellTheAddressStays) {
  system_.set("a.test", {"10.0.0.1"});
  EXPECT_EQ(addressOf("a.test"), "10.0.0.1:80");
  keep({"a.test"});
  system_.fail("a.test", ErrorCode::System);
  refresh("a.test");
  EXPECT_EQ(addressOf("a.test"), "10.0.0.1:80");
  EXPECT_EQ(changes_, 0);
}

TEST_F(Names, NamesOutOfUseAreForgotten) {
  system_.set("a.test", {"10.0.0.1"});
  EXPECT_EQ(addressOf("a.test"), "10.0.0.1:80");
  keep({"b.test"});
  system_.fail("a.test", ErrorCode::Unreachable);
  EXPECT_EQ(addressOf("a.test"), "error");
}

/// Compiling asks the table: a name must resolve at first, and is no problem of the document later.
TEST_F(Names, CompilingTakesNamesFromTheTable) {
  config::Document document;
  document.targetGroups.resize(1);
  document.targetGroups[0].name = "group";
  document.targetGroups[0].targets = {{"a.test", 50061, ""}, {"127.0.0.1", 50062, ""}};
  observe::MetricsRegistry metrics;
  balance::RuntimeRegistry runtimes(metrics);
  const test::TemporaryFolder folder;
  const auto compile = [&] { return balance::compile(document, runtimes, names_, folder.path()); };

  const auto refused = compile();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().at(0).path, "targetGroups[0].targets[0].id");
  EXPECT_THAT(refused.error().at(0).message, HasSubstr("'a.test' cannot be resolved"));

  system_.set("a.test", {"10.0.0.1"});
  const auto first = compile();
  ASSERT_TRUE(first);
  EXPECT_EQ((*first)->groups[0]->targets[0].text, "10.0.0.1:50061");
  EXPECT_EQ((*first)->groups[0]->targets[0].serverName, "a.test");
  keep({"a.test"});

  system_.fail("a.test", ErrorCode::Unreachable);
  refresh("a.test");
  EXPECT_TRUE(eventually([&] { return changes_ == 1; }));
  const auto later = compile();
  ASSERT_TRUE(later);
  ASSERT_EQ((*later)->groups[0]->targets.size(), 1u);
  EXPECT_EQ((*later)->groups[0]->targets[0].text, "127.0.0.1:50062");
  ASSERT_EQ((*later)->groups[0]->unresolved.size(), 1u);
  EXPECT_EQ((*later)->groups[0]->unresolved[0].text, "a.test:50061");
  EXPECT_EQ((*later)->groups[0]->unresolved[0].runtime, (*first)->groups[0]->targets[0].runtime);
}

}  // namespace
}  // namespace spillway::net

// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/history/store.h"

#include <fmt/chrono.h>
#include <fmt/core.h>
#include <time.h>

#include <algorithm>
#include <array>
#include <condition_variable>
#include <deque>
#include <filesystem>
#include <iterator>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "engine/base/clock.h"
#include "engine/history/capture_recorder.h"
#include "engine/history/capture_rows.h"
#include "engine/history/database.h"
#include "engine/history/metric_rows.h"
#include "engine/history/row_writer.h"
#include "engine/history/schema.h"

namespace spillway::history {
namespace {

constexpr auto kRhythm = std::chrono::milliseconds(100);
constexpr auto kSecond = std::chrono::seconds(1);  ///< between tries, and between looks at the bounds
constexpr std::size_t kBatch = 2000;
constexpr std::int64_t kStep = 2000;  ///< rows that go at once because there are too many
constexpr auto kMinute = std::chrono::seconds(60);
constexpr std::size_t kMostSeconds = 600;  ///< of metrics that wait
/// Of the file's bound, so much may be streams' parts: they must not push the log out.
constexpr std::uint64_t kCaptureShare = 2;
/// A clock that has moved so far by itself tells nothing of entries' ages.
constexpr auto kJump = std::chrono::hours(1);
/// So long a wrong clock can be put right before it makes all entries that are found too old.
constexpr auto kGrace = std::chrono::hours(1);

/// Goes on while the machine sleeps, as the wall clock does.
std::chrono::nanoseconds sinceBoot() {
  timespec now{};
  ::clock_gettime(CLOCK_BOOTTIME, &now);
  return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

enum class Kind : std::uint8_t { Entries, Health, Metrics };

/// The file while it is open.
struct OpenFile {
  explicit OpenFile(const std::string& file) : database(file, Database::Access::ReadWrite) {
    database.run("PRAGMA journal_mode = WAL");
    database.run("PRAGMA synchronous = NORMAL");
    database.run("PRAGMA journal_size_limit = 16777216");
    schema = bringToSchema(database);
    if (!schema) return;
    rows.emplace(database);
    metrics.emplace(database);
    captures.emplace(database);
  }
  std::uint64_t bytes(const char* pages) {
    return static_cast<std::uint64_t>(database.number(pages) * database.number("PRAGMA page_size"));
  }
  std::uint64_t bytesOfFile() { return bytes("PRAGMA page_count"); }
  /// Of what the oldest rows are.
  Kind oldestKind() {
    const auto from = [](std::optional<WallTime> oldest) { return oldest.value_or(WallTime::max()); };
    const std::array oldest{from(rows->oldestEntry()), from(rows->oldestHealth()),
                            from(metrics->oldestMinute())};
    return static_cast<Kind>(std::ranges::min_element(oldest) - oldest.begin());
  }
  std::uint64_t bytesInUse() { return bytesOfFile() - bytes("PRAGMA freelist_count"); }

  Database database;
  Result<void> schema;
  std::optional<RowWriter> rows;
  std::optional<MetricRows> metrics;
  std::optional<CaptureRows> captures;
};

/// Moves a damaged file out of the way, for whoever wants to save something from it; returns its new name.
std::string setAside(const std::string& file) {
  const auto now = std::chrono::system_clock::to_time_t(wallNow());
  std::string aside = fmt::format("{}.damaged-{:%Y%m%dT%H%M%S}", file, fmt::gmtime(now));
  std::error_code ignored;
  std::filesystem::rename(file, aside, ignored);
  for (const char* end : {"-wal", "-shm"})
    std::filesystem::rename(file + end, aside + end, ignored);
  return aside;
}

}  // namespace

std::string fileIn(const std::string& dataDirectory) {
  return dataDirectory + "/history.db";
}

struct Store::Impl {
  mutable std::mutex mutex;  ///< what follows
  std::condition_variable wake, passed;
  StoreStatus status;
  std::deque<observe::NamedFrame> seconds;  ///< of metrics; not yet written
  std::uint64_t passesWanted = 0, passesDone = 0;
  bool stopping = false;

  std::unique_ptr<CaptureRecorder> captures;  ///< null: nothing of streams is kept

  // The writer's own.
  std::unique_ptr<observe::Subscription> events;
  std::optional<OpenFile> file;
  std::vector<observe::Event> batch;  ///< not yet written
  bool isRefused = false;             ///< a newer version's file: nothing is done with it
  TimePoint nextTry{}, nextLook{};
  WallTime (*clock)() = wallNow;
  std::chrono::nanoseconds began = sinceBoot();
  WallTime beganWall{};
  std::optional<WallTime> allTooOld;  ///< the newest entry when the file was opened, if that was too old
  std::thread thread;

  void run();
  bool pass();
  bool open();
  bool write();
  void writeSeconds();
  void onError(const DatabaseError&);
  void look();
  bool prune(const Bounds& bounds, WallTime now, bool isClockSure);
  std::string doubtOfClock(WallTime now) const;
  void tell(std::string trouble);
};

Store::Store(StoreOptions options, std::unique_ptr<observe::Subscription> events,
             std::unique_ptr<observe::Subscription> captures)
    : impl_(std::make_unique<Impl>()) {
  impl_->status.file = std::move(options.file);
  impl_->status.bounds = options.bounds;
  impl_->clock = options.clock;
  impl_->beganWall = options.clock();
  impl_->events = std::move(events);
  if (captures) impl_->captures = std::make_unique<CaptureRecorder>(std::move(captures), options.scrubber);
  impl_->thread = std::thread([this] { impl_->run(); });
}

Store::~Store() {
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->stopping = true;
  }
  impl_->wake.notify_one();
  impl_->thread.join();
}

StoreStatus Store::status() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->status;
}

void Store::limit(const Bounds& bounds) {
  const std::lock_guard lock(impl_->mutex);
  impl_->status.bounds = bounds;
}

void Store::setCaptureRules(CaptureRules rules) {
  if (impl_->captures) impl_->captures->setRules(std::move(rules));
}

std::optional<observe::CapturedStream> Store::captured(StreamId id, std::size_t from) const {
  return impl_->captures ? impl_->captures->find(id, from) : std::nullopt;
}

void Store::keep(observe::NamedFrame second) {
  const std::lock_guard lock(impl_->mutex);
  impl_->seconds.push_back(std::move(second));
  if (impl_->seconds.size() <= kMostSeconds) return;
  impl_->seconds.pop_front();
  ++impl_->status.droppedSeconds;
}

void Store::flush() {
  std::unique_lock lock(impl_->mutex);
  const std::uint64_t wanted = ++impl_->passesWanted;
  impl_->wake.notify_one();
  impl_->passed.wait(lock, [&] { return impl_->passesDone >= wanted; });
}

void Store::Impl::run() {
  std::unique_lock lock(mutex);
  for (bool last = false; !last;) {
    wake.wait_for(lock, kRhythm, [&] { return stopping || passesWanted > passesDone; });
    last = stopping;
    const std::uint64_t serves = passesWanted;
    lock.unlock();
    for (bool more = true; more;) {
      more = captures && captures->take();
      more = pass() || more;
    }
    lock.lock();
    passesDone = serves;
    passed.notify_all();
  }
}

/// Writes what has come; true: there may be more.
bool Store::Impl::pass() {
  if (isRefused) return false;
  const TimePoint now = SteadyClock::now();
  if (now < nextTry) return false;
  try {
    if (!file && !open()) return false;
    bool more = write();
    writeSeconds();
    more = (captures && captures->write(*file->captures)) || more;
    if (now >= nextLook) look();
    return more;
  } catch (const DatabaseError& error) {
    onError(error);
    return false;
  }
}

bool Store::Impl::open() {
  std::error_code error;
  std::filesystem::create_directories(std::filesystem::path(status.file).parent_path(), error);
  file.emplace(status.file);
  if (file->schema) {
    allTooOld = file->rows->newestEntry();
    const std::lock_guard lock(mutex);
    if (allTooOld && *allTooOld >= beganWall - status.bounds.longest) allTooOld.reset();
    return true;
  }
  tell(file->schema.error().detail);
  isRefused = true;
  file.reset();
  events.reset();  // nobody would read them
  return false;
}

bool Store::Impl::write() {
  if (batch.empty()) events->drain(batch, kBatch);
  if (batch.empty()) return false;
  file->rows->write(batch);
  const bool more = batch.size() == kBatch;
  batch.clear();
  return more;
}

void Store::Impl::writeSeconds() {
  std::vector<observe::NamedFrame> frames;
  {
    const std::lock_guard lock(mutex);
    frames.assign(std::make_move_iterator(seconds.begin()), std::make_move_iterator(seconds.end()));
    seconds.clear();
  }
  if (frames.empty()) return;
  try {
    file->metrics->write(frames);
  } catch (const DatabaseError&) {
    const std::lock_guard lock(mutex);
    seconds.insert(seconds.begin(), std::make_move_iterator(frames.begin()),
                   std::make_move_iterator(frames.end()));
    throw;
  }
}

/// Once a second: the bounds, and how the store fares.
void Store::Impl::look() {
  Bounds bounds;
  {
    const std::lock_guard lock(mutex);
    bounds = status.bounds;
  }
  const WallTime now = clock();
  std::string doubt = doubtOfClock(now);
  const bool more = prune(bounds, now, doubt.empty());
  nextLook = more ? TimePoint{} : SteadyClock::now() + kSecond;
  const std::uint64_t bytes = file->bytesInUse();
  const std::lock_guard lock(mutex);
  status.bytes = bytes;
  status.entries = static_cast<std::uint64_t>(file->rows->count());
  status.dropped = events->dropped().records;
  if (captures) {
    status.captures = captures->kept();
    status.droppedCaptures = captures->lost();
  }
  status.trouble = std::move(doubt);
}

/// One small step; true: another one is due. A clock that is not sure makes nothing old.
bool Store::Impl::prune(const Bounds& bounds, WallTime now, bool isClockSure) {
  const WallTime oldest = isClockSure ? now - bounds.longest : WallTime{};
  const bool isTooLarge = file->bytesInUse() > bounds.mostBytes;
  const Kind kind = file->oldestKind();
  const auto more = [&](Kind which) { return isTooLarge && which == kind ? kStep : 0; };
  std::int64_t gone = file->rows->pruneEntries(oldest, more(Kind::Entries));
  gone += file->rows->pruneHealth(oldest, more(Kind::Health));
  // Where nothing else can go the seconds become minutes before their time; only then do minutes go.
  const bool isEarly = isTooLarge && gone == 0;
  const bool condensed =
      (isClockSure || isEarly) && file->metrics->condense(now - (isEarly ? kMinute : MetricRows::kSeconds));
  gone += file->metrics->prune(oldest, condensed ? 0 : more(Kind::Metrics));
  const bool manyCaptures = file->captures->prune(oldest, bounds.mostBytes / kCaptureShare);
  if (file->bytesOfFile() > bounds.mostBytes) file->database.run("PRAGMA incremental_vacuum(1000)");
  return gone > 0 || condensed || manyCaptures;
}

/// Why the clock tells nothing of ages, in words that stay the same; empty: it does.
std::string Store::Impl::doubtOfClock(WallTime now) const {
  const std::chrono::nanoseconds runs = sinceBoot() - began;
  const std::chrono::nanoseconds jump = (now - beganWall) - runs;
  if (std::chrono::abs(jump) > kJump)
    return fmt::format(
        "The clock jumped {} by more than an hour. Until it is right again, or Spillway is started anew, "
        "nothing is removed from the history for its age.",
        jump.count() > 0 ? "forward" : "back");
  if (!allTooOld || runs > kGrace) return {};
  const auto date = [](WallTime time) {
    return fmt::format("{:%Y-%m-%d %H:%M}", fmt::gmtime(std::chrono::system_clock::to_time_t(time)));
  };
  return fmt::format(
      "By the clock, which said {} UTC at the start, all that the history holds is too old to be kept: the "
      "newest of it is from {}. It goes an hour after the start, unless the clock is put right.",
      date(beganWall), date(*allTooOld));
}

void Store::Impl::onError(const DatabaseError& error) {
  nextTry = SteadyClock::now() + kSecond;
  if (error.isDamaged()) {
    file.reset();
    std::string aside = setAside(status.file);
    const std::lock_guard lock(mutex);
    status.setAside = std::move(aside);
    status.trouble = fmt::format("The history was damaged ({}): a new one is begun.", error.what());
    nextTry = {};
    return;
  }
  tell(fmt::format(
      "{} '{}': {}. What comes meanwhile is kept as far as there is room.",
      error.isFull() ? "There is no room on the disk for the history" : "Cannot write the history",
      status.file, error.what()));
}

void Store::Impl::tell(std::string trouble) {
  const std::lock_guard lock(mutex);
  status.trouble = std::move(trouble);
  if (events) status.dropped = events->dropped().records;
}

}  // namespace spillway::history

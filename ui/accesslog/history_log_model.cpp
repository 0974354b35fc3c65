// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/accesslog/history_log_model.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <span>
#include <utility>

namespace spillway::ui {

using history::Entry;
using history::Filter;
using history::Order;
using history::Reader;

namespace {

constexpr auto kRhythm = std::chrono::milliseconds(250);
constexpr std::int64_t kPiece = 100'000;    ///< entries that are looked at before the answer is shown
constexpr std::int64_t kOlder = 500'000;    ///< older rows that come in one turn of the loop
constexpr std::int64_t kFollowed = 10'000;  ///< rows while the newest are followed; twice that at times
constexpr int kAround = 40;                 ///< rows that are fetched with a wanted one, each way
constexpr std::size_t kNewest = 64;         ///< records that come with the news, so that none shows up empty
/// How many entries are looked at for values to offer, and how many of these are offered.
constexpr std::size_t kLookedAt = 20'000, kOffered = 200;

}  // namespace

/// What a look at the history's end found.
struct HistoryLogModel::News {
  std::int64_t oldest = 1, newest = 0;
  Ids ids;                     ///< new ones that the filter selects; empty when it selects all
  std::vector<Entry> entries;  ///< the last of them

  static Result<News> after(Reader& reader, const Filter& filter, std::int64_t last) {
    const auto range = reader.range();
    if (!range) return failure(range.error());
    if (!*range) return News{last + 1, last, {}, {}};
    News news{(*range)->oldest, std::max((*range)->newest, last), {}, {}};
    Ids shown;
    if (filter.selectsAll()) {
      const auto some = static_cast<std::int64_t>(kNewest);
      for (auto id = std::max(last, news.newest - some) + 1; id <= news.newest; ++id)
        shown.push_back(id);
    } else {
      auto ids = reader.idsWithin(filter, std::max(last + 1, news.oldest), news.newest);
      if (!ids) return failure(ids.error());
      news.ids = std::move(*ids);
      shown.assign(news.ids.end() - static_cast<std::ptrdiff_t>(std::min(news.ids.size(), kNewest)),
                   news.ids.end());
    }
    auto entries = reader.entries(shown);
    if (!entries) return failure(entries.error());
    news.entries = std::move(*entries);
    return news;
  }
};

HistoryLogModel::HistoryLogModel(const std::string& file, QObject* parent)
    : LogTableModel(parent), searching_(file), fetching_(file) {
  connect(&pollTimer_, &QTimer::timeout, this, &HistoryLogModel::poll);
  pollTimer_.start(kRhythm);
  fetchTimer_.setSingleShot(true);
  connect(&fetchTimer_, &QTimer::timeout, this, &HistoryLogModel::fetch);
  poll();
}

template <class Answer, class Take>
void HistoryLogModel::ask(HistoryThread& thread, Answer answer, Take take) {
  thread.ask([this, number = search_, answer = std::move(answer), take = std::move(take)](Reader* reader) {
    if (!reader) return;
    auto answered = answer(*reader);
    QMetaObject::invokeMethod(this, [this, number, take, answered = std::move(answered)] {
      if (answered && number == search_) take(*answered);
      if (!answered && answered.error().code != ErrorCode::Drained)
        Q_EMIT troubled(QString::fromStdString(answered.error().detail));
    });
  });
}

void HistoryLogModel::clear() {
  ++search_;
  searching_.interrupt();
  beginResetModel();
  newest_ = std::max(newest_, seen_);
  first_ = floor_ = oldest_ = newest_ + 1;
  ids_.clear();
  searched_ = 1;
  isEnded_ = false;
  endResetModel();
  Q_EMIT countsChanged();
}

int HistoryLogModel::rowCount(const QModelIndex& parent) const {
  if (parent.isValid()) return 0;
  const auto rows = isPlain() ? newest_ - first_ + 1 : static_cast<std::int64_t>(ids_.size());
  return static_cast<int>(std::min<std::int64_t>(rows, std::numeric_limits<int>::max()));
}

int HistoryLogModel::columnCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : ColumnCount;
}

std::int64_t HistoryLogModel::idAt(int row) const {
  return isPlain() ? first_ + row : ids_[static_cast<std::size_t>(row)];
}

int HistoryLogModel::rowOf(RowSeq seq) const {
  const auto id = static_cast<std::int64_t>(seq);
  if (isPlain()) return id >= first_ && id <= newest_ ? static_cast<int>(id - first_) : -1;
  const auto at = isSorted() ? std::ranges::find(ids_, id) : std::ranges::lower_bound(ids_, id);
  return at != ids_.end() && *at == id ? static_cast<int>(at - ids_.begin()) : -1;
}

QVariant HistoryLogModel::data(const QModelIndex& index, int role) const {
  if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
  const Record found = recordAt(index.row());
  if (found) return recordData(*found, index.column(), role);
  return role == Qt::DisplayRole && index.column() == 0 ? QVariant(QStringLiteral("…")) : QVariant();
}

QString HistoryLogModel::clauseAt(const QModelIndex& cell) const {
  const Record found = recordAt(cell.row());
  return found ? recordClause(*found, cell.column()) : QString();
}

void HistoryLogModel::askValues(const history::FieldInfo& field,
                                std::function<void(const QStringList&)> take) {
  fetching_.ask([this, &field, take = std::move(take)](Reader* reader) {
    const auto values = reader ? reader->values(field, kLookedAt, kOffered)
                               : Result<std::vector<std::string>>(failure(Error()));
    if (!values) return;
    QStringList texts;
    for (const std::string& value : *values)
      texts << QString::fromStdString(value);
    QMetaObject::invokeMethod(this, [take, texts] { take(texts); });
  });
}

QVariant HistoryLogModel::headerData(int section, Qt::Orientation orientation, int role) const {
  return accessLogHeader(section, orientation, role);
}

void HistoryLogModel::setPaused(bool paused) {
  paused_ = paused;
  if (!paused) poll();
  Q_EMIT countsChanged();
}

void HistoryLogModel::sort(int column, Qt::SortOrder order) {
  if (column == sortColumn_ && (column < 0 || order == sortOrder_)) return;
  sortColumn_ = column;
  sortOrder_ = order;
  search();
  Q_EMIT countsChanged();
}

void HistoryLogModel::poll() {
  if (std::exchange(isPolling_, true)) return;
  // While paused only the end is looked at.
  fetching_.ask([this, number = search_, selection = paused_ ? Filter() : filter(),
                 last = paused_ ? seen_ : newest_](Reader* reader) {
    auto news = reader ? News::after(*reader, selection, last) : Result<News>(failure(Error()));
    QMetaObject::invokeMethod(this, [this, number, news = std::move(news)] {
      isPolling_ = false;
      if (news && number == search_) takeNews(*news);
    });
  });
}

void HistoryLogModel::takeNews(const News& news) {
  seen_ = news.newest;
  dropBefore(news.oldest);
  if (!paused_) {
    keep(news.entries);
    append(news.newest, news.ids);
  }
  Q_EMIT countsChanged();
}

void HistoryLogModel::dropBefore(std::int64_t oldest) {
  const std::int64_t from = std::max(oldest, floor_);
  if (from <= oldest_) return;
  const auto gone = isPlain()    ? std::max<std::int64_t>(std::min(from, newest_ + 1) - first_, 0)
                    : isSorted() ? 0
                                 : std::ranges::lower_bound(ids_, from) - ids_.begin();
  if (gone > 0) beginRemoveRows({}, 0, static_cast<int>(gone) - 1);
  oldest_ = from;
  first_ = std::max(first_, from);
  newest_ = std::max(newest_, from - 1);
  if (!isPlain()) ids_.erase(ids_.begin(), ids_.begin() + gone);
  if (gone > 0) endRemoveRows();
}

void HistoryLogModel::append(std::int64_t newest, const Ids& ids) {
  if (isPlain()) return appendPlain(newest);
  const auto fresh = filter().selectsAll() ? newest - newest_ : static_cast<std::int64_t>(ids.size());
  if (fresh > 0) beginInsertRows({}, rowCount(), rowCount() + static_cast<int>(fresh) - 1);
  for (std::int64_t id = newest_ + 1; id <= newest && filter().selectsAll(); ++id)
    ids_.push_back(id);
  newest_ = std::max(newest, newest_);
  ids_.insert(ids_.end(), ids.begin(), ids.end());
  if (fresh > 0) endInsertRows();
}

void HistoryLogModel::appendPlain(std::int64_t newest) {
  if (newest <= newest_) return;
  if (rowCount() == 0) {
    // The first look at a history: all that was there before.
    first_ = isFollowed_ ? std::max(oldest_, newest - kFollowed + 1) : oldest_;
    newest_ = first_ - 1;
  }
  beginInsertRows({}, rowCount(), static_cast<int>(newest - first_));
  newest_ = newest;
  endInsertRows();
  const int rows = rowCount();
  if (!isFollowed_ || rows <= 2 * kFollowed) return;
  beginRemoveRows({}, 0, rows - static_cast<int>(kFollowed) - 1);
  first_ = newest_ - kFollowed + 1;
  endRemoveRows();
}

/// The older rows come in the next turn of the loop: the view may just be handling a click.
void HistoryLogModel::setFollowed(bool followed) {
  isFollowed_ = followed;
  if (!followed) QMetaObject::invokeMethod(this, &HistoryLogModel::showOlder, Qt::QueuedConnection);
}

void HistoryLogModel::showOlder() {
  if (isFollowed_ || !isPlain() || first_ <= oldest_) return;
  const std::int64_t first = std::max(oldest_, first_ - kOlder);
  beginInsertRows({}, 0, static_cast<int>(first_ - first) - 1);
  first_ = first;
  endInsertRows();
  QMetaObject::invokeMethod(this, &HistoryLogModel::showOlder, Qt::QueuedConnection);
}

void HistoryLogModel::search() {
  ++search_;
  searching_.interrupt();
  beginResetModel();
  ids_.clear();
  first_ = isFollowed_ ? std::max(oldest_, newest_ - kFollowed + 1) : oldest_;
  endResetModel();
  searched_ = isPlain() ? 1 : 0;
  isEnded_ = false;
  searchedFrom_ = newest_;
  searchedTo_ = oldest_;
  if (isSorted()) return searchSorted();
  if (!isPlain()) searchBack(newest_);
}

/// The newest entries first: they are what the reader looks at.
void HistoryLogModel::searchBack(std::int64_t last) {
  searchNext_ = last;
  const std::int64_t first = std::max({oldest_, searchedTo_, last - kPiece + 1});
  ask(
      searching_,
      [selection = filter(), first, last](Reader& reader) {
        return reader.idsWithin(selection, first, last);
      },
      [this, first](const Ids& ids) { takePiece(first, ids); });
}

void HistoryLogModel::endSearch() {
  if (!isSearching()) return;
  ++search_;
  searching_.interrupt();
  isEnded_ = true;
  Q_EMIT countsChanged();
}

void HistoryLogModel::resumeSearch() {
  if (!isEnded_) return;
  isEnded_ = false;
  isSorted() ? searchSorted() : searchBack(searchNext_);
  Q_EMIT countsChanged();
}

void HistoryLogModel::takePiece(std::int64_t first, const Ids& ids) {
  if (!ids.empty()) {
    beginInsertRows({}, 0, static_cast<int>(ids.size()) - 1);
    ids_.insert(ids_.begin(), ids.begin(), ids.end());
    endInsertRows();
  }
  const std::int64_t oldest = std::max(oldest_, searchedTo_);
  const bool isDone = first <= oldest, isNewest = searchedFrom_ - first < kPiece;
  searched_ = isDone ? 1
                     : static_cast<double>(searchedFrom_ - first + 1) /
                           static_cast<double>(searchedFrom_ - oldest + 1);
  if (!isDone) isNewest ? narrow(first - 1) : searchBack(first - 1);
  Q_EMIT countsChanged();
}

/// The newest piece shows: what stretch of the rest is worth a look.
void HistoryLogModel::narrow(std::int64_t last) {
  searchNext_ = last;
  ask(
      searching_,
      [selection = filter(), rest = Reader::Range{oldest_, last}](Reader& reader) {
        return reader.narrow(selection, rest);
      },
      [this](const std::optional<Reader::Range>& rest) {
        if (rest) {
          searchedTo_ = rest->oldest;
          return searchBack(rest->newest);
        }
        searched_ = 1;
        Q_EMIT countsChanged();
      });
}

/// Millions of ids are put in order and in place by the thread, and only handed over here.
void HistoryLogModel::searchSorted() {
  const Order order = sortOrder_ == Qt::AscendingOrder ? Order::OldestFirst : Order::NewestFirst;
  ask(
      searching_,
      [selection = filter(), order, column = sqlOf(sortColumn_), first = oldest_,
       last = searchedFrom_](Reader& reader) -> Result<std::shared_ptr<Sorted>> {
        const auto ids = reader.ids(selection, order, column);
        if (!ids) return failure(ids.error());
        auto sorted = std::make_shared<Sorted>(Sorted{first, {}});
        std::ranges::copy_if(*ids, std::back_inserter(sorted->ids),
                             [first, last](std::int64_t id) { return id >= first && id <= last; });
        return sorted;
      },
      [this](const std::shared_ptr<Sorted>& sorted) { takeSorted(*sorted); });
}

void HistoryLogModel::takeSorted(Sorted& sorted) {
  beginResetModel();
  // Those that came since this search began stand at the end.
  const std::deque<std::int64_t> since = std::exchange(ids_, std::move(sorted.ids));
  if (oldest_ > sorted.oldest) std::erase_if(ids_, [this](std::int64_t id) { return id < oldest_; });
  ids_.insert(ids_.end(), since.begin(), since.end());
  endResetModel();
  searched_ = 1;
  Q_EMIT countsChanged();
}

HistoryLogModel::Record HistoryLogModel::record(RowSeq seq) const {
  const auto id = static_cast<std::int64_t>(seq);
  if (const Record* known = records_.object(id)) return *known;
  want(id);
  return nullptr;
}

HistoryLogModel::Record HistoryLogModel::recordAt(int row) const {
  const std::int64_t id = idAt(row);
  if (const Record* known = records_.object(id)) return *known;
  if (!asked_.contains(id)) {
    const int end = std::min(row + kAround, rowCount());
    for (int near = std::max(row - kAround, 0); near < end; ++near)
      want(idAt(near));
  }
  return nullptr;
}

void HistoryLogModel::want(std::int64_t id) const {
  if (records_.contains(id) || !asked_.insert(id).second) return;
  wanted_.push_back(id);
  if (!fetchTimer_.isActive()) fetchTimer_.start(0);
}

void HistoryLogModel::fetch() {
  fetching_.ask([this, ids = std::exchange(wanted_, {})](Reader* reader) {
    auto entries = reader ? reader->entries(ids) : Result<std::vector<Entry>>(failure(Error()));
    QMetaObject::invokeMethod(this, [this, ids, entries = std::move(entries)] {
      for (const std::int64_t id : ids) {
        asked_.erase(id);
        if (entries) records_.insert(id, new Record);
      }
      if (!entries) return;
      keep(*entries);
      if (rowCount() > 0) Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, ColumnCount - 1));
      Q_EMIT recordsCame();
    });
  });
}

void HistoryLogModel::keep(const std::vector<Entry>& entries) {
  for (const Entry& entry : entries)
    records_.insert(entry.id, new Record(entry.record));
}

}  // namespace spillway::ui

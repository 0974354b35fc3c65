// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QCache>
#include <QTimer>
#include <deque>
#include <memory>
#include <unordered_set>
#include <vector>

#include "ui/accesslog/access_log_columns.h"
#include "ui/bridge/history_thread.h"
#include "ui/models/log_table_model.h"

namespace spillway::ui {

/// The access log over the whole history: rows are fetched when they are looked at. What a filter selects is
/// searched from the newest entry back, a piece at a time; a column's order is asked for as a whole. While
/// sorted, new rows wait at the end. While the newest are followed, only the last ones are rows: a table
/// keeps some bytes for each.
class HistoryLogModel : public LogTableModel, public AccessLogColumns {
  Q_OBJECT

 public:
  using Record = std::shared_ptr<const observe::StreamRecord>;

  explicit HistoryLogModel(const std::string& file, QObject* parent = nullptr);

  /// Shows only what comes from now on; the history keeps the rest.
  void clear();

  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
  void sort(int column, Qt::SortOrder order = Qt::AscendingOrder) override;

  void setPaused(bool paused) override;
  bool isPaused() const override { return paused_; }
  std::uint64_t waiting() const override { return static_cast<std::uint64_t>(seen_ - newest_); }
  std::uint64_t kept() const override { return static_cast<std::uint64_t>(newest_ - oldest_ + 1); }
  std::uint64_t shown() const override { return isPlain() ? kept() : LogTableModel::shown(); }
  void setFollowed(bool followed) override;
  bool isWhole() const override { return !isPlain() || first_ <= oldest_; }
  bool isSorted() const override { return sortColumn_ >= 0; }
  double searched() const override { return searched_; }
  bool isSearching() const override { return searched_ < 1 && !isEnded_; }
  void endSearch() override;
  void resumeSearch() override;
  RowSeq seqAt(int row) const override { return static_cast<RowSeq>(idAt(row)); }
  int rowOf(RowSeq seq) const override;
  QString clauseAt(const QModelIndex& cell) const override;
  void askValues(const history::FieldInfo& field, std::function<void(const QStringList&)> take) override;

  /// nullptr: not fetched yet, then recordsCame() follows; or gone.
  Record record(RowSeq seq) const;
  Record recordAt(int row) const;

 signals:
  void recordsCame();
  /// In words.
  void troubled(const QString& words);

 protected:
  void choose() override { search(); }

 private:
  using Ids = std::vector<std::int64_t>;
  struct News;

  /// All entries, in order of arrival: nothing needs to be searched.
  bool isPlain() const { return filter().selectsAll() && !isSorted(); }
  std::int64_t idAt(int row) const;
  void poll();
  void takeNews(const News& news);
  void dropBefore(std::int64_t oldest);
  void append(std::int64_t newest, const Ids& ids);
  void appendPlain(std::int64_t newest);
  void showOlder();
  void search();
  void searchBack(std::int64_t last);
  void takePiece(std::int64_t first, const Ids& ids);
  void narrow(std::int64_t last);
  void searchSorted();
  struct Sorted {
    std::int64_t oldest;  ///< that was looked at
    std::deque<std::int64_t> ids;
  };
  void takeSorted(Sorted& sorted);
  void want(std::int64_t id) const;
  void fetch();
  void keep(const std::vector<history::Entry>& entries);
  /// Asks, and calls `take` here with what was answered, unless another search has begun meanwhile.
  template <class Answer, class Take>
  void ask(HistoryThread& thread, Answer answer, Take take);

  HistoryThread searching_, fetching_;  ///< fetching never waits for a search
  QTimer pollTimer_;
  mutable QTimer fetchTimer_;
  std::int64_t oldest_ = 1, newest_ = 0;  ///< entries that show, unless a filter hides them
  std::int64_t seen_ = 0;                 ///< the newest that there is
  std::int64_t floor_ = 1;                ///< older ones were cleared away
  std::int64_t first_ = 1;                ///< the first row's, if isPlain()
  std::deque<std::int64_t> ids_;          ///< of the rows, unless isPlain()
  std::uint64_t search_ = 0;              ///< counts searches
  std::int64_t searchedFrom_ = 0;         ///< the newest entry that this search looks at
  std::int64_t searchNext_ = 0;           ///< the newest entry that it has still to look at
  std::int64_t searchedTo_ = 0;           ///< the oldest one
  double searched_ = 1;
  bool isEnded_ = false;  ///< by endSearch()
  int sortColumn_ = -1;
  Qt::SortOrder sortOrder_ = Qt::AscendingOrder;
  bool paused_ = false, isPolling_ = false, isFollowed_ = false;
  QCache<std::int64_t, Record> records_{5'000};     ///< null: gone
  mutable std::unordered_set<std::int64_t> asked_;  ///< and not answered yet
  mutable Ids wanted_;
};

}  // namespace spillway::ui

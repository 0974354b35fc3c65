// SPDX-License-Identifier: GPL-3.0-or-later
#include <QAbstractItemModelTester>
#include <QDir>
#include <QFile>
#include <QFileDialog>
#include <QProgressDialog>
#include <QPushButton>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QtTest>
#include <random>

#include "engine/history/row_writer.h"
#include "engine/history/schema.h"
#include "engine/observe/decision.h"
#include "tests/support/random_records.h"
#include "ui/accesslog/history_log_model.h"
#include "ui/export/history_export.h"
#include "ui/models/roles.h"
#include "ui/widgets/live_table.h"
#include "ui/widgets/log_view.h"

using namespace spillway;
using namespace spillway::ui;

namespace {

constexpr int kPatience = 20'000;  // milliseconds

}  // namespace

/// A history in a folder, with its model.
class HistoryLogTest : public QObject {
  Q_OBJECT

  /// So many entries; every tenth has status 503.
  /// `times`: the same ones, each time as new entries.
  void write(int count, int times = 1) {
    std::vector<observe::Event> events;
    for (int i = 0; i < count; ++i) {
      auto record = std::make_shared<observe::StreamRecord>(*test::randomRecord(random_));
      record->elbStatus = ++written_ % 10 == 0 ? 503 : 200;
      record->grpcStatus.reset();
      record->outcome = observe::Outcome::Completed;
      record->durationMicros = (written_ * 7919) % 10'007;
      auto head = std::make_shared<observe::StreamHead>(*record->head);
      head->path = "/entry/" + std::to_string(written_);
      record->head = std::move(head);
      events.emplace_back().record = std::move(record);
    }
    for (int i = 0; i < times; ++i)
      rows_->write(events);
  }

  QString cell(int row, int column) { return model_->index(row, column).data().toString(); }
  /// What a cell shows once it was fetched.
  QString fetched(int row, int column) {
    [&] { QTRY_VERIFY_WITH_TIMEOUT(model_->recordAt(row), kPatience); }();
    return cell(row, column);
  }

 private slots:
  void init() {
    folder_ = std::make_unique<QTemporaryDir>();
    file_ = folder_->filePath(QStringLiteral("history.db")).toStdString();
    database_ = std::make_unique<history::Database>(file_, history::Database::Access::ReadWrite);
    database_->run("PRAGMA journal_mode = WAL");
    QVERIFY(history::bringToSchema(*database_));
    rows_ = std::make_unique<history::RowWriter>(*database_);
    written_ = 0;
    model_ = std::make_unique<HistoryLogModel>(file_);
    tester_ = std::make_unique<QAbstractItemModelTester>(model_.get());
  }
  void cleanup() {
    tester_.reset();
    model_.reset();
    rows_.reset();
    database_.reset();
  }

  void showsWhatIsThereAndWhatComes() {
    write(5000);
    QTRY_COMPARE_WITH_TIMEOUT(model_->rowCount(), 5000, kPatience);
    QCOMPARE(fetched(0, AccessLogColumns::Path), QStringLiteral("/entry/1"));
    QCOMPARE(fetched(4999, AccessLogColumns::Path), QStringLiteral("/entry/5000"));
    write(10);
    QTRY_COMPARE_WITH_TIMEOUT(model_->rowCount(), 5010, kPatience);
    // What has just come shows at once.
    QCOMPARE(cell(5009, AccessLogColumns::Path), QStringLiteral("/entry/5010"));
    QCOMPARE(model_->kept(), 5010U);
  }

  void filters() {
    write(3000);
    QTRY_COMPARE_WITH_TIMEOUT(model_->rowCount(), 3000, kPatience);
    QVERIFY(model_->setFilterText(QStringLiteral("status = 5xx")));
    QTRY_COMPARE_WITH_TIMEOUT(model_->rowCount(), 300, kPatience);
    QTRY_COMPARE_WITH_TIMEOUT(model_->searched(), 1.0, kPatience);
    QCOMPARE(fetched(0, AccessLogColumns::Path), QStringLiteral("/entry/10"));
    QCOMPARE(fetched(299, AccessLogColumns::Path), QStringLiteral("/entry/3000"));
    write(20);
    QTRY_COMPARE_WITH_TIMEOUT(model_->rowCount(), 302, kPatience);
    QCOMPARE(model_->kept(), 3020U);
    QCOMPARE(model_->rowOf(model_->seqAt(301)), 301);
    QVERIFY(model_->setFilterText(QStringLiteral("path ~ /entry/1.$")));
    QTRY_COMPARE_WITH_TIMEOUT(model_->rowCount(), 10, kPatience);
    QVERIFY(!model_->setFilterText(QStringLiteral("statu = 5xx")));
    QCOMPARE(model_->rowCount(), 10);
    QVERIFY(model_->setFilterText({}));
    QTRY_COMPARE_WITH_TIMEOUT(model_->rowCount(), 3020, kPatience);
  }

  void sortsByAColumn() {
    write(1000);
    QTRY_COMPARE_WITH_TIMEOUT(model_->rowCount(), 1000, kPatience);
    const auto isOrdered = [this](int column, bool isDescending) {
      for (int row = 1; row < 1000; ++row) {
        fetched(row, column);
        const auto a = model_->recordAt(row - 1), b = model_->recordAt(row);
        if (isDescending ? isBefore(*a, *b, column) : isBefore(*b, *a, column)) return false;
      }
      return true;
    };
    for (const int column : {AccessLogColumns::TotalMs, AccessLogColumns::Path}) {
      for (const auto order : {Qt::AscendingOrder, Qt::DescendingOrder}) {
        model_->sort(column, order);
        QTRY_COMPARE_WITH_TIMEOUT(model_->rowCount(), 1000, kPatience);
        QVERIFY(isOrdered(column, order == Qt::DescendingOrder));
      }
    }
    write(5);
    QTRY_COMPARE_WITH_TIMEOUT(model_->rowCount(), 1005, kPatience);
    QCOMPARE(fetched(1004, AccessLogColumns::Path), QStringLiteral("/entry/1005"));
    model_->sort(-1);
    QTRY_COMPARE_WITH_TIMEOUT(model_->rowCount(), 1005, kPatience);
    QCOMPARE(fetched(0, AccessLogColumns::Path), QStringLiteral("/entry/1"));
  }

  void everyColumnHasAnOrder() {
    write(50);
    QTRY_COMPARE_WITH_TIMEOUT(model_->rowCount(), 50, kPatience);
    QSignalSpy troubled(model_.get(), &HistoryLogModel::troubled);
    for (int column = 0; column < AccessLogColumns::ColumnCount; ++column) {
      model_->sort(column);
      QTRY_COMPARE_WITH_TIMEOUT(model_->rowCount(), 50, kPatience);
    }
    QCOMPARE(troubled.count(), 0);
  }

  void rowsThatGoAreTakenAway() {
    write(5000);
    QTRY_COMPARE_WITH_TIMEOUT(model_->rowCount(), 5000, kPatience);
    const std::int64_t gone = rows_->pruneEntries({}, 1000);
    QCOMPARE(gone, 1000);
    QTRY_COMPARE_WITH_TIMEOUT(model_->rowCount(), 4000, kPatience);
    QCOMPARE(fetched(0, AccessLogColumns::Path), QStringLiteral("/entry/1001"));
  }

  void pausesAndClears() {
    write(100);
    QTRY_COMPARE_WITH_TIMEOUT(model_->rowCount(), 100, kPatience);
    model_->setPaused(true);
    write(50);
    QTRY_COMPARE_WITH_TIMEOUT(model_->waiting(), 50U, kPatience);
    QCOMPARE(model_->rowCount(), 100);
    model_->setPaused(false);
    QTRY_COMPARE_WITH_TIMEOUT(model_->rowCount(), 150, kPatience);
    model_->clear();
    QCOMPARE(model_->rowCount(), 0);
    write(3);
    QTRY_COMPARE_WITH_TIMEOUT(model_->rowCount(), 3, kPatience);
    QCOMPARE(fetched(0, AccessLogColumns::Path), QStringLiteral("/entry/151"));
  }

  void aSearchEndsAndGoesOn() {
    write(3000);
    QTRY_COMPARE_WITH_TIMEOUT(model_->rowCount(), 3000, kPatience);
    LogView view(*model_, Qt::Horizontal, {});
    view.show();
    const auto button = [&view](const QString& text) -> QPushButton* {
      for (auto* one : view.findChildren<QPushButton*>())
        if (one->text() == text && one->isVisibleTo(&view)) return one;
      return nullptr;
    };
    QVERIFY(!button(QStringLiteral("Cancel")));
    view.setFilter(QStringLiteral("path ~ 0$"));
    QVERIFY(model_->isSearching());
    QVERIFY(button(QStringLiteral("Cancel")));
    button(QStringLiteral("Cancel"))->click();
    QVERIFY(!model_->isSearching());
    QVERIFY(model_->searched() < 1);
    // What comes shows still.
    write(10);
    QTRY_COMPARE_WITH_TIMEOUT(model_->rowCount(), 1, kPatience);
    QCOMPARE(model_->kept(), 3010U);
    button(QStringLiteral("Search on"))->click();
    QTRY_COMPARE_WITH_TIMEOUT(model_->rowCount(), 301, kPatience);
    QTRY_VERIFY_WITH_TIMEOUT(model_->searched() == 1, kPatience);
    QVERIFY(!button(QStringLiteral("Cancel")) && !button(QStringLiteral("Search on")));
    QCOMPARE(fetched(300, AccessLogColumns::Path), QStringLiteral("/entry/3010"));
    QCOMPARE(fetched(0, AccessLogColumns::Path), QStringLiteral("/entry/10"));
  }

  void escapeEndsASearchAndASorting() {
    write(2000);
    QTRY_COMPARE_WITH_TIMEOUT(model_->rowCount(), 2000, kPatience);
    LogView view(*model_, Qt::Horizontal, {});
    view.show();
    view.activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(&view));
    view.setFilter(QStringLiteral("path ~ 0$"));
    QTest::keyClick(&view.table(), Qt::Key_Escape);
    QVERIFY(!model_->isSearching());
    QVERIFY(model_->searched() < 1);
    view.setFilter({});
    QCOMPARE(model_->rowCount(), 2000);
    view.table().sortByColumn(AccessLogColumns::Path, Qt::AscendingOrder);
    QVERIFY(model_->isSearching());
    QTest::keyClick(&view.table(), Qt::Key_Escape);
    QVERIFY(!model_->isSorted());
    QCOMPARE(model_->rowCount(), 2000);
    QCOMPARE(fetched(0, AccessLogColumns::Path), QStringLiteral("/entry/1"));
  }

  void tellsWhichValuesThereAre() {
    write(1000);
    QTRY_COMPARE_WITH_TIMEOUT(model_->rowCount(), 1000, kPatience);
    QStringList values;
    model_->askValues(*history::findField("status"), [&](const QStringList& seen) { values = seen; });
    QVERIFY(values.isEmpty());  // another thread looks
    // A search meanwhile does not take the answer away.
    QVERIFY(model_->setFilterText(QStringLiteral("status = 5xx")));
    QTRY_COMPARE_WITH_TIMEOUT(values, QStringList({QStringLiteral("200"), QStringLiteral("503")}), kPatience);
  }

  void everyCellsFilterSelectsItsRow() {
    write(40);
    QTRY_COMPARE_WITH_TIMEOUT(model_->rowCount(), 40, kPatience);
    for (int row = 0; row < 40; ++row) {
      fetched(row, 0);
      for (int column = 0; column < AccessLogColumns::ColumnCount; ++column) {
        const QString clause = model_->clauseAt(model_->index(row, column));
        const auto filter = history::Filter::parse(clause.toStdString(), wallNow());
        QVERIFY2(filter, qPrintable(clause));
        QVERIFY2(filter->matches(*model_->recordAt(row)), qPrintable(clause));
      }
    }
  }

  void aRecordTellsWhyItWentWhereItWent() {
    auto record = std::make_shared<observe::StreamRecord>(*test::randomRecord(random_));
    observe::Decision decision;
    decision.action = "forward";
    record->decision = std::make_shared<const observe::Decision>(decision);
    observe::Event event;
    event.record = record;
    rows_->write(std::vector{event});
    QTRY_COMPARE_WITH_TIMEOUT(model_->rowCount(), 1, kPatience);
    QTRY_VERIFY_WITH_TIMEOUT(model_->recordAt(0), kPatience);
    QVERIFY(model_->recordAt(0)->decision);
    QVERIFY(*model_->recordAt(0)->decision == decision);
  }

  void aStretchOfTimeIsFoundWhereverItIs() {
    constexpr int kMany = 250'000;
    std::vector<observe::Event> events;
    for (int i = 0; i < kMany; ++i) {
      auto record = std::make_shared<observe::StreamRecord>(*test::randomRecord(random_));
      // The clock goes back once: what is old by its time is not so by its place.
      record->ended = WallTime(std::chrono::seconds(1'790'000'000 + (i < 200'000 ? i : i - 150'000)));
      events.emplace_back().record = std::move(record);
    }
    rows_->write(events);
    QTRY_COMPARE_WITH_TIMEOUT(model_->rowCount(), kMany, kPatience);
    // In the newest piece and far before it; at the other end; nowhere.
    for (const auto& [filter, rows] :
         {std::pair("time >= \"2026-09-22T06:53:20Z\" and time < \"2026-09-22T06:54:00Z\"", 80),
          std::pair("time < \"2026-09-21T14:15:00Z\"", 100),
          std::pair("time < \"2026-09-21T14:00:00Z\"", 0)}) {
      QVERIFY(model_->setFilterText(QString::fromLatin1(filter)));
      QTRY_COMPARE_WITH_TIMEOUT(model_->searched(), 1.0, kPatience);
      QCOMPARE(model_->rowCount(), rows);
    }
  }

  void whileTheNewestAreFollowedOldOnesAreNoRows() {
    constexpr int kMany = 25'000, kFollowed = 10'000;
    write(kMany);
    LogView view(*model_, Qt::Horizontal, {});
    LiveTable& table = view.table();
    view.resize(900, 500);
    view.show();
    QTRY_COMPARE_WITH_TIMEOUT(model_->rowCount(), kFollowed, kPatience);
    QCOMPARE(model_->shown(), static_cast<std::uint64_t>(kMany));
    QCOMPARE(model_->kept(), static_cast<std::uint64_t>(kMany));
    QCOMPARE(fetched(kFollowed - 1, AccessLogColumns::Path), QStringLiteral("/entry/25000"));
    // More come, and as many go when there are twice as many.
    write(9'999);
    QTRY_COMPARE_WITH_TIMEOUT(model_->shown(), 34'999U, kPatience);
    QCOMPARE(model_->rowCount(), 19'999);
    write(2);
    QTRY_COMPARE_WITH_TIMEOUT(model_->rowCount(), kFollowed, kPatience);
    QTRY_COMPARE_WITH_TIMEOUT(fetched(kFollowed - 1, AccessLogColumns::Path), QStringLiteral("/entry/35001"),
                              kPatience);
    // Who reads has them all, and what is in view stays there.
    const auto lastRow = [&] { return table.visualRect(model_->index(kFollowed - 1, 0)); };
    QTRY_VERIFY_WITH_TIMEOUT(table.viewport()->rect().intersects(lastRow()), kPatience);
    const RowSeq top = model_->seqAt(table.rowAt(0));
    table.selectRow(table.rowAt(50));
    QVERIFY(table.selectedSeq());
    const RowSeq chosen = *table.selectedSeq();
    QTRY_COMPARE_WITH_TIMEOUT(model_->rowCount(), 35'001, kPatience);
    QCOMPARE(model_->seqAt(table.rowAt(0)), top);
    QCOMPARE(table.selectedSeq(), std::optional(chosen));
    QCOMPARE(fetched(0, AccessLogColumns::Path), QStringLiteral("/entry/1"));
    // A selected row stays when its reader follows again; without one only the last rows do.
    table.setFollowing(true);
    write(1);
    QTRY_COMPARE_WITH_TIMEOUT(model_->rowCount(), 35'002, kPatience);
    QCOMPARE(table.selectedSeq(), std::optional(chosen));
    table.clearSelection();
    write(1);
    QTRY_COMPARE_WITH_TIMEOUT(model_->rowCount(), kFollowed, kPatience);
    // The oldest entries are no rows, and go all the same.
    QCOMPARE(rows_->pruneEntries({}, 1000), 1000);
    QTRY_COMPARE_WITH_TIMEOUT(model_->shown(), 34'003U, kPatience);
    QCOMPARE(model_->rowCount(), kFollowed);
    // Ctrl+Home goes to the oldest entry, not to the oldest row.
    QTest::keyClick(&table, Qt::Key_Home, Qt::ControlModifier);
    QTRY_COMPARE_WITH_TIMEOUT(table.selectedSeq(), std::optional(RowSeq{1001}), kPatience);
    QCOMPARE(table.rowAt(0), 0);
  }

  void theOldestEntryIsReachedThroughAllPieces() {
    constexpr int kPieces = 12, kPiece = 50'000;  // more rows than come in one turn
    write(kPiece, kPieces);
    LiveTable table(*model_, QStringLiteral("log"));
    table.resize(600, 400);
    table.show();
    QTRY_COMPARE_WITH_TIMEOUT(model_->shown(), std::uint64_t{kPieces} * kPiece, kPatience);
    QTest::keyClick(&table, Qt::Key_Home, Qt::ControlModifier);
    QTRY_COMPARE_WITH_TIMEOUT(table.selectedSeq(), std::optional(RowSeq{1}), kPatience);
    QCOMPARE(model_->rowCount(), kPieces * kPiece);
    QCOMPARE(table.rowAt(0), 0);
  }

  void exportsWhatTheFilterSelects() {
    write(5000);
    QWidget window;
    const auto filter = history::Filter::parse("status = 503", wallNow());
    const QString name = folder_->filePath(QStringLiteral("out.csv"));
    exportHistory(&window, {QStringLiteral("Export"), name, QStringLiteral("CSV files (*.csv)")}, file_,
                  *filter, EntryFormat::Csv);
    auto* dialog = window.findChild<QFileDialog*>();
    QVERIFY(dialog);
    dialog->selectFile(name);
    QMetaObject::invokeMethod(dialog, "accept");
    QTRY_VERIFY_WITH_TIMEOUT(QFile::exists(name), kPatience);
    QFile file(name);
    QVERIFY(file.open(QIODevice::ReadOnly));
    const QList<QByteArray> lines = file.readAll().split('\n');
    QCOMPARE(lines.size(), 1 + 500 + 1);
    QVERIFY(lines[0].startsWith("status,"));
    QVERIFY(lines[1].contains("/entry/10,"));
    QVERIFY(lines[500].contains("/entry/5000,"));
  }

  void anExportThatIsCancelledLeavesNoFile() {
    write(40'000);
    QWidget window;
    const QString name = folder_->filePath(QStringLiteral("out.log"));
    exportHistory(&window, {QStringLiteral("Export"), name, QStringLiteral("Log files (*.log)")}, file_, {},
                  EntryFormat::Alb);
    auto* dialog = window.findChild<QFileDialog*>();
    dialog->selectFile(name);
    QMetaObject::invokeMethod(dialog, "accept");
    auto* progress = window.findChild<QProgressDialog*>();
    QVERIFY(progress);
    progress->findChild<QPushButton*>()->click();
    QTRY_VERIFY_WITH_TIMEOUT(!window.findChild<QProgressDialog*>(), kPatience);
    // Neither it nor a part of it.
    const QStringList files = QDir(folder_->path()).entryList({QStringLiteral("out*")}, QDir::Files);
    QCOMPARE(files, QStringList());
  }

 private:
  std::mt19937 random_{3};
  int written_ = 0;
  std::unique_ptr<QTemporaryDir> folder_;
  std::string file_;
  std::unique_ptr<history::Database> database_;
  std::unique_ptr<history::RowWriter> rows_;
  std::unique_ptr<HistoryLogModel> model_;
  std::unique_ptr<QAbstractItemModelTester> tester_;
};

QTEST_MAIN(HistoryLogTest)
#include "history_log_test.moc"

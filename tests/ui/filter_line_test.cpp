// SPDX-License-Identifier: GPL-3.0-or-later
#include <QAbstractItemView>
#include <QCompleter>
#include <QContextMenuEvent>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QSettings>
#include <QTemporaryDir>
#include <QtTest>
#include <random>

#include "tests/support/random_records.h"
#include "tests/ui/synthetic_events.h"
#include "ui/accesslog/access_log_model.h"
#include "ui/accesslog/access_log_page.h"
#include "ui/streams/stream_model.h"
#include "ui/streams/streams_page.h"
#include "ui/widgets/filter_completion.h"
#include "ui/widgets/filter_edit.h"
#include "ui/widgets/filter_name_dialog.h"
#include "ui/widgets/kept_columns.h"
#include "ui/widgets/live_table.h"
#include "ui/widgets/log_view.h"
#include "ui/widgets/saved_filters_button.h"

using namespace spillway::ui;
using namespace spillway::ui::synthetic;

/// The line that filters the logs, what it offers and keeps, and the columns that are kept.
class FilterLineTest : public QObject {
  Q_OBJECT

  FilterEdit& edit() { return *page_->findChild<FilterEdit*>(); }
  LiveTable& table() { return page_->view().table(); }
  int rows() { return table().model()->rowCount(); }
  QStringList offered() {
    const QAbstractItemModel* model = edit().findChild<QCompleter*>()->completionModel();
    QStringList texts;
    for (int row = 0; row < model->rowCount(); ++row)
      texts << model->index(row, 0).data().toString();
    return texts;
  }
  bool isOffering() { return edit().findChild<QCompleter*>()->popup()->isVisible(); }

  void write(const QString& text) {
    edit().clear();
    QTest::keyClicks(&edit(), text);
  }
  void use(const QString& filter) {
    write(filter);
    edit().findChild<QCompleter*>()->popup()->hide();
    QTest::keyClick(&edit(), Qt::Key_Return);
  }

  static QAction* actionOf(const QMenu* menu, const QString& text) {
    for (QAction* action : menu->actions())
      if (action->text() == text) return action;
    return nullptr;
  }
  static QStringList textsOf(const QMenu* menu) {
    QStringList texts;
    for (const QAction* action : menu->actions())
      if (!action->isSeparator()) texts << action->text();
    return texts;
  }
  /// The menu of the saved filters, as it opens.
  QMenu* savedMenu() {
    QMenu* menu = page_->findChild<SavedFiltersButton*>()->menu();
    Q_EMIT menu->aboutToShow();
    return menu;
  }
  void answerName(const QString& name) {
    auto* dialog = page_->findChild<FilterNameDialog*>();
    dialog->findChild<QLineEdit*>()->setText(name);
    dialog->accept();
  }
  /// A cell's menu, opened by the mouse.
  QMenu* menuAt(LiveTable& table, int row, int column) {
    const QPoint place = table.visualRect(table.model()->index(row, column)).center();
    QContextMenuEvent event(QContextMenuEvent::Mouse, place, table.viewport()->mapToGlobal(place));
    QCoreApplication::sendEvent(table.viewport(), &event);
    return table.findChildren<QMenu*>().last();
  }

 private slots:
  void initTestCase() { QCoreApplication::setOrganizationName(QStringLiteral("spillway-tests")); }
  void init() {
    QSettings().clear();
    data_ = std::make_unique<QTemporaryDir>();
    bridge_ = std::make_unique<EngineBridge>(
        spillway::EngineOptions{.workers = 1, .dataDirectory = data_->path().toStdString()});
    page_ = std::make_unique<AccessLogPage>(*bridge_);
    page_->resize(1200, 700);
    page_->show();
    std::vector<Event> batch;
    append(batch, unaryCall(1));
    append(batch, unaryCall(2, "/routeguide.RouteGuide/ListFeatures"));
    append(batch, unaryCall(3, "/routeguide.RouteGuide/ListFeatures"));
    batch.push_back(ended(refusedRecord(head(4, "/routeguide.RouteGuide/GetFeature"))));
    Q_EMIT bridge_->eventsArrived(batch);
  }
  void cleanup() {
    page_.reset();
    bridge_.reset();
  }

  void knowsWhatIsBeingWritten_data() {
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("field");
    QTest::addColumn<QString>("word");
    const auto row = [](const char* text, const char* field, const char* word) {
      QTest::newRow(text) << QString::fromUtf8(text) << QString::fromUtf8(field) << QString::fromUtf8(word);
    };
    row("", "", "");
    row("stat", "", "stat");
    row("status = ", "status", "");
    row("status=50", "status", "50");
    row("target = 127.0.0.1:5", "target", "127.0.0.1:5");
    row("grpc and path = /routeguide.Ro", "path", "/routeguide.Ro");
    row("path contains Get", "path", "Get");
    row("user_agent = \"grpc c", "user_agent", "grpc c");
    row("status in (404, 5", "status", "5");
    row("outcome in (\"client closed\", ", "outcome", "");
    row("header[\"host\"] = loc", "authority", "loc");
    row("header[\"X-Canary\"] = y", "header[\"x-canary\"]", "y");
    row("header[\"x-canary\"] in (a, ", "header[\"x-canary\"]", "");
    row("header[\"use", "", "use");
    row("target = a and ", "", "");
    row("(target = a) or lis", "", "lis");
  }
  void knowsWhatIsBeingWritten() {
    QFETCH(QString, text);
    QFETCH(QString, field);
    QFETCH(QString, word);
    const FilterPlace place = filterPlaceAt(text, static_cast<int>(text.size()));
    QCOMPARE(place.field ? QString::fromStdString(std::string(place.field->name)) : QString(), field);
    QCOMPARE(place.word, word);
  }

  void offersHeadersThatEveryEntryHas() {
    write(QStringLiteral("header["));
    QTest::keyClicks(&edit(), QStringLiteral("\"us"));
    QCOMPARE(offered(), QStringList(QStringLiteral("\"user-agent\"")));
  }

  void offersValuesThatWereSeen() {
    write(QStringLiteral("path = "));
    QVERIFY(isOffering());
    // What comes most often stands first.
    QCOMPARE(offered(), QStringList({QStringLiteral("/routeguide.RouteGuide/GetFeature"),
                                     QStringLiteral("/routeguide.RouteGuide/ListFeatures")}));
    QTest::keyClicks(&edit(), QStringLiteral("listf"));
    QAbstractItemView* popup = edit().findChild<QCompleter*>()->popup();
    QTest::keyClick(popup, Qt::Key_Down);
    QTest::keyClick(popup, Qt::Key_Return);
    QCOMPARE(edit().text(), QStringLiteral("path = /routeguide.RouteGuide/ListFeatures"));
    QTRY_COMPARE(rows(), 2);
    write(QStringLiteral("status = "));
    QCOMPARE(offered(), QStringList({QStringLiteral("200"), QStringLiteral("502")}));
    write(QStringLiteral("service = x and target = "));
    QCOMPARE(offered(), QStringList(QStringLiteral("127.0.0.1:50061")));
  }

  void whatIsRightLooksSoAndAMistakeToo() {
    page_->view().setFilter(QStringLiteral("status = 200"));
    QCOMPARE(edit().property("role").toString(), QStringLiteral("valid"));
    page_->view().setFilter(QStringLiteral("status = x"));
    QCOMPARE(edit().property("role").toString(), QStringLiteral("problem"));
    QVERIFY(edit().toolTip().contains(QStringLiteral("503 or 5xx")));
    page_->view().setFilter({});
    QCOMPARE(edit().property("role").toString(), QString());
  }

  void headersThatMayNotBeKeptAreTold() {
    const auto isTold = [this] {
      for (const QLabel* label : page_->findChildren<QLabel*>())
        if (!label->isHidden() && label->text().contains(QStringLiteral("Recording names it"))) return true;
      return false;
    };
    page_->view().setFilter(QStringLiteral("header[\"x-canary\"] = yes"));
    QVERIFY(isTold());
    page_->view().setFilter(QStringLiteral("header[\"user-agent\"]"));
    QVERIFY(!isTold());
  }

  void upAndDownGoThroughTheFiltersThatWereUsed() {
    use(QStringLiteral("status = 502"));
    use(QStringLiteral("GetFeature"));
    use(QStringLiteral("statu = 5"));  // not right: not kept
    use(QStringLiteral("GetFeature"));
    write(QStringLiteral("zz"));
    QTest::keyClick(&edit(), Qt::Key_Up);
    QCOMPARE(edit().text(), QStringLiteral("GetFeature"));
    QTest::keyClick(&edit(), Qt::Key_Up);
    QCOMPARE(edit().text(), QStringLiteral("status = 502"));
    QTRY_COMPARE(rows(), 1);
    QTest::keyClick(&edit(), Qt::Key_Up);  // there is no older one
    QCOMPARE(edit().text(), QStringLiteral("status = 502"));
    QTest::keyClick(&edit(), Qt::Key_Down);
    QTest::keyClick(&edit(), Qt::Key_Down);
    QCOMPARE(edit().text(), QStringLiteral("zz"));
    // The streams' line goes through the same ones.
    Workspace workspace(*bridge_);
    SchemaStore schemas(*bridge_, workspace);
    StreamsPage streams(*bridge_, workspace, schemas);
    auto* line = streams.findChild<FilterEdit*>();
    QTest::keyClick(line, Qt::Key_Up);
    QCOMPARE(line->text(), QStringLiteral("GetFeature"));
  }

  void keepsABoundedNumberOfUsedFilters() {
    for (int i = 0; i < 100; ++i)
      page_->view().setFilter(QStringLiteral("status = %1").arg(i));
    QCOMPARE(recentFilters().size(), 40);
    QCOMPARE(recentFilters().first(), QStringLiteral("status = 99"));
  }

  void savesAppliesRenamesAndRemoves() {
    QVERIFY(!actionOf(savedMenu(), QStringLiteral("Save this filter…"))->isEnabled());
    use(QStringLiteral("status = 502"));
    actionOf(savedMenu(), QStringLiteral("Save this filter…"))->trigger();
    answerName(QStringLiteral("Refused & gone"));
    QTRY_VERIFY(!page_->findChild<FilterNameDialog*>());
    page_->view().setFilter({});
    QCOMPARE(rows(), 4);
    actionOf(savedMenu(), QStringLiteral("Refused && gone"))->trigger();
    QCOMPARE(edit().text(), QStringLiteral("status = 502"));
    QCOMPARE(rows(), 1);

    // A name that is taken, or none, is no answer.
    use(QStringLiteral("GetFeature"));
    actionOf(savedMenu(), QStringLiteral("Save this filter…"))->trigger();
    answerName(QStringLiteral(" "));
    answerName(QStringLiteral("Refused & gone"));
    QVERIFY(page_->findChild<FilterNameDialog*>()->isVisible());
    answerName(QStringLiteral("Features"));
    QTRY_VERIFY(!page_->findChild<FilterNameDialog*>());
    QCOMPARE(savedFilters().size(), 2);
    QCOMPARE(savedFilters()[1].filter, QStringLiteral("status = 502"));

    actionOf(actionOf(savedMenu(), QStringLiteral("Rename"))->menu(), QStringLiteral("Features"))->trigger();
    answerName(QStringLiteral("Lookups"));
    QCOMPARE(savedFilters()[0].name, QStringLiteral("Lookups"));
    QCOMPARE(savedFilters().size(), 2);

    actionOf(actionOf(savedMenu(), QStringLiteral("Remove"))->menu(), QStringLiteral("Lookups"))->trigger();
    QCOMPARE(savedFilters().size(), 1);
    actionOf(savedMenu(), QStringLiteral("Bring back “Lookups”"))->trigger();
    QCOMPARE(savedFilters()[0].filter, QStringLiteral("GetFeature"));
    // The streams have the same ones.
    Workspace workspace(*bridge_);
    SchemaStore schemas(*bridge_, workspace);
    StreamsPage streams(*bridge_, workspace, schemas);
    QMenu* menu = streams.findChild<SavedFiltersButton*>()->menu();
    Q_EMIT menu->aboutToShow();
    QVERIFY(actionOf(menu, QStringLiteral("Lookups")));
  }

  void brokenSettingsCountAsNothing() {
    QSettings().setValue(QStringLiteral("filters/saved"), QStringLiteral("nonsense"));
    QSettings().setValue(QStringLiteral("filters/recent"), 7.5);
    QCOMPARE(savedFilters().size(), 0);
    QVERIFY(actionOf(savedMenu(), QStringLiteral("No filter is saved yet")));
    saveFilter({QStringLiteral("a"), QStringLiteral("grpc")});
    QCOMPARE(savedFilters().size(), 1);
  }

  void beginsAConditionForThoseWhoDoNotKnowTheFields() {
    page_->view().setFilter(QStringLiteral("grpc"));
    QMenu* fields = actionOf(savedMenu(), QStringLiteral("Add a condition"))->menu();
    actionOf(fields, QStringLiteral("target"))->trigger();
    QCOMPARE(edit().text(), QStringLiteral("grpc and target = "));
    QVERIFY(isOffering());
    page_->view().setFilter({});
    actionOf(actionOf(savedMenu(), QStringLiteral("Add a condition"))->menu(), QStringLiteral("duration"))
        ->trigger();
    QCOMPARE(edit().text(), QStringLiteral("duration > "));
  }

  void aCellsMenuFiltersByIt() {
    QMenu* menu = menuAt(table(), 3, AccessLogColumns::Http);
    QCOMPARE(textsOf(menu).mid(0, 2),
             QStringList({QStringLiteral("Only status = 502"), QStringLiteral("Without it")}));
    actionOf(menu, QStringLiteral("Only status = 502"))->trigger();
    QCOMPARE(edit().text(), QStringLiteral("status = 502"));
    QCOMPARE(rows(), 1);
    actionOf(menuAt(table(), 0, AccessLogColumns::Grpc), QStringLiteral("Or grpc.status = UNAVAILABLE"))
        ->trigger();
    QCOMPARE(edit().text(), QStringLiteral("status = 502 or grpc.status = UNAVAILABLE"));
    actionOf(menuAt(table(), 0, AccessLogColumns::Target), QStringLiteral("And target = 127.0.0.1:50061"))
        ->trigger();
    QCOMPARE(edit().text(),
             QStringLiteral("(status = 502 or grpc.status = UNAVAILABLE) and target = 127.0.0.1:50061"));
    QCOMPARE(rows(), 1);
    page_->view().setFilter({});
    actionOf(menuAt(table(), 0, AccessLogColumns::Path), QStringLiteral("Without it"))->trigger();
    QCOMPARE(edit().text(), QStringLiteral("not path = /routeguide.RouteGuide/GetFeature"));
    QCOMPARE(rows(), 2);
  }

  void theMenuKeyOpensTheCurrentCellsMenu() {
    table().setCurrentIndex(table().model()->index(3, AccessLogColumns::Http));
    QContextMenuEvent event(QContextMenuEvent::Keyboard, QPoint(1, 1), QPoint(1, 1));
    QCoreApplication::sendEvent(table().viewport(), &event);
    actionOf(table().findChildren<QMenu*>().last(), QStringLiteral("Only status = 502"))->trigger();
    QCOMPARE(rows(), 1);
  }

  void everyCellsFilterSelectsItsRow() {
    std::mt19937 random(11);
    AccessLogModel log;
    StreamStore store;
    StreamModel streams(store);
    std::vector<Event> events;
    for (int i = 0; i < 150; ++i)
      events.push_back(
          ended(std::make_shared<spillway::observe::StreamRecord>(*spillway::test::randomRecord(random))));
    log.ingest(events);
    // Some are still open.
    for (std::size_t i = 0; i < events.size(); i += 3)
      events[i] = opened(events[i].record->head);
    for (std::size_t i = 0; i < events.size(); ++i)
      events[i].stream = i + 1;
    store.ingest(events);
    for (LogTableModel* model : std::initializer_list<LogTableModel*>{&log, &streams}) {
      const int all = model->rowCount();
      QCOMPARE(all, 150);
      for (int row = 0; row < all; ++row) {
        for (int column = 0; column < model->columnCount(); ++column) {
          const QString clause = model->clauseAt(model->index(row, column));
          QVERIFY(!clause.isEmpty());
          const RowSeq seq = model->seqAt(row);
          QVERIFY2(model->setFilterText(clause), qPrintable(clause));
          QVERIFY2(model->rowOf(seq) >= 0, qPrintable(clause));
          QVERIFY(model->setFilterText({}));
        }
      }
    }
  }

  void columnsAreKept() {
    QHeaderView* header = table().horizontalHeader();
    const int first = header->sectionSize(AccessLogColumns::Path);
    QVERIFY(header->isSectionHidden(AccessLogColumns::Host));
    header->moveSection(header->visualIndex(AccessLogColumns::Target), 0);
    header->resizeSection(AccessLogColumns::Path, 333);
    QMenu menu;
    table().findChild<KeptColumns*>()->fill(&menu);
    Q_EMIT menu.aboutToShow();
    actionOf(&menu, QStringLiteral("Host"))->trigger();
    actionOf(&menu, QStringLiteral("Method"))->trigger();
    QTRY_VERIFY(!QSettings().value(QStringLiteral("columns/1/access-log")).toStringList().isEmpty());

    AccessLogPage next(*bridge_);
    const QHeaderView* kept = next.view().table().horizontalHeader();
    QCOMPARE(kept->visualIndex(AccessLogColumns::Target), 0);
    QCOMPARE(kept->sectionSize(AccessLogColumns::Path), 333);
    QVERIFY(!kept->isSectionHidden(AccessLogColumns::Host));
    QVERIFY(kept->isSectionHidden(AccessLogColumns::Method));

    next.view().table().findChild<KeptColumns*>()->reset();
    QCOMPARE(kept->visualIndex(AccessLogColumns::Target), static_cast<int>(AccessLogColumns::Target));
    QCOMPARE(kept->sectionSize(AccessLogColumns::Path), first);
    QVERIFY(kept->isSectionHidden(AccessLogColumns::Host));
    QVERIFY(!kept->isSectionHidden(AccessLogColumns::Method));
    QVERIFY(kept->sectionSize(AccessLogColumns::Method) > 0);
  }

  void brokenColumnsAreTheFirstOnes_data() {
    QTest::addColumn<QVariant>("kept");
    QTest::newRow("a number") << QVariant(5);
    QTest::newRow("not a state") << QVariant(QStringList{QStringLiteral("seen 100 Time")});
    QTest::newRow("no width") << QVariant(QStringList{QStringLiteral("shown 0 Time")});
    QTest::newRow("twice") << QVariant(
        QStringList{QStringLiteral("shown 90 Time"), QStringLiteral("shown 90 Time")});
    QTest::newRow("none shown") << QVariant(QStringList{QStringLiteral("hidden 90 Time")});
    QTest::newRow("no such column") << QVariant(QStringList{QStringLiteral("shown 90 Weather")});
  }
  void brokenColumnsAreTheFirstOnes() {
    QFETCH(QVariant, kept);
    QSettings().setValue(QStringLiteral("columns/1/access-log"), kept);
    AccessLogPage next(*bridge_);
    const QHeaderView* header = next.view().table().horizontalHeader();
    const QHeaderView* first = table().horizontalHeader();
    for (int column = 0; column < AccessLogColumns::ColumnCount; ++column) {
      QCOMPARE(header->visualIndex(column), first->visualIndex(column));
      QCOMPARE(header->sectionSize(column), first->sectionSize(column));
      QCOMPARE(header->isSectionHidden(column), first->isSectionHidden(column));
    }
  }

  void oneColumnIsLeft() {
    for (int column = 1; column < AccessLogColumns::ColumnCount; ++column)
      table().setColumnHidden(column, true);
    QMenu menu;
    table().findChild<KeptColumns*>()->fill(&menu);
    Q_EMIT menu.aboutToShow();
    QVERIFY(!actionOf(&menu, QStringLiteral("Time"))->isEnabled());
    QVERIFY(actionOf(&menu, QStringLiteral("Path"))->isEnabled());
  }

 private:
  std::unique_ptr<QTemporaryDir> data_;
  std::unique_ptr<EngineBridge> bridge_;
  std::unique_ptr<AccessLogPage> page_;
};

QTEST_MAIN(FilterLineTest)
#include "filter_line_test.moc"

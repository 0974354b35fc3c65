// SPDX-License-Identifier: GPL-3.0-or-later
#include <QCheckBox>
#include <QComboBox>
#include <QLabel>
#include <QPushButton>
#include <QSettings>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QtTest>

#include "ui/bridge/engine_bridge.h"
#include "ui/models/words.h"
#include "ui/shell/history_setting.h"
#include "ui/shell/settings_dialog.h"
#include "ui/shell/size_setting.h"
#include "ui/shell/status_strip.h"
#include "ui/shell/theme_setting.h"
#include "ui/wizards/number_edit.h"

using namespace spillway;
using namespace spillway::ui;

/// The settings with a running engine that keeps a history.
class SettingsTest : public QObject {
  Q_OBJECT

  std::unique_ptr<QTemporaryDir> folder_;
  std::unique_ptr<EngineBridge> bridge_;
  std::unique_ptr<SettingsDialog> dialog_;

  void open() {
    dialog_ = std::make_unique<SettingsDialog>(*bridge_);
    dialog_->show();
  }

  template <class T>
  T& find(const char* name) const {
    return *dialog_->findChild<T*>(QLatin1String(name));
  }

  void type(const char* name, const QString& text, int unit) {
    find<QComboBox>(qPrintable(QLatin1String(name) + QStringLiteral("Unit"))).setCurrentIndex(unit);
    auto& edit = find<NumberEdit>(name);
    edit.selectAll();
    QTest::keyClicks(&edit, text);
  }

  QString message(const char* name) const {
    return find<QLabel>(qPrintable(QLatin1String(name) + QStringLiteral(".message"))).text();
  }

 private slots:
  void initTestCase() {
    QCoreApplication::setOrganizationName("SpillwayTest");
    QCoreApplication::setApplicationName("settings_test");
  }

  void init() {
    QSettings().clear();
    folder_ = std::make_unique<QTemporaryDir>();
    EngineOptions options;
    options.workers = 1;
    options.dataDirectory = folder_->path().toStdString();
    options.keepsHistory = true;
    bridge_ = std::make_unique<EngineBridge>(options);
    open();
  }

  void cleanup() {
    dialog_.reset();
    bridge_.reset();
    folder_.reset();
  }

  void showsTheDefaultsAndWhereTheHistoryIs() {
    QCOMPARE(find<NumberEdit>("historySize").text(), "1");
    QCOMPARE(find<QComboBox>("historySizeUnit").currentText(), "GiB");
    QCOMPARE(find<NumberEdit>("historyAge").text(), "7");
    QCOMPARE(find<QComboBox>("historyAgeUnit").currentText(), "days");
    QVERIFY(find<QCheckBox>("notifies").isChecked());
    QString words;
    for (const QLabel* label : dialog_->findChildren<QLabel*>())
      words += label->text() + '\n';
    for (const QWidget* widget : dialog_->findChildren<QWidget*>())
      words += widget->accessibleName() + widget->toolTip() + '\n';
    QVERIFY2(words.contains("Size now"), qPrintable(words));
  }

  void savingBoundsTheRunningEngineAndIsKept() {
    type("historySize", "128", 0);
    type("historyAge", "36", 0);
    find<QCheckBox>("notifies").setChecked(false);
    find<QPushButton>("save").click();
    QCOMPARE(dialog_->result(), int(QDialog::Accepted));
    const history::Bounds wanted{128 * kMiB, std::chrono::hours(36)};
    QCOMPARE(savedHistoryBounds(), wanted);
    QCOMPARE(QSettings().value("notifications/health").toBool(), false);
    QTRY_COMPARE(bridge_->history().bounds, wanted);
    open();
    QCOMPARE(find<NumberEdit>("historySize").text(), "128");
    QCOMPARE(find<QComboBox>("historyAgeUnit").currentText(), "hours");
    QVERIFY(!find<QCheckBox>("notifies").isChecked());
  }

  void cancellingChangesNothing() {
    type("historySize", "128", 0);
    find<QComboBox>("theme").setCurrentIndex(2);
    dialog_->reject();
    QCOMPARE(savedHistoryBounds(), history::Bounds());
    QCOMPARE(savedTheme(), ThemeMode::System);
  }

  void whatIsOutOfRangeIsSaidAndNotSaved() {
    for (const auto& [text, unit] :
         {std::pair("63", 0), std::pair("101", 1), std::pair("many", 0), std::pair("0", 1)}) {
      type("historySize", text, unit);
      QVERIFY2(message("historySize").startsWith("✖"), text);
      find<QPushButton>("save").click();
      QVERIFY(dialog_->isVisible());
    }
    type("historySize", "64", 0);
    QVERIFY(!message("historySize").startsWith("✖"));
    type("historyAge", "366", 1);
    QVERIFY2(message("historyAge").contains("366 days"), qPrintable(message("historyAge")));
    find<QPushButton>("save").click();
    QVERIFY(dialog_->isVisible());
    QCOMPARE(savedHistoryBounds(), history::Bounds());
  }

  void defaultsComeBack() {
    type("historySize", "128", 0);
    type("historyAge", "many", 0);
    find<QCheckBox>("notifies").setChecked(false);
    find<QPushButton>("defaults").click();
    QCOMPARE(find<NumberEdit>("historySize").text(), "1");
    QCOMPARE(find<NumberEdit>("historyAge").text(), "7");
    QVERIFY(find<QCheckBox>("notifies").isChecked());
    find<QPushButton>("save").click();
    QCOMPARE(savedHistoryBounds(), history::Bounds());
  }

  void brokenSettingsAreBroughtIntoRange() {
    QSettings().setValue("history/bytes", 5);
    QSettings().setValue("history/seconds", "never");
    QCOMPARE(savedHistoryBounds(), (history::Bounds{64 * kMiB, std::chrono::days(7)}));
  }

  void theStatusBarTellsRoomAndLoad() {
    RecentReadings recent;
    StatusStrip strip(*bridge_, recent);
    strip.show();
    const auto& history = *strip.findChild<QPushButton*>("history");
    QVERIFY2(history.isVisible() && history.text().endsWith(" of 1 GiB"), qPrintable(history.text()));
    QVERIFY(!strip.findChild<QPushButton*>("lost")->isVisible());
    observe::MetricsReading reading;
    recent.take(reading);
    reading.time += std::chrono::seconds(10);
    reading.workerCpuMicros = 3'800'000;
    recent.take(reading);
    QCOMPARE(strip.findChild<QPushButton*>("engine")->text(), "engine 1 worker · 38 % CPU");
    Q_EMIT bridge_->eventsDropped(0, 1204);
    QVERIFY(strip.findChild<QPushButton*>("lost")->isVisible());
    QVERIFY(strip.findChild<QPushButton*>("lost")->text().contains("1,204 lost"));
    QSignalSpy room(&strip, &StatusStrip::roomRequested);
    strip.findChild<QPushButton*>("lost")->click();
    QCOMPARE(room[0][0].value<Room>(), Room::Events);
  }

  void theSizeHoldsFromTheNextStartOn() {
    qunsetenv("QT_SCALE_FACTOR");
    QCOMPARE(savedSize(), 100);
    useSavedSize();
    QVERIFY(!qEnvironmentVariableIsSet("QT_SCALE_FACTOR"));
    chooseSize(150);
    QCOMPARE(savedSize(), 150);
    useSavedSize();
    QCOMPARE(qgetenv("QT_SCALE_FACTOR"), QByteArray("1.5"));
    qputenv("QT_SCALE_FACTOR", "3");  // whoever started the program wants it so
    useSavedSize();
    QCOMPARE(qgetenv("QT_SCALE_FACTOR"), QByteArray("3"));
    qunsetenv("QT_SCALE_FACTOR");
    chooseSize(7);  // no such size is offered
    QCOMPARE(savedSize(), 100);
  }

  void roomReadsInItsUnits() {
    QCOMPARE(storageText(412), "412 B");
    QCOMPARE(storageText(212 * kMiB), "212 MiB");
    QCOMPARE(storageText(kGiB), "1 GiB");
    QCOMPARE(storageText(kGiB + kGiB / 2), "1.5 GiB");
    QCOMPARE(storageText(100 * kGiB), "100 GiB");
  }
};

QTEST_MAIN(SettingsTest)
#include "settings_test.moc"

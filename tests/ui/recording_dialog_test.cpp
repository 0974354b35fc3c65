// SPDX-License-Identifier: GPL-3.0-or-later
// What a person chooses in the recording's dialog, and what is said of mistakes while typing.
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QtTest>

#include "ui/streams/recording_dialog.h"

namespace spillway::ui {

class RecordingDialogTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void init() {
    config::Capture now;
    now.loggedHeaders = {"x-canary"};
    dialog_ = std::make_unique<RecordingDialog>(QStringLiteral("desk"), now);
    dialog_->show();
  }
  void cleanup() { dialog_.reset(); }

  void showsWhatIsChosenNow() {
    QCOMPARE(logged().text(), QStringLiteral("x-canary"));
    QCOMPARE(dialog_->chosen().loggedHeaders, std::vector<std::string>{"x-canary"});
    QVERIFY(apply().isEnabled());
    QCOMPARE(said(), QString());
  }

  void namesAreReadAsTheyAreTyped() {
    logged().setText(QStringLiteral(" X-Canary,x-request-id  x-user"));
    const std::vector<std::string> names{"x-canary", "x-request-id", "x-user"};
    QCOMPARE(dialog_->chosen().loggedHeaders, names);
    logged().clear();
    QVERIFY(dialog_->chosen().loggedHeaders.empty());
    QVERIFY(apply().isEnabled());
  }

  void mistakesAreToldAndCannotBeApplied_data() {
    QTest::addColumn<QString>("typed");
    QTest::addColumn<QString>("said");
    QTest::newRow("no name") << "x(y)"
                             << "✖ x(y): Write the name of a header field";
    QTest::newRow("secret") << "x-canary, Cookie"
                            << "✖ cookie: Values of this header are never kept";
    QTest::newRow("twice") << "x-a, X-A"
                           << "✖ x-a: This header is here twice";
  }

  void mistakesAreToldAndCannotBeApplied() {
    QFETCH(QString, typed);
    QFETCH(QString, said);
    logged().setText(typed);
    QVERIFY2(this->said().startsWith(said), qPrintable(this->said()));
    QVERIFY(!apply().isEnabled());
    logged().setText(QStringLiteral("x-a"));
    QCOMPARE(this->said(), QString());
    QVERIFY(apply().isEnabled());
  }

  void aMistakeInTheFilterIsToldToo() {
    filter().setText(QStringLiteral("statu = 5"));
    QVERIFY(said().contains(QStringLiteral("There is no field 'statu'")));
    QVERIFY(!apply().isEnabled());
  }

 private:
  /// By the words beside it.
  QLineEdit& edit(const QString& name) {
    for (const QLabel* label : dialog_->findChildren<QLabel*>())
      if (label->text() == name) return *qobject_cast<QLineEdit*>(label->buddy());
    throw std::logic_error("no such field");
  }
  QLineEdit& logged() { return edit(QStringLiteral("In the &log, headers")); }
  QLineEdit& filter() { return edit(QStringLiteral("&Only streams")); }
  QPushButton& apply() {
    for (auto* button : dialog_->findChildren<QPushButton*>())
      if (button->text().remove(QLatin1Char('&')) == QStringLiteral("Apply")) return *button;
    throw std::logic_error("no button");
  }
  /// Mistakes that can be seen.
  QString said() {
    QString all;
    for (const QLabel* label : dialog_->findChildren<QLabel*>())
      if (label->isVisible() && label->text().startsWith(QStringLiteral("✖"))) all += label->text();
    return all;
  }

  std::unique_ptr<RecordingDialog> dialog_;
};

}  // namespace spillway::ui

QTEST_MAIN(spillway::ui::RecordingDialogTest)
#include "recording_dialog_test.moc"

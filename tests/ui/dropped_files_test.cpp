// SPDX-License-Identifier: GPL-3.0-or-later
// What is dropped on the window is used, or it is told what could be; the schemas that are known are listed.
#include <QDropEvent>
#include <QFile>
#include <QMessageBox>
#include <QMimeData>
#include <QPushButton>
#include <QSettings>
#include <QTemporaryDir>
#include <QTreeWidget>
#include <QUrl>
#include <QtTest>

#include "ui/shell/main_window.h"
#include "ui/shell/message_bar.h"
#include "ui/streams/schemas_dialog.h"

namespace spillway::ui {

class DroppedFilesTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void initTestCase() { QCoreApplication::setOrganizationName(QStringLiteral("SpillwayDroppedFilesTest")); }
  void init() {
    QSettings().clear();
    folder_ = std::make_unique<QTemporaryDir>();
    window_ = std::make_unique<MainWindow>(
        EngineOptions{.workers = 1, .dataDirectory = folder_->path().toStdString()});
    window_->openWorkspace({});
    window_->show();
  }
  void cleanup() {
    window_.reset();
    folder_.reset();
  }

  void schemasAreReadAndListed() {
    const QString proto = write(QStringLiteral("note.proto"), kProto);
    QVERIFY(drop({proto}));
    QTRY_VERIFY(window_->schemas().schemas().method("/notes.Notes/Write"));
    SchemasDialog dialog(window_->schemas());
    dialog.show();
    auto* list = dialog.findChild<QTreeWidget*>();
    QCOMPARE(list->topLevelItemCount(), 1);
    QCOMPARE(list->topLevelItem(0)->text(0), QStringLiteral("note.proto"));
    QCOMPARE(list->topLevelItem(0)->text(1), QStringLiteral("1 service, 2 methods"));
    QCOMPARE(list->topLevelItem(0)->text(2), proto);
    list->setCurrentItem(list->topLevelItem(0));
    QTest::mouseClick(button(dialog, QStringLiteral("Remove")), Qt::LeftButton);
    QVERIFY(!window_->schemas().schemas().method("/notes.Notes/Write"));
    QVERIFY(window_->schemas().files().isEmpty());
    QVERIFY(!list->isVisible());
  }

  void aFolderIsOneSchema() {
    QVERIFY(QDir(folder_->path()).mkpath(QStringLiteral("protos/a")));
    write(QStringLiteral("protos/a/note.proto"), kProto);
    QVERIFY(drop({folder_->filePath(QStringLiteral("protos"))}));
    QTRY_VERIFY(window_->schemas().schemas().method("/notes.Notes/Write"));
    QCOMPARE(window_->schemas().files(), QStringList(folder_->filePath(QStringLiteral("protos"))));
  }

  void whatIsWrongWithASchemaIsTold() {
    const QString proto = write(QStringLiteral("bad.proto"), "syntax = \"proto3\"; message A { B b = 1; }");
    QVERIFY(drop({proto}));
    QTRY_VERIFY(said().contains(QStringLiteral("bad.proto")));
    SchemasDialog dialog(window_->schemas());
    dialog.show();
    auto* list = dialog.findChild<QTreeWidget*>();
    QCOMPARE(list->topLevelItemCount(), 1);
    QVERIFY2(list->topLevelItem(0)->text(1).contains(QStringLiteral("\"B\"")),
             qPrintable(list->topLevelItem(0)->text(1)));
  }

  void aWorkspaceIsOpened() {
    const QString file =
        write(QStringLiteral("other.spillway.json"), R"({"version": 1, "loadBalancers": []})");
    QVERIFY(drop({file}));
    QTRY_COMPARE(window_->workspace().file(), file);
  }

  void aCaptureIsRead() {
    QVERIFY(drop({write(QStringLiteral("bad.spillway-capture"), "no capture")}));
    QTRY_VERIFY(window_->findChild<QMessageBox*>());
    QVERIFY(window_->findChild<QMessageBox*>()->text().contains(QStringLiteral("not gzip'd")));
  }

  void whatCannotBeUsedIsToldWithWhatCould() {
    QVERIFY(drop({write(QStringLiteral("notes.txt"), "x")}));
    QVERIFY(said().startsWith(QStringLiteral("notes.txt cannot be used here")));
    QVERIFY(said().contains(QStringLiteral(".proto")));
    QVERIFY(window_->schemas().files().isEmpty());
  }

  void textIsNotTaken() {
    QMimeData data;
    data.setText(QStringLiteral("words"));
    QVERIFY(!enter(data));
    data.setUrls({QUrl(QStringLiteral("https://example.com/a.proto"))});
    QVERIFY(!enter(data));
  }

 private:
  static constexpr QPoint kPlace{600, 400};
  static constexpr const char* kProto =
      "syntax = \"proto3\"; package notes; message Note { string text = 1; }"
      "service Notes { rpc Write(Note) returns (Note); rpc Watch(Note) returns (stream Note); }";

  QString write(const QString& name, const QByteArray& text) {
    QFile file(folder_->filePath(name));
    if (file.open(QIODevice::WriteOnly)) file.write(text);
    return file.fileName();
  }
  /// What is under the mouse is asked first.
  QWidget* widgetAt(const QPoint& place) const { return window_->childAt(place); }
  bool enter(const QMimeData& data) {
    QWidget* under = widgetAt(kPlace);
    QDragEnterEvent event(under->mapFrom(window_.get(), kPlace), Qt::CopyAction, &data, Qt::LeftButton,
                          Qt::NoModifier);
    event.ignore();
    QCoreApplication::sendEvent(under, &event);
    return event.isAccepted();
  }
  /// Whether the window wanted them.
  bool drop(const QStringList& files) {
    QMimeData data;
    QList<QUrl> urls;
    for (const QString& file : files)
      urls << QUrl::fromLocalFile(file);
    data.setUrls(urls);
    if (!enter(data)) return false;
    QWidget* under = widgetAt(kPlace);
    QDropEvent event(under->mapFrom(window_.get(), kPlace), Qt::CopyAction, &data, Qt::LeftButton,
                     Qt::NoModifier);
    QCoreApplication::sendEvent(under, &event);
    return event.isAccepted();
  }
  QString said() const {
    auto* bar = window_->findChild<MessageBar*>();
    return bar->isVisible() ? bar->words() : QString();
  }
  static QPushButton* button(const QWidget& in, const QString& text) {
    for (auto* each : in.findChildren<QPushButton*>())
      if (each->text() == text) return each;
    return nullptr;
  }

  std::unique_ptr<QTemporaryDir> folder_;
  std::unique_ptr<MainWindow> window_;
};

}  // namespace spillway::ui

QTEST_MAIN(spillway::ui::DroppedFilesTest)
#include "dropped_files_test.moc"

// SPDX-License-Identifier: GPL-3.0-or-later
// Streams are taken along: on the clipboard, as files, and out of a capture again.
#include <QBuffer>
#include <QClipboard>
#include <QFile>
#include <QFileDialog>
#include <QMessageBox>
#include <QPdfWriter>
#include <QPrinter>
#include <QSignalSpy>
#include <QSvgRenderer>
#include <QTest>

#include "engine/export/capture_file.h"
#include "tests/support/stream_maker.h"
#include "tests/support/temporary_folder.h"
#include "ui/bridge/schema_store.h"
#include "ui/bridge/workspace.h"
#include "ui/streams/capture_window.h"
#include "ui/streams/copy_menu.h"
#include "ui/streams/message_model.h"
#include "ui/streams/sequence_export.h"
#include "ui/streams/sequence_view.h"
#include "ui/streams/stream_browser.h"
#include "ui/streams/stream_capture.h"
#include "ui/streams/stream_detail.h"
#include "ui/streams/stream_model.h"
#include "ui/theme/theme.h"
#include "ui/widgets/live_table.h"
#include "ui/widgets/log_view.h"

namespace spillway::ui {

namespace {

using exporting::RecordedStream;
using observe::CapturedKind;
using observe::Direction;
using observe::Hop;

constexpr int kPatience = 20'000;  // milliseconds

std::string grpcMessage(const std::string& payload) {
  return std::string("\0\0\0\0", 4) + static_cast<char>(payload.size()) + payload;
}

RecordedStream chat(int messages) {
  test::StreamMaker maker;
  maker.head(Hop::Client, Direction::Request,
             {{":method", "POST"}, {"content-type", "application/grpc"}, {"x-mine", "it's"}});
  maker.attempt("127.0.0.1:50061");
  for (int number = 1; number <= messages; ++number) {
    for (const Direction direction : {Direction::Request, Direction::Response}) {
      maker.bytes(direction, grpcMessage("payload"));
      for (const Hop hop : {Hop::Client, Hop::Target}) {
        auto& message = maker.part(CapturedKind::Message, hop, direction);
        message.number = static_cast<std::uint32_t>(number);
        message.size = 7;
      }
    }
  }
  maker.end(Hop::Client, Direction::Request);
  maker.trailers(Hop::Target, {{"grpc-status", "0"}});
  maker.record().requestMessages = maker.record().responseMessages = static_cast<std::uint64_t>(messages);
  maker.record().kind = observe::CallKind::Bidirectional;
  return maker.made();
}

void require(const Result<void>& done) {
  if (!done) throw std::runtime_error(done.error().detail);
}

/// A schema store without an engine's traffic.
struct Desk {
  test::TemporaryFolder folder;
  EngineBridge bridge;
  Workspace workspace;
  SchemaStore schemas;
  QWidget parent;

  Desk() : bridge(options()), workspace(bridge), schemas(bridge, workspace) {}
  ~Desk() { bridge.stop(std::chrono::milliseconds(0)); }
  EngineOptions options() const {
    EngineOptions options;
    options.workers = 1;
    options.dataDirectory = folder.file("data");
    return options;
  }
  std::string save(const std::vector<RecordedStream>& streams) const {
    const std::string file = folder.file("a.spillway-capture");
    auto writer = exporting::openCaptureWriter(file).value();
    for (const RecordedStream& stream : streams)
      require(writer->write(stream));
    require(writer->finish());
    return file;
  }
  CaptureWindow* open(const std::string& file) {
    openCapture(&parent, QString::fromStdString(file), schemas);
    CaptureWindow* window = nullptr;
    const bool isThere = QTest::qWaitFor(
        [&] {
          window = parent.findChild<CaptureWindow*>();
          return window != nullptr;
        },
        kPatience);
    return isThere ? window : nullptr;
  }
};

/// What the menu's action puts on the clipboard.
QString copied(CopyMenu& menu, const QString& action) {
  QSignalSpy done(&menu, &CopyMenu::copied);
  for (QAction* one : menu.actions()) {
    if (one->text() == action && one->isEnabled()) one->trigger();
  }
  return done.wait(kPatience) ? QGuiApplication::clipboard()->text() : QStringLiteral("(nothing)");
}

}  // namespace

class TakeAlongTest : public QObject {
  Q_OBJECT

 private slots:
  void initTestCase() { Theme::apply(*qApp, ThemeMode::Light); }
  void aCaptureShowsItsStreams();
  void aBadCaptureIsToldInWords();
  void aCutCaptureShowsWhatIsWhole();
  void aStreamGoesToTheClipboard();
  void shownStreamsAreExportedAgain();
  void aSequenceIsDrawnWhole();
};

void TakeAlongTest::aCaptureShowsItsStreams() {
  Desk desk;
  CaptureWindow* window = desk.open(desk.save({chat(2), chat(3)}));
  QVERIFY(window);
  StreamBrowser& browser = window->browser();
  QTRY_COMPARE(browser.model().rowCount(), 2);
  browser.view().table().selectRow(1);
  QTRY_COMPARE_WITH_TIMEOUT(browser.detail().capture().view().messages().size(), 6u, kPatience);
  const auto& view = browser.detail().capture().view();
  QCOMPARE(view.payload(view.messages()[0]), std::string("payload"));
  // Head, choice, six messages, half-close, trailers: the sequence has them all.
  QVERIFY(browser.detail().sequence().rows().size() >= 6);
  browser.view().table().selectRow(0);
  QTRY_COMPARE_WITH_TIMEOUT(browser.detail().capture().view().messages().size(), 4u, kPatience);
}

void TakeAlongTest::aBadCaptureIsToldInWords() {
  Desk desk;
  const std::string file = desk.folder.file("bad.spillway-capture");
  QFile out(QString::fromStdString(file));
  QVERIFY(out.open(QIODevice::WriteOnly));
  out.write("no capture");
  out.close();
  openCapture(&desk.parent, QString::fromStdString(file), desk.schemas);
  QTRY_VERIFY_WITH_TIMEOUT(desk.parent.findChild<QMessageBox*>(), kPatience);
  QVERIFY(desk.parent.findChild<QMessageBox*>()->text().contains(QStringLiteral("not gzip'd")));
  QVERIFY(!desk.parent.findChild<CaptureWindow*>());
}

void TakeAlongTest::aCutCaptureShowsWhatIsWhole() {
  Desk desk;
  std::vector<RecordedStream> streams;
  for (int i = 0; i < 300; ++i)
    streams.push_back(chat(30));
  const std::string file = desk.save(streams);
  QFile cut(QString::fromStdString(file));
  QVERIFY(cut.open(QIODevice::ReadWrite));
  QVERIFY(cut.resize(cut.size() / 2));
  CaptureWindow* window = desk.open(file);
  QVERIFY(window);
  QVERIFY(window->browser().model().rowCount() > 0);
  QVERIFY(window->browser().model().rowCount() < 300);
  QTRY_VERIFY_WITH_TIMEOUT(window->findChild<QMessageBox*>(), kPatience);
  QVERIFY(window->findChild<QMessageBox*>()->text().contains(QStringLiteral("cut")));
}

void TakeAlongTest::aStreamGoesToTheClipboard() {
  Desk desk;
  CaptureWindow* window = desk.open(desk.save({chat(2)}));
  QVERIFY(window);
  CopyMenu& menu = window->browser().detail().copyMenu();
  QVERIFY(!menu.isEnabled());
  window->browser().view().table().selectRow(0);
  QTRY_COMPARE_WITH_TIMEOUT(window->browser().detail().capture().view().messages().size(), 4u, kPatience);
  const QString command = copied(menu, QStringLiteral("grpcurl command"));
  QVERIFY2(command.contains(QStringLiteral("-H 'x-mine: it'\\''s'")), qPrintable(command));
  QVERIFY(command.contains(QStringLiteral("127.0.0.1:50051 routeguide.RouteGuide/RouteChat")));
  QVERIFY(command.contains(QStringLiteral("# The messages are left out")));
  QVERIFY(copied(menu, QStringLiteral("Summary as JSON"))
              .contains(QStringLiteral("\"listener_address\":\"127.0.0.1:50051\"")));
  const QString json = copied(menu, QStringLiteral("Messages as JSON"));
  QCOMPARE(json.count(QStringLiteral("cGF5bG9hZA==")), 4);
  const QString hex = copied(menu, QStringLiteral("Messages as hex"));
  QVERIFY2(hex.contains(QStringLiteral("70 61 79 6c")), qPrintable(hex));
  QVERIFY(copied(menu, QStringLiteral("Messages as text"))
              .contains(QStringLiteral("client → target  message 1")));
}

void TakeAlongTest::shownStreamsAreExportedAgain() {
  Desk desk;
  CaptureWindow* window = desk.open(desk.save({chat(2), chat(3)}));
  QVERIFY(window);
  std::unique_ptr<QMenu> menu(window->browser().makeExportMenu());
  const QString copy = QString::fromStdString(desk.folder.file("b.spillway-capture"));
  QTest::qWait(0);
  menu->actions().front()->trigger();
  auto* dialog = window->findChild<QFileDialog*>();
  QVERIFY(dialog);
  Q_EMIT dialog->fileSelected(copy);
  QTRY_VERIFY_WITH_TIMEOUT(QFile::exists(copy), kPatience);
  const OpenedCapture again = readCapture(copy.toStdString(), false);
  QCOMPARE(again.problem, QString());
  QCOMPARE(again.streams.size(), 2u);
  QVERIFY(!again.streams[1].capture.batches.empty());
}

void TakeAlongTest::aSequenceIsDrawnWhole() {
  Desk desk;
  CaptureWindow* window = desk.open(desk.save({chat(20)}));
  QVERIFY(window);
  window->browser().view().table().selectRow(0);
  SequenceView& sequence = window->browser().detail().sequence();
  QTRY_VERIFY(sequence.rows().size() > 5);
  QBuffer svg, pdf;
  QVERIFY(svg.open(QIODevice::WriteOnly) && pdf.open(QIODevice::WriteOnly));
  writeSequenceSvg(sequence, svg);
  writeSequencePdf(sequence, pdf);
  QSvgRenderer picture(svg.data());
  QVERIFY(picture.isValid());
  QCOMPARE(picture.viewBox().height(), SequenceView::heightOf(static_cast<int>(sequence.rows().size())));
  QVERIFY(svg.data().contains("Spillway"));
  QVERIFY(pdf.data().startsWith("%PDF"));
  QVERIFY(pdf.data().size() > 2000);
  // Paper is light, whatever the window is.
  const QColor surface = Theme::colors().surface;
  Theme::apply(*qApp, ThemeMode::Dark);
  QBuffer ofDark;
  QVERIFY(ofDark.open(QIODevice::WriteOnly));
  writeSequencePdf(sequence, ofDark);
  QVERIFY(Theme::colors().surface != surface);
  Theme::apply(*qApp, ThemeMode::Light);
  // The first page's drawing: the object that it names as its contents.
  const auto drawn = [](const QByteArray& file) {
    const qsizetype named = file.indexOf("/Contents ") + 10;
    const QByteArray begin = '\n' + file.mid(named, file.indexOf(' ', named) - named) + " 0 obj";
    const qsizetype at = file.indexOf("stream\n", file.indexOf(begin));
    return file.mid(at, file.indexOf("endstream", at) - at);
  };
  QVERIFY(drawn(pdf.data()).size() > 200);
  QCOMPARE(drawn(ofDark.data()), drawn(pdf.data()));
  // A printer of which nothing is known: pages in a file.
  QPrinter printer(QPrinter::ScreenResolution);
  printer.setOutputFormat(QPrinter::PdfFormat);
  const test::TemporaryFolder folder;
  printer.setOutputFileName(QString::fromStdString(folder.file("printed.pdf")));
  printer.setPageSize(QPageSize(QPageSize::A6));
  const int few = drawSequencePages(sequence, printer);
  QVERIFY(few > 1);
  QFile printed(QString::fromStdString(folder.file("printed.pdf")));
  QVERIFY(printed.open(QIODevice::ReadOnly));
  QCOMPARE(static_cast<int>(printed.readAll().count("/Type /Page\n")), few);
}

}  // namespace spillway::ui

QTEST_MAIN(spillway::ui::TakeAlongTest)
#include "take_along_test.moc"

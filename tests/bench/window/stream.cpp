// SPDX-License-Identifier: GPL-3.0-or-later
#include <QAbstractScrollArea>
#include <QElapsedTimer>
#include <QEventLoop>
#include <QJsonArray>
#include <QKeyEvent>
#include <QScrollBar>
#include <QTabWidget>
#include <QTableView>
#include <QTimer>
#include <algorithm>
#include <cstdio>
#include <functional>
#include <stdexcept>

#include "tests/bench/window/modes.h"
#include "tests/bench/window/ui_meter.h"
#include "ui/shell/main_window.h"
#include "ui/streams/frame_model.h"
#include "ui/streams/message_model.h"
#include "ui/streams/sequence_view.h"
#include "ui/streams/stream_browser.h"
#include "ui/streams/stream_capture.h"
#include "ui/streams/stream_detail.h"
#include "ui/streams/stream_model.h"
#include "ui/streams/streams_page.h"
#include "ui/widgets/live_table.h"
#include "ui/widgets/log_view.h"

namespace spillway::bench {
namespace {

constexpr int kPatience = 120'000;  // milliseconds
constexpr int kFrames = 120;        ///< that a scroll through all takes

/// A person who looks into a stream.
class Reader : public QObject {
 public:
  explicit Reader(ui::MainWindow& window)
      : browser_(window.findChild<ui::StreamsPage*>()->browser()), detail_(browser_.detail()) {
    window.openRoom(ui::Room::Streams);
  }

  /// Waits for a stream that `is` so, and answers its row.
  int awaitStream(const std::function<bool(const ui::StreamEntry&)>& is) {
    int row = -1;
    await([&] {
      for (row = browser_.model().rowCount() - 1; row >= 0; --row) {
        const ui::StreamEntry* entry = browser_.model().entryAt(row);
        if (entry && is(*entry)) return true;
      }
      return false;
    });
    return row;
  }

  void open(int row, std::uint64_t messages) {
    begin();
    browser_.view().table().selectRow(row);
    awaitPaint(detail_.sequence(), [&] { return shownMessages() >= messages; });
    finish(QStringLiteral("open the stream: sequence"));
  }

  /// Shows a tab and scrolls through all of it.
  void look(int tab, const QString& name) {
    begin();
    detail_.tabs().setCurrentIndex(tab);
    QAbstractScrollArea& area = areaOf(tab);
    awaitPaint(area, [&] { return area.verticalScrollBar()->maximum() > 0; });
    finish(name);
    scroll(area, name);
  }

  /// The sequence, with its longest block opened where messages were folded.
  void unfold() {
    detail_.tabs().setCurrentIndex(0);
    ui::SequenceView& sequence = detail_.sequence();
    const auto& rows = sequence.rows();
    const auto longest = std::ranges::max_element(rows, {}, &ui::SequenceRow::entries);
    if (longest->entries == 1) return scroll(sequence, QStringLiteral("sequence"));
    begin();
    const std::size_t before = rows.size();
    sequence.setCurrentRow(static_cast<int>(longest - rows.begin()));
    QKeyEvent key(QEvent::KeyPress, Qt::Key_Return, Qt::NoModifier);
    QCoreApplication::sendEvent(&sequence, &key);
    awaitPaint(sequence, [&] { return sequence.rows().size() > before; });
    finish(QStringLiteral("open the longest block"));
    scroll(sequence, QStringLiteral("sequence"));
  }

  /// A view of a stream that goes on.
  void watch(int tab, const QString& name, double seconds) {
    detail_.tabs().setCurrentIndex(tab);
    heartbeat_.takeLongest();
    const std::uint64_t before = shownMessages();
    const Meter meter;
    QEventLoop loop;
    QTimer::singleShot(std::chrono::milliseconds(static_cast<int>(seconds * 1000)), &loop, &QEventLoop::quit);
    loop.exec();
    live_.append(
        QJsonObject{{"view", name},
                    {"messages/s shown", static_cast<double>(shownMessages() - before) / meter.seconds()},
                    {"longest pause ms", heartbeat_.takeLongest()},
                    {"UI thread % of a core", meter.uiShare() * 100},
                    {"resident MiB", residentMiB()}});
  }

  void select(int row) { browser_.view().table().selectRow(row); }
  std::uint64_t shownMessages() const { return static_cast<std::uint64_t>(detail_.messages().rowCount()); }
  QJsonArray steps() const { return steps_; }
  QJsonArray live() const { return live_; }

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override {
    if (event->type() == QEvent::Paint) isPainted_ = true;
    return QObject::eventFilter(watched, event);
  }

 private:
  QAbstractScrollArea& areaOf(int tab) {
    if (tab == 0) return detail_.sequence();
    QWidget* page = detail_.tabs().widget(tab);
    auto* table = qobject_cast<QTableView*>(page);
    return table ? *table : *page->findChild<QTableView*>();
  }

  void begin() {
    heartbeat_.takeLongest();
    clock_.start();
  }

  void await(const std::function<bool()>& condition) const {
    QElapsedTimer waited;
    waited.start();
    while (!condition()) {
      if (waited.elapsed() > kPatience) throw std::runtime_error("nothing shows");
      QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
    }
  }

  /// Until it is so, and was painted after that.
  void awaitPaint(QAbstractScrollArea& area, const std::function<bool()>& isSo) {
    await(isSo);
    area.viewport()->installEventFilter(this);
    isPainted_ = false;
    area.viewport()->update();
    await([&] { return isPainted_; });
    area.viewport()->removeEventFilter(this);
  }

  void finish(const QString& name, double frames = 0, double longestFrame = 0) {
    steps_.append(QJsonObject{{"step", name},
                              {"shown ms", static_cast<double>(clock_.nsecsElapsed()) / 1e6},
                              {"longest pause ms", heartbeat_.takeLongest()},
                              {"frames/s", frames},
                              {"longest frame ms", longestFrame},
                              {"messages", static_cast<qint64>(shownMessages())},
                              {"resident MiB", residentMiB()}});
  }

  void scroll(QAbstractScrollArea& area, const QString& name) {
    begin();
    QScrollBar& bar = *area.verticalScrollBar();
    double longest = 0;
    QElapsedTimer frame;
    for (int i = 0; i <= kFrames; ++i) {
      frame.start();
      bar.setValue(static_cast<int>(static_cast<std::int64_t>(bar.maximum()) * i / kFrames));
      area.viewport()->repaint();
      longest = std::max(longest, static_cast<double>(frame.nsecsElapsed()) / 1e6);
      QCoreApplication::processEvents();
    }
    const double seconds = static_cast<double>(clock_.nsecsElapsed()) / 1e9;
    finish(QStringLiteral("scroll through: ") + name, kFrames / seconds, longest);
  }

  ui::StreamBrowser& browser_;
  ui::StreamDetail& detail_;
  Heartbeat heartbeat_;  ///< also wakes await()
  QElapsedTimer clock_;
  bool isPainted_ = false;
  QJsonArray steps_, live_;
};

}  // namespace

QJsonObject measureStream(ui::MainWindow& window, std::uint64_t messages, double seconds) {
  Reader reader(window);
  const int ended = reader.awaitStream([messages](const ui::StreamEntry& entry) {
    return !entry.isOpen() && entry.requestMessages() + entry.responseMessages() >= messages;
  });
  reader.open(ended, messages);
  reader.unfold();
  reader.look(1, QStringLiteral("messages"));
  reader.look(3, QStringLiteral("frames"));
  std::puts(R"({"live": true})");
  std::fflush(stdout);
  reader.select(reader.awaitStream([](const ui::StreamEntry& entry) { return entry.isOpen(); }));
  reader.watch(0, QStringLiteral("sequence"), seconds);
  reader.watch(1, QStringLiteral("messages"), seconds);
  reader.watch(3, QStringLiteral("frames"), seconds);
  reader.watch(4, QStringLiteral("flow control"), seconds);
  return {{"steps", reader.steps()}, {"live views", reader.live()}};
}

}  // namespace spillway::bench

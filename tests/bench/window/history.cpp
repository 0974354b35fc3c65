// SPDX-License-Identifier: GPL-3.0-or-later
#include <QElapsedTimer>
#include <QHeaderView>
#include <QJsonArray>
#include <QScrollBar>
#include <cstdio>
#include <functional>
#include <stdexcept>

#include "tests/bench/window/modes.h"
#include "tests/bench/window/ui_meter.h"
#include "ui/accesslog/access_log_columns.h"
#include "ui/accesslog/access_log_page.h"
#include "ui/models/log_table_model.h"
#include "ui/shell/main_window.h"
#include "ui/widgets/live_table.h"
#include "ui/widgets/log_view.h"

namespace spillway::bench {
namespace {

constexpr int kPatience = 120'000;  // milliseconds

/// A person at the access log.
class Reader : public QObject {
 public:
  explicit Reader(ui::MainWindow& window)
      : page_(*window.findChild<ui::AccessLogPage*>()), table_(page_.view().table()) {
    table_.viewport()->installEventFilter(this);
  }

  /// Acts, and waits until rows stand on the screen, then until nothing is searched any more.
  void step(const QString& name, const std::function<void()>& act) {
    begin();
    act();
    const double shown = await([&] { return isPainted_; }, name);
    finish(name, shown, await([&] { return page_.model().searched() >= 1 && isPainted_; }, name));
  }

  /// The same with a search that is left as soon as it shows something.
  void leave(const QString& name, const std::function<void()>& act) {
    begin();
    act();
    await([&] { return isPainted_ && page_.model().searched() > 0; }, name);
    const bool wasSearching = page_.model().searched() < 1;
    rest();
    finish(wasSearching ? name : name + QStringLiteral(" (it had ended)"), sinceBegin(), sinceBegin());
  }

  void filter(const QString& text) {
    page_.view().setFilter(text);
    if (page_.model().filter().text() != text.toStdString())
      throw std::runtime_error("no filter: " + text.toStdString());
  }
  /// Back to all rows; no step.
  void rest() {
    begin();
    filter({});
    await([&] { return isPainted_; }, QStringLiteral("no filter"));
  }
  void sort(int column, Qt::SortOrder order) { table_.horizontalHeader()->setSortIndicator(column, order); }
  void scrollTo(double share) {
    table_.setFollowing(false);
    while (!page_.model().isWhole())  // the older rows come
      QCoreApplication::processEvents();
    QScrollBar& bar = *table_.verticalScrollBar();
    bar.setValue(static_cast<int>(bar.maximum() * share));
  }
  QJsonArray steps() const { return steps_; }

 protected:
  /// A paint that found every row that it shows there.
  bool eventFilter(QObject* watched, QEvent* event) override {
    if (event->type() == QEvent::Paint && isComplete()) isPainted_ = true;
    return QObject::eventFilter(watched, event);
  }

 private:
  void begin() {
    isPainted_ = false;
    heartbeat_.takeLongest();
    clock_.start();
  }

  bool isComplete() const {
    const int rows = page_.model().rowCount();
    const int first = table_.rowAt(0), last = table_.rowAt(table_.viewport()->height() - 1);
    if (rows == 0 || first < 0) return false;
    for (int row = first; row <= (last < 0 ? rows - 1 : last); ++row) {
      if (page_.model().index(row, 0).data().toString() == QStringLiteral("…")) return false;
    }
    return true;
  }

  double await(const std::function<bool()>& condition, const QString& name) {
    while (!condition()) {
      if (clock_.elapsed() > kPatience) throw std::runtime_error("nothing shows: " + name.toStdString());
      QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
    }
    return sinceBegin();
  }

  double sinceBegin() const { return static_cast<double>(clock_.nsecsElapsed()) / 1e6; }

  void finish(const QString& name, double shown, double done) {
    std::fprintf(stderr, "%s: %.0f ms, %.0f ms\n", qPrintable(name), shown, done);
    steps_.append(QJsonObject{{"step", name},
                              {"shown ms", shown},
                              {"done ms", done},
                              {"longest pause ms", heartbeat_.takeLongest()},
                              {"rows", page_.model().rowCount()},
                              {"resident MiB", residentMiB()}});
  }

  ui::AccessLogPage& page_;
  ui::LiveTable& table_;
  Heartbeat heartbeat_;  ///< also wakes await()
  QElapsedTimer clock_;
  bool isPainted_ = false;
  QJsonArray steps_;
};

}  // namespace

QJsonObject measureHistory(ui::MainWindow& window) {
  Reader reader(window);
  reader.step(QStringLiteral("open the access log"), [&] { window.openRoom(ui::Room::AccessLog); });
  for (const char* filter :
       {"status = 502", "status = 5xx", "grpc.status = UNAVAILABLE", "target = 127.0.0.7:50061",
        "time > 15m ago", "time < 5h ago", "target = 127.0.0.7:50061 and status = 502", "duration > 40ms",
        "GetFeature77", "path ~ \"Feature[0-9]*77$\"", "trace_id ~ \"bee$\""}) {
    reader.step(QString::fromLatin1(filter), [&] { reader.filter(QString::fromLatin1(filter)); });
    reader.rest();
  }
  reader.leave(QStringLiteral("leave a search by regular expression"),
               [&] { reader.filter(QStringLiteral("trace_id ~ \"bee$\"")); });
  reader.step(QStringLiteral("scroll to the middle"), [&] { reader.scrollTo(0.5); });
  reader.step(QStringLiteral("scroll to the start"), [&] { reader.scrollTo(0); });
  reader.step(QStringLiteral("scroll to the end"), [&] { reader.scrollTo(1); });
  const int byTime = ui::AccessLogColumns::Time, byDuration = ui::AccessLogColumns::TotalMs;
  reader.step(QStringLiteral("sort by time, newest first"),
              [&] { reader.sort(byTime, Qt::DescendingOrder); });
  reader.step(QStringLiteral("sort by duration, longest first"),
              [&] { reader.sort(byDuration, Qt::DescendingOrder); });
  reader.step(QStringLiteral("order of arrival"), [&] { reader.sort(-1, Qt::AscendingOrder); });
  return {{"steps", reader.steps()}};
}

}  // namespace spillway::bench

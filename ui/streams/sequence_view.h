// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractScrollArea>
#include <functional>
#include <optional>
#include <set>
#include <vector>

#include "ui/streams/sequence_layout.h"

namespace spillway::ui {

/// The life of one stream as a sequence diagram: client | Spillway | target, time going down. Paints what is
/// visible only. Keys: up and down choose an event, Enter opens a folded block, Home and End jump. While the
/// last line is in view the diagram follows the stream.
class SequenceView : public QAbstractScrollArea {
  Q_OBJECT

 public:
  explicit SequenceView(QWidget* parent = nullptr);

  /// Shows this stream as it is now; call again when it went on. nullptr: none. The entry is not kept.
  void showStream(const StreamEntry* entry);
  const std::vector<SequenceRow>& rows() const { return rows_; }
  int currentRow() const { return current_; }
  void setCurrentRow(int row);
  /// What a message holds, on one line, asked when it is painted; empty: its size stands there.
  void setContents(std::function<QString(const SequenceRow&)> contents);
  /// How long a message stayed with Spillway, microseconds; nullopt: not known.
  void setHeld(std::function<std::optional<std::int64_t>(const SequenceRow&)> held);

  QSize sizeHint() const override;
  /// Of so many rows with the names on top.
  static int heightOf(int rows);
  /// Draws rows from `first` on as on the screen, none of them chosen, below the names of the lifelines.
  void paintRows(QPainter& painter, int width, int first, int count) const;

 signals:
  /// Another row was chosen.
  void currentChanged();
  /// A folded block was opened: showStream() again.
  void unfolded();

 protected:
  void paintEvent(QPaintEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseDoubleClickEvent(QMouseEvent* event) override;
  bool viewportEvent(QEvent* event) override;

 private:
  struct Lanes {
    int client = 0, spillway = 0, target = 0, right = 0;
    int x(Lifeline lifeline) const;
  };
  static Lanes lanesOf(int width);
  int rowTop(int row) const;
  int rowAt(const QPoint& point) const;
  void updateScrollBar();
  void openBlock(int row);
  void announceCurrent();
  std::optional<std::int64_t> heldOf(const SequenceRow& row) const;
  QString sentenceOf(const SequenceRow& row) const;
  void paintHeader(QPainter& painter, const Lanes& lanes, int width) const;
  static void paintLifelines(QPainter& painter, const Lanes& lanes, int height);
  void paintMark(QPainter& painter, int top) const;
  void paintRow(QPainter& painter, const Lanes& lanes, int row, int top) const;
  void paintArrow(QPainter& painter, const Lanes& lanes, const SequenceRow& row, int top) const;
  void paintLabel(QPainter& painter, const Lanes& lanes, const SequenceRow& row, int top) const;
  QColor rowColor(const SequenceRow& row) const;

  StreamId stream_ = 0;
  bool hasStream_ = false;
  QString target_;
  std::vector<SequenceRow> rows_;
  std::set<std::size_t> unfolded_;
  int current_ = -1;
  std::function<QString(const SequenceRow&)> contents_;
  std::function<std::optional<std::int64_t>(const SequenceRow&)> held_;
};

}  // namespace spillway::ui

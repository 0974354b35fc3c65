// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractTableModel>

#include "engine/observe/capture_view.h"

namespace spillway::ui {

/// "DATA", "HEADERS", … (RFC 9113 §6); "type 99" for what is not in the table.
QString frameTypeText(std::uint8_t type);
/// "END_STREAM, END_HEADERS", as the frame's type reads its flags; "–" for none.
QString frameFlagsText(std::uint8_t type, std::uint8_t flags);

/// The HTTP/2 frames of one stream on both hops, in the order in which they passed.
class FrameModel : public QAbstractTableModel {
  Q_OBJECT

 public:
  enum Column { Time, Hop, Way, Type, Flags, Length, StreamWindow, ConnectionWindow, ColumnCount };

  explicit FrameModel(QObject* parent = nullptr) : QAbstractTableModel(parent) {}

  /// `view` must live until the next call; null: none.
  void show(const observe::CaptureView* view, WallTime started);
  /// The view has grown.
  void grow();

  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

 private:
  QVariant display(const observe::CapturedPart& frame, int column) const;
  QVariant raw(const observe::CapturedPart& frame, int column) const;

  const observe::CaptureView* view_ = nullptr;
  WallTime started_{};
  int rows_ = 0;
};

}  // namespace spillway::ui

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>
#include <cstdint>
#include <vector>

namespace spillway::ui {

/// How the times of many calls are spread, with four bars for each doubling, from the shortest to the
/// longest.
class LatencyBars : public QWidget {
  Q_OBJECT

 public:
  struct Bar {
    double from = 0, to = 0;  ///< microseconds
    std::uint64_t count = 0;
  };

  explicit LatencyBars(QWidget* parent = nullptr);
  /// Sorted microseconds.
  void showTimes(const std::vector<std::uint32_t>& sorted);
  const std::vector<Bar>& bars() const { return bars_; }
  QSize sizeHint() const override { return {420, 150}; }

 protected:
  void paintEvent(QPaintEvent* event) override;
  bool event(QEvent* event) override;

 private:
  QRectF areaOf(std::size_t bar) const;
  std::vector<Bar> bars_;
};

/// The value that so much of the sorted ones do not exceed, 0 < share <= 1; 0 of none.
std::uint32_t percentileOf(const std::vector<std::uint32_t>& sorted, double share);

}  // namespace spillway::ui

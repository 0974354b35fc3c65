// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/observe/metric_series.h"

/// How MetricSeries remembers: one frame per second or minute, packed, in which only what is not zero takes
/// room.
namespace spillway::observe {

struct SparseHistogram {
  struct Bucket {
    std::uint16_t index;
    std::uint32_t count;
  };
  std::vector<Bucket> buckets;
  std::uint64_t sum = 0;
};

/// What one part did in a frame.
struct MetricSlice {
  struct Sample {
    SeriesMetric metric;
    std::uint64_t value;
  };
  std::uint32_t part = 0;
  std::vector<Sample> samples;
  std::array<SparseHistogram, 2> latencies;  ///< by Latency
};

struct MetricFrame {
  WallTime begin{}, end{};
  std::vector<MetricSlice> slices;  ///< in the order of their parts
};

/// A frame as it is remembered, in a quarter of the room.
class PackedFrame {
 public:
  explicit PackedFrame(const MetricFrame& frame);
  WallTime begin{}, end{};
  std::size_t bytes() const;
  /// False: the part did nothing.
  bool take(std::uint32_t part, MetricSlice& slice) const;

 private:
  struct Place {
    std::uint32_t part, end;
  };
  std::string bytes_;          ///< of the slices, one after the other
  std::vector<Place> places_;  ///< in the order of their parts: where each one's bytes end
};

/// A frame for whoever does not know the parts' numbers.
struct NamedFrame {
  WallTime begin{}, end{};
  std::vector<std::pair<SeriesPart, MetricSlice>> slices;
};

/// Gives each part its number, the first kMostParts of them.
class PartNumbers {
 public:
  static constexpr std::uint32_t kNone = ~std::uint32_t{0};
  std::uint32_t of(const SeriesPart& part);
  const std::map<SeriesPart, std::uint32_t>& all() const { return numbers_; }
  /// Those whose slices make up the part: a load balancer is its listeners.
  std::vector<std::uint32_t> thatMakeUp(const SeriesPart& part) const;

 private:
  std::map<SeriesPart, std::uint32_t> numbers_;
};

/// What came between two readings of the same registry.
MetricFrame frameBetween(const MetricsReading& earlier, const MetricsReading& now, PartNumbers& numbers);

/// Frames of one resolution.
class MetricFrames {
 public:
  /// Remembers frames of the last `length` in `budget` bytes.
  MetricFrames(std::chrono::seconds resolution, std::chrono::seconds length, std::size_t budget)
      : resolution_(resolution), length_(length), budget_(budget) {}
  /// True: a frame was made of it.
  bool add(const std::shared_ptr<const MetricsReading>& now, WallTime wall, PartNumbers& numbers);
  const std::deque<PackedFrame>& frames() const { return frames_; }
  std::size_t bytes() const { return bytes_; }

 private:
  void push(PackedFrame frame);
  void forgetAfter(WallTime end);

  const std::chrono::seconds resolution_, length_;
  const std::size_t budget_;
  std::deque<PackedFrame> frames_;
  std::size_t bytes_ = 0;
  std::shared_ptr<const MetricsReading> last_ = std::make_shared<const MetricsReading>();
  WallTime lastEnd_{};
  WallTime begin_{};  ///< of the next frame: lastEnd_, and of the first one the second of its reading
};

}  // namespace spillway::observe

// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/observe/histogram.h"

#include <gtest/gtest.h>

#include "engine/observe/metrics_reading.h"

namespace spillway::observe {
namespace {

TEST(Histogram, EachValueFallsIntoABucketThatBoundsIt) {
  for (std::uint64_t value :
       {0ULL, 1ULL, 15ULL, 16ULL, 17ULL, 31ULL, 32ULL, 33ULL, 1000ULL, 123'456ULL, 1ULL << 40}) {
    const std::size_t bucket = histogramBucket(value);
    ASSERT_LT(bucket, kHistogramBuckets) << value;
    EXPECT_LE(histogramLowest(bucket), value);
    EXPECT_GT(histogramLowest(bucket + 1), value);
  }
}

TEST(Histogram, BucketsGrowByASixteenthAtTheMost) {
  for (std::size_t bucket = 32; bucket + 1 < kHistogramBuckets; ++bucket) {
    const auto width = static_cast<double>(histogramLowest(bucket + 1) - histogramLowest(bucket));
    EXPECT_LE(width / static_cast<double>(histogramLowest(bucket)), 1.0 / 16 + 1e-9);
  }
}

TEST(Histogram, ValuesBeyondTheEndFallIntoTheLastBucket) {
  EXPECT_EQ(histogramBucket(~0ULL), kHistogramBuckets - 1);
}

HistogramReading readingOf(std::initializer_list<std::uint64_t> values) {
  HistogramReading reading;
  reading.buckets.resize(kHistogramBuckets);
  for (const std::uint64_t value : values) {
    ++reading.buckets[histogramBucket(value)];
    ++reading.count;
  }
  return reading;
}

TEST(HistogramReading, PercentilesLieWithinTheErrorOfABucket) {
  HistogramReading reading;
  reading.buckets.resize(kHistogramBuckets);
  for (std::uint64_t value = 1; value <= 10'000; ++value) {
    ++reading.buckets[histogramBucket(value)];
    ++reading.count;
  }
  EXPECT_NEAR(reading.percentile(0.5), 5000, 5000 / 16.0);
  EXPECT_NEAR(reading.percentile(0.99), 9900, 9900 / 16.0);
  EXPECT_LE(reading.percentile(0.0), 2);
}

TEST(HistogramReading, NothingObservedIsZero) {
  EXPECT_EQ(HistogramReading{}.percentile(0.5), 0);
}

TEST(HistogramReading, TheDifferenceOfTwoReadingsHoldsWhatCameBetween) {
  const auto earlier = readingOf({10, 10});
  const auto later = readingOf({10, 10, 5000});
  const auto between = later.since(earlier);
  EXPECT_EQ(between.count, 1u);
  EXPECT_NEAR(between.percentile(0.5), 5000, 5000 / 16.0);
  EXPECT_EQ(later.since({}).count, 3u);
}

}  // namespace
}  // namespace spillway::observe

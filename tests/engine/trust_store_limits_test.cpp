// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/pki/trust_store_limits.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

#include "tests/support/certificate_maker.h"

namespace spillway::pki {
namespace {

using test::makeCertificate;
using test::makeRevocationList;
using ::testing::HasSubstr;

std::string said(const Result<void>& checked) {
  return checked ? "fine" : checked.error().detail;
}

std::string authority(const std::string& name, std::vector<std::string> names = {}) {
  return makeCertificate({.commonName = name, .names = std::move(names), .isAuthority = true}).certificatePem;
}

TEST(TrustStoreLimits, TwentyFiveAuthoritiesAreTheMost) {
  std::string bundle;
  for (int i = 0; i < 25; ++i)
    bundle += authority("ca " + std::to_string(i));
  EXPECT_EQ(said(checkAuthorities(bundle, "The file /ca.pem")), "fine");
  bundle += authority("one more");
  EXPECT_EQ(said(checkAuthorities(bundle, "The file /ca.pem")),
            "The file /ca.pem holds 26 CA certificates; a trust store has at most 25.");
}

TEST(TrustStoreLimits, AnAuthorityIsOfSixteenKibibytesAtTheMost) {
  const std::string label(50, 'a');
  const auto withNames = [&](int count) {
    std::vector<std::string> names;
    for (int i = 0; i < count; ++i)
      names.push_back(label + std::to_string(1000 + i) + ".test");
    return authority("good") + authority("large", names);
  };
  EXPECT_EQ(said(checkAuthorities(withNames(250), "It")), "fine");
  EXPECT_THAT(said(checkAuthorities(withNames(280), "It")), HasSubstr("(number 2) of more than 16 KiB"));
}

TEST(TrustStoreLimits, HalfAMillionRevocationsInAllListsAreTheMost) {
  const IssuedCertificate root = makeCertificate({.commonName = "root", .isAuthority = true});
  std::vector<int> serials(250'000);
  std::iota(serials.begin(), serials.end(), 1);
  const std::string half = makeRevocationList(root, serials);
  EXPECT_EQ(said(checkRevocations({half, half, makeRevocationList(root, {})})), "fine");
  EXPECT_THAT(said(checkRevocations({half, half, makeRevocationList(root, {1})})),
              HasSubstr("500001 revoked"));
}

}  // namespace
}  // namespace spillway::pki

// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/pki/pkcs12.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/certificate_maker.h"
#include "tests/support/temporary_folder.h"

namespace spillway::pki {
namespace {

using test::makeCertificate;
using test::makePkcs12;
using test::writeFile;
using ::testing::HasSubstr;

class Pkcs12 : public ::testing::Test {
 protected:
  std::string refusal(const std::string& file, const std::string& passwordFile) {
    const auto read = readPkcs12File(file, passwordFile);
    return read ? "accepted" : read.error().detail;
  }
  test::TemporaryFolder folder_;
  std::string file_ = folder_.file("shop.p12"), password_ = folder_.file("password");
  IssuedCertificate root_ = makeCertificate({.commonName = "root", .isAuthority = true});
  IssuedCertificate middle_ = makeCertificate({.commonName = "middle", .isAuthority = true}, &root_);
  IssuedCertificate lower_ = makeCertificate({.commonName = "lower", .isAuthority = true}, &middle_);
  IssuedCertificate leaf_ = makeCertificate({.names = {"shop.test"}}, &lower_);
};

TEST_F(Pkcs12, GivesTheChainInOrderAndTheKey) {
  writeFile(file_, makePkcs12(leaf_, "secret words"));
  writeFile(password_, "secret words\r\nsecond line\n");
  const auto read = readPkcs12File(file_, password_);
  ASSERT_TRUE(read) << read.error().detail;
  EXPECT_EQ(read->certificatePem, leaf_.certificatePem);
  EXPECT_EQ(read->privateKeyPem, leaf_.privateKeyPem);
}

TEST_F(Pkcs12, MayHaveNoPassword) {
  writeFile(file_, makePkcs12(leaf_, ""));
  EXPECT_TRUE(readPkcs12File(file_, ""));
}

TEST_F(Pkcs12, SaysWhatIsWrong) {
  writeFile(file_, makePkcs12(leaf_, "secret"));
  writeFile(password_, "Secret\n");
  EXPECT_EQ(refusal(file_, password_), "The password does not open the file " + file_ + ".");
  EXPECT_EQ(refusal(file_, ""), "The password does not open the file " + file_ + ".");
  EXPECT_THAT(refusal(file_, folder_.file("none")), HasSubstr("none cannot be read: No such file"));
  EXPECT_THAT(refusal(folder_.file("no.p12"), ""), HasSubstr("no.p12 cannot be read: No such file"));
  EXPECT_THAT(refusal(password_, ""), HasSubstr("is not a PKCS#12 file"));
  writeFile(file_, leaf_.certificatePem);
  EXPECT_THAT(refusal(file_, ""), HasSubstr("is not a PKCS#12 file"));
}

}  // namespace
}  // namespace spillway::pki

// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/pki/certificate_text.h"

#include <fmt/format.h>
#include <openssl/bn.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <ctime>
#include <memory>

namespace spillway::pki {
namespace {

using Bio = std::unique_ptr<BIO, decltype(&BIO_free_all)>;

Bio memory() {
  return {BIO_new(BIO_s_mem()), &BIO_free_all};
}

std::string textOf(const Bio& bio) {
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

std::string nameText(const X509_NAME* name) {
  const Bio bio = memory();
  X509_NAME_print_ex(bio.get(), name, 0, XN_FLAG_RFC2253);
  return textOf(bio);
}

std::string timeText(const ASN1_TIME* time) {
  std::tm parts{};
  ASN1_TIME_to_tm(time, &parts);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", parts.tm_year + 1900, parts.tm_mon + 1,
                     parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec);
}

}  // namespace

std::string subjectText(const x509_st* certificate) {
  return nameText(X509_get_subject_name(certificate));
}

std::string issuerText(const x509_st* certificate) {
  return nameText(X509_get_issuer_name(certificate));
}

std::string serialText(const x509_st* certificate) {
  const std::unique_ptr<BIGNUM, decltype(&BN_free)> number{
      ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate), nullptr), &BN_free};
  char* digits = number ? BN_bn2hex(number.get()) : nullptr;
  std::string text = digits != nullptr ? digits : "";
  OPENSSL_free(digits);
  return text;
}

std::string validityText(const x509_st* certificate) {
  return fmt::format("NotBefore={};NotAfter={}", timeText(X509_get0_notBefore(certificate)),
                     timeText(X509_get0_notAfter(certificate)));
}

std::string pemText(const x509_st* certificate) {
  const Bio bio = memory();
  PEM_write_bio_X509(bio.get(), certificate);
  return textOf(bio);
}

std::string pemText(const evp_pkey_st* key) {
  const Bio bio = memory();
  PEM_write_bio_PKCS8PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
  return textOf(bio);
}

}  // namespace spillway::pki

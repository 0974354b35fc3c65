// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/pki/certificate.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <array>
#include <ctime>

#include "engine/pki/openssl_pointers.h"

namespace spillway::pki {

namespace {

std::string nameText(const X509_NAME* name) {
  const std::unique_ptr<BIO, decltype(&BIO_free_all)> bio{BIO_new(BIO_s_mem()), &BIO_free_all};
  X509_NAME_print_ex(bio.get(), name, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB);
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

WallTime wallTime(const ASN1_TIME* time) {
  std::tm parts{};
  ASN1_TIME_to_tm(time, &parts);
  return WallTime{std::chrono::seconds{::timegm(&parts)}};
}

std::string addressText(const ASN1_OCTET_STRING* octets) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const int size = ASN1_STRING_length(octets);
  if (size != 4 && size != 16) return {};
  ::inet_ntop(size == 4 ? AF_INET : AF_INET6, ASN1_STRING_get0_data(octets), text.data(), text.size());
  return text.data();
}

std::vector<std::string> alternativeNames(const X509* certificate) {
  const std::unique_ptr<GENERAL_NAMES, decltype(&GENERAL_NAMES_free)> list{
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)),
      &GENERAL_NAMES_free};
  std::vector<std::string> names;
  for (int i = 0; list && i < sk_GENERAL_NAME_num(list.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(list.get(), i);
    if (name->type == GEN_IPADD) names.push_back(addressText(name->d.iPAddress));
    if (name->type != GEN_DNS) continue;
    const auto* data = reinterpret_cast<const char*>(ASN1_STRING_get0_data(name->d.dNSName));
    names.emplace_back(data, static_cast<std::size_t>(ASN1_STRING_length(name->d.dNSName)));
  }
  return names;
}

std::string describeKey(const EVP_PKEY* key) {
  if (key == nullptr) return "unknown";
  const int type = EVP_PKEY_get_base_id(key);
  if (type == EVP_PKEY_RSA) return fmt::format("RSA {}", EVP_PKEY_get_bits(key));
  if (type == EVP_PKEY_EC) return fmt::format("ECDSA P-{}", EVP_PKEY_get_bits(key));
  const char* name = EVP_PKEY_get0_type_name(key);
  return name != nullptr ? name : "unknown";
}

}  // namespace

Result<CertificateFacts> readCertificate(const std::string& pem) {
  const auto chain = parseCertificates(pem, "The text");
  if (!chain) return failure(chain.error());
  const X509* certificate = chain->front().get();
  CertificateFacts facts;
  facts.subject = nameText(X509_get_subject_name(certificate));
  facts.issuer = nameText(X509_get_issuer_name(certificate));
  facts.names = alternativeNames(certificate);
  facts.notBefore = wallTime(X509_get0_notBefore(certificate));
  facts.notAfter = wallTime(X509_get0_notAfter(certificate));
  facts.fingerprint = fingerprintOf(certificate);
  facts.keyDescription = describeKey(X509_get0_pubkey(certificate));
  return facts;
}

Result<void> checkKeyMatches(const std::string& certificatePem, const std::string& privateKeyPem) {
  const auto chain = parseCertificates(certificatePem, "The certificate");
  if (!chain) return failure(chain.error());
  const auto key = parsePrivateKey(privateKeyPem, "The private key");
  if (!key) return failure(key.error());
  const int matches = X509_check_private_key(chain->front().get(), key->get());
  takeOpenSslError();
  if (matches == 1) return {};
  return failure(
      Error{ErrorCode::Invalid, Side::Balancer, "The private key does not belong to the certificate."});
}

}  // namespace spillway::pki

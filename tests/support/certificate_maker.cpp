// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/certificate_maker.h"

#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/x509v3.h>

#include <fstream>

#include "engine/pki/certificate.h"
#include "engine/pki/certificate_text.h"
#include "engine/pki/openssl_pointers.h"

namespace spillway::test {
namespace {

constexpr long kDay = 24L * 60 * 60;

pki::KeyPointer makeKey(const std::string& kind) {
  if (kind == "ED25519") return pki::KeyPointer{EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")};
  if (kind.starts_with("RSA-")) {
    const auto bits = static_cast<std::size_t>(std::stoi(kind.substr(4)));
    return pki::KeyPointer{EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", bits)};
  }
  return pki::KeyPointer{EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", kind.c_str())};
}

void addExtension(X509* certificate, int kind, const std::string& value) {
  X509V3_CTX settings;
  X509V3_set_ctx_nodb(&settings);
  X509V3_set_ctx(&settings, certificate, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &settings, kind, value.c_str());
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

const EVP_MD* hashFor(const EVP_PKEY* key, const std::string& name) {
  return EVP_PKEY_get_base_id(key) == EVP_PKEY_ED25519 ? nullptr : EVP_get_digestbyname(name.c_str());
}

}  // namespace

pki::IssuedCertificate makeCertificate(const CertificateWish& wish, const pki::IssuedCertificate* issuer) {
  const pki::KeyPointer key = makeKey(wish.key);
  const pki::CertificatePointer made{X509_new()};
  X509* raw = made.get();
  X509_set_version(raw, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(raw), wish.serial);
  X509_gmtime_adj(X509_getm_notBefore(raw), wish.fromDay * kDay);
  X509_gmtime_adj(X509_getm_notAfter(raw), wish.toDay * kDay);
  X509_NAME* subject = X509_get_subject_name(raw);
  X509_NAME_add_entry_by_txt(subject, "O", MBSTRING_UTF8, reinterpret_cast<const unsigned char*>("Test"), -1,
                             -1, 0);
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(wish.commonName.c_str()), -1, -1, 0);
  X509_set_pubkey(raw, key.get());
  if (wish.isAuthority) {
    addExtension(raw, NID_basic_constraints, "critical,CA:TRUE");
    addExtension(raw, NID_key_usage, "critical,keyCertSign,cRLSign");
  }
  if (!wish.usage.empty()) addExtension(raw, NID_ext_key_usage, wish.usage);
  std::string names;
  for (const auto& name : wish.names)
    names += (names.empty() ? "DNS:" : ",DNS:") + name;
  if (!names.empty()) addExtension(raw, NID_subject_alt_name, names);

  std::string rest;
  if (issuer == nullptr) {
    X509_set_issuer_name(raw, subject);
    X509_sign(raw, key.get(), hashFor(key.get(), wish.hash));
  } else {
    const auto chain = pki::parseCertificates(issuer->certificatePem, "The issuer").value();
    const auto signer = pki::parsePrivateKey(issuer->privateKeyPem, "The issuer").value();
    X509* parent = chain.front().get();
    X509_set_issuer_name(raw, X509_get_subject_name(parent));
    X509_sign(raw, signer.get(), hashFor(signer.get(), wish.hash));
    if (X509_check_issued(parent, parent) != X509_V_OK) rest = issuer->certificatePem;
  }
  return {pki::pemText(raw) + rest, pki::pemText(key.get())};
}

std::string makeRevocationList(const pki::IssuedCertificate& authority, const std::vector<int>& serials,
                               long toDay) {
  const auto chain = pki::parseCertificates(authority.certificatePem, "The authority").value();
  const auto key = pki::parsePrivateKey(authority.privateKeyPem, "The authority").value();
  const pki::RevocationListPointer list{X509_CRL_new()};
  X509_CRL_set_version(list.get(), X509_CRL_VERSION_2);
  X509_CRL_set_issuer_name(list.get(), X509_get_subject_name(chain.front().get()));
  ASN1_TIME* time = ASN1_TIME_new();
  X509_CRL_set1_lastUpdate(list.get(), X509_gmtime_adj(time, -10 * kDay));
  for (const int serial : serials) {
    X509_REVOKED* entry = X509_REVOKED_new();
    ASN1_INTEGER* number = ASN1_INTEGER_new();
    ASN1_INTEGER_set(number, serial);
    X509_REVOKED_set_serialNumber(entry, number);
    X509_REVOKED_set_revocationDate(entry, time);
    X509_CRL_add0_revoked(list.get(), entry);
    ASN1_INTEGER_free(number);
  }
  X509_CRL_set1_nextUpdate(list.get(), X509_gmtime_adj(time, toDay * kDay));
  ASN1_TIME_free(time);
  X509_CRL_sort(list.get());
  X509_CRL_sign(list.get(), key.get(), EVP_sha256());
  BIO* bio = BIO_new(BIO_s_mem());
  PEM_write_bio_X509_CRL(bio, list.get());
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio, &text);
  std::string pem(text, static_cast<std::size_t>(size));
  BIO_free(bio);
  return pem;
}

std::string makePkcs12(const pki::IssuedCertificate& pair, const std::string& password) {
  const auto chain = pki::parseCertificates(pair.certificatePem, "The certificate").value();
  const auto key = pki::parsePrivateKey(pair.privateKeyPem, "The key").value();
  STACK_OF(X509)* others = sk_X509_new_null();
  for (std::size_t i = chain.size(); i-- > 1;)  // backwards: readers are to put them right
    sk_X509_push(others, chain[i].get());
  PKCS12* bag =
      PKCS12_create(password.c_str(), "test", key.get(), chain.front().get(), others, 0, 0, 0, 0, 0);
  unsigned char* bytes = nullptr;
  const int size = i2d_PKCS12(bag, &bytes);
  std::string text(reinterpret_cast<char*>(bytes), static_cast<std::size_t>(size));
  OPENSSL_free(bytes);
  PKCS12_free(bag);
  sk_X509_free(others);
  return text;
}

std::string idOf(const pki::IssuedCertificate& pair) {
  return pki::readCertificate(pair.certificatePem).value().fingerprint;
}

void writeFile(const std::string& file, const std::string& text) {
  std::ofstream(file, std::ios::binary | std::ios::trunc) << text;
}

}  // namespace spillway::test

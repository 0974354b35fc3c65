// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/pki/issue.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>

#include "engine/pki/certificate_text.h"
#include "engine/pki/openssl_pointers.h"

namespace spillway::pki {

namespace {

constexpr long kDay = 24L * 60 * 60;
constexpr long kAuthorityLife = 3652 * kDay;
constexpr long kServerLife = 397 * kDay;
constexpr long kBackdate = 60L * 60;            // clocks of containers may be behind
constexpr std::size_t kLongestCommonName = 64;  // X.520's upper bound
constexpr std::size_t kLongestDnsName = 253;
constexpr int kSerialBytes = 16;

template <class T, void (*release)(T*)>
struct Release {
  void operator()(T* value) const { release(value); }
};
using BigNumber = std::unique_ptr<BIGNUM, Release<BIGNUM, BN_free>>;
using Extension = std::unique_ptr<X509_EXTENSION, Release<X509_EXTENSION, X509_EXTENSION_free>>;
using Names = std::unique_ptr<GENERAL_NAMES, Release<GENERAL_NAMES, GENERAL_NAMES_free>>;

tl::unexpected<Error> cannotIssue() {
  return failure(Error{ErrorCode::System, Side::Balancer,
                       fmt::format("OpenSSL could not make a certificate: {}.", takeOpenSslError())});
}

bool setSerial(X509* certificate) {
  std::array<unsigned char, kSerialBytes> bytes{};
  if (RAND_bytes(bytes.data(), kSerialBytes) != 1) return false;
  bytes[0] = static_cast<unsigned char>((bytes[0] & 0x3f) | 0x40);  // positive, and always 16 bytes long
  const BigNumber number{BN_bin2bn(bytes.data(), kSerialBytes, nullptr)};
  return BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr;
}

bool addNameEntry(X509_NAME* name, const char* field, const std::string& text) {
  return X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8,
                                    reinterpret_cast<const unsigned char*>(text.data()),
                                    static_cast<int>(text.size()), -1, 0) == 1;
}

bool addExtension(X509* certificate, X509* issuer, int kind, const char* value) {
  X509V3_CTX settings;
  X509V3_set_ctx_nodb(&settings);
  X509V3_set_ctx(&settings, issuer, certificate, nullptr, nullptr, 0);
  const Extension extension{X509V3_EXT_conf_nid(nullptr, &settings, kind, value)};
  return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

/// Names go in as values, never through OpenSSL's configuration syntax, in which a comma could smuggle in
/// more.
bool addAlternativeNames(X509* certificate, const std::vector<std::string>& names) {
  const Names list{GENERAL_NAMES_new()};
  for (const auto& text : names) {
    GENERAL_NAME* name = GENERAL_NAME_new();
    sk_GENERAL_NAME_push(list.get(), name);
    if (ASN1_OCTET_STRING* address = a2i_IPADDRESS(text.c_str())) {
      GENERAL_NAME_set0_value(name, GEN_IPADD, address);
      continue;
    }
    ASN1_IA5STRING* dns = ASN1_IA5STRING_new();
    if (ASN1_STRING_set(dns, text.data(), static_cast<int>(text.size())) != 1) return false;
    GENERAL_NAME_set0_value(name, GEN_DNS, dns);
  }
  return X509_add1_ext_i2d(certificate, NID_subject_alt_name, list.get(), 0, X509V3_ADD_DEFAULT) == 1;
}

/// The parts that authority and server certificates have in common: version, serial, validity, subject, key.
CertificatePointer blankCertificate(EVP_PKEY* key, const std::string& commonName, long life) {
  CertificatePointer certificate{X509_new()};
  X509* raw = certificate.get();
  X509_NAME* subject = X509_get_subject_name(raw);
  const bool filled = X509_set_version(raw, X509_VERSION_3) == 1 && setSerial(raw) &&
                      X509_gmtime_adj(X509_getm_notBefore(raw), -kBackdate) != nullptr &&
                      X509_gmtime_adj(X509_getm_notAfter(raw), life - kBackdate) != nullptr &&
                      addNameEntry(subject, "O", "Spillway") &&
                      addNameEntry(subject, "CN", commonName.substr(0, kLongestCommonName)) &&
                      X509_set_pubkey(raw, key) == 1;
  if (!filled) certificate.reset();
  return certificate;
}

bool isDnsLabel(std::string_view label) {
  const auto allowed = [](unsigned char c) { return std::isalnum(c) != 0 || c == '-' || c == '_'; };
  return !label.empty() && label.size() <= 63 && label.front() != '-' && label.back() != '-' &&
         std::all_of(label.begin(), label.end(), allowed);
}

/// "a.b", also with "*." before it; ASCII only.
bool isDnsName(std::string_view name) {
  if (name.size() > kLongestDnsName) return false;
  if (name.substr(0, 2) == "*.") name.remove_prefix(2);
  for (;;) {
    const auto dot = name.find('.');
    if (!isDnsLabel(name.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    name.remove_prefix(dot + 1);
  }
}

/// The address in its shortest form; nullopt when the text is none.
std::optional<std::string> canonicalAddress(const std::string& text) {
  std::array<unsigned char, sizeof(in6_addr)> bytes{};
  std::array<char, INET6_ADDRSTRLEN> canonical{};
  for (const int family : {AF_INET, AF_INET6})
    if (::inet_pton(family, text.c_str(), bytes.data()) == 1)
      return ::inet_ntop(family, bytes.data(), canonical.data(), canonical.size());
  return std::nullopt;
}

/// Four groups of digits that are no address, "256.1.1.1": nobody means a DNS name by that.
bool looksLikeAddress(const std::string& name) {
  return name.find_first_not_of("0123456789.") == std::string::npos;
}

}  // namespace

Result<IssuedCertificate> issueAuthority(const std::string& commonName) {
  const KeyPointer key{EVP_EC_gen("P-256")};
  if (!key) return cannotIssue();
  const CertificatePointer certificate = blankCertificate(key.get(), commonName, kAuthorityLife);
  if (!certificate) return cannotIssue();
  X509* raw = certificate.get();
  const bool made = X509_set_issuer_name(raw, X509_get_subject_name(raw)) == 1 &&
                    addExtension(raw, raw, NID_basic_constraints, "critical,CA:TRUE,pathlen:0") &&
                    addExtension(raw, raw, NID_key_usage, "critical,keyCertSign,cRLSign") &&
                    addExtension(raw, raw, NID_subject_key_identifier, "hash") &&
                    X509_sign(raw, key.get(), EVP_sha256()) > 0;
  if (!made) return cannotIssue();
  return IssuedCertificate{pemText(raw), pemText(key.get())};
}

Result<std::vector<std::string>> serverNames(const std::vector<std::string>& names) {
  std::vector<std::string> wanted = names;
  wanted.insert(wanted.end(), {"localhost", "127.0.0.1", "::1"});
  std::vector<std::string> all;
  for (std::string name : wanted) {
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
    const auto address = canonicalAddress(name);
    if (!address && (!isDnsName(name) || looksLikeAddress(name)))
      return failure(Error{ErrorCode::Invalid, Side::Balancer,
                           fmt::format("\"{}\" is neither a DNS name nor an IP address.", name)});
    if (address) name = *address;
    if (std::find(all.begin(), all.end(), name) == all.end()) all.push_back(std::move(name));
  }
  return all;
}

Result<IssuedCertificate> issueServer(const IssuedCertificate& authority,
                                      const std::vector<std::string>& names) {
  const auto authorityChain = parseCertificates(authority.certificatePem, "The local CA");
  if (!authorityChain) return failure(authorityChain.error());
  const auto authorityKey = parsePrivateKey(authority.privateKeyPem, "The local CA's key");
  if (!authorityKey) return failure(authorityKey.error());
  X509* issuer = authorityChain->front().get();

  const KeyPointer key{EVP_EC_gen("P-256")};
  if (!key) return cannotIssue();
  const CertificatePointer certificate = blankCertificate(key.get(), names.front(), kServerLife);
  if (!certificate) return cannotIssue();
  X509* raw = certificate.get();
  const bool made = X509_set_issuer_name(raw, X509_get_subject_name(issuer)) == 1 &&
                    addExtension(raw, issuer, NID_basic_constraints, "critical,CA:FALSE") &&
                    addExtension(raw, issuer, NID_key_usage, "critical,digitalSignature") &&
                    addExtension(raw, issuer, NID_ext_key_usage, "serverAuth") &&
                    addExtension(raw, issuer, NID_subject_key_identifier, "hash") &&
                    addExtension(raw, issuer, NID_authority_key_identifier, "keyid:always") &&
                    addAlternativeNames(raw, names) && X509_sign(raw, authorityKey->get(), EVP_sha256()) > 0;
  if (!made) return cannotIssue();
  IssuedCertificate issued{pemText(raw), pemText(key.get())};
  issued.certificatePem += authority.certificatePem;
  return issued;
}

std::string storageName(const std::string& authorityPem, std::vector<std::string> names) {
  std::sort(names.begin(), names.end());
  std::string identity = authorityPem;
  for (const auto& name : names)
    identity += name + '\n';
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  EVP_Digest(identity.data(), identity.size(), digest.data(), nullptr, EVP_sha256(), nullptr);
  std::string text;
  for (std::size_t i = 0; i < 16; ++i)
    text += fmt::format("{:02x}", digest[i]);
  return text;
}

}  // namespace spillway::pki

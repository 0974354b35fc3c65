// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/net/server_certificate.h"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <tuple>

#include "engine/pki/certificate.h"
#include "engine/pki/openssl_pointers.h"

namespace spillway::net {
namespace {

constexpr int kSmallestRsaKey = 2048;

tl::unexpected<Error> invalid(std::string sentence) {
  return failure(Error{ErrorCode::Invalid, Side::Balancer, std::move(sentence)});
}

std::string lowerCase(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return std::tolower(c); });
  return lower;
}

/// ALB takes RSA from 2048 bits and ECDSA keys (User Guide, "SSL certificates").
Result<void> checkKeyKind(const EVP_PKEY* key) {
  const int kind = EVP_PKEY_get_base_id(key);
  if (kind == EVP_PKEY_ED25519)
    return invalid("The private key is an Ed25519 key, which ALB refuses; use ECDSA or RSA.");
  if (kind != EVP_PKEY_EC && kind != EVP_PKEY_RSA)
    return invalid("The private key is neither an ECDSA nor an RSA key.");
  if (kind == EVP_PKEY_RSA && EVP_PKEY_get_bits(key) < kSmallestRsaKey)
    return invalid(fmt::format("The private key is RSA with {} bits; at least 2048 are needed.",
                               EVP_PKEY_get_bits(key)));
  return {};
}

int hashBitsOf(X509* certificate) {
  int hash = NID_undef;
  X509_get_signature_info(certificate, &hash, nullptr, nullptr, nullptr);
  const EVP_MD* known = EVP_get_digestbynid(hash);
  return known == nullptr || hash == NID_md5 ? 0 : EVP_MD_get_size(known) * 8;
}

/// The alternative names; of certificates without any, the common name, as clients of old do.
std::vector<std::string> namesOf(const X509* certificate, const pki::CertificateFacts& facts) {
  std::vector<std::string> names;
  for (const auto& name : facts.names)
    names.push_back(lowerCase(name));
  std::array<char, 256> common{};
  if (names.empty() && X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName,
                                                 common.data(), common.size()) > 0)
    names.push_back(lowerCase(common.data()));
  return names;
}

bool nameCovers(std::string_view pattern, std::string_view name) {
  if (!pattern.starts_with("*.")) return pattern == name;
  const auto dot = name.find('.');
  return dot != std::string_view::npos && dot > 0 && name.substr(dot) == pattern.substr(1);
}

}  // namespace

Result<std::shared_ptr<const ServerCertificate>> ServerCertificate::make(const std::string& chainPem,
                                                                         const std::string& privateKeyPem) {
  auto chain = pki::parseCertificates(chainPem, "The certificate");
  if (!chain) return failure(chain.error());
  auto key = pki::parsePrivateKey(privateKeyPem, "The private key");
  if (!key) return failure(key.error());
  if (const auto kind = checkKeyKind(key->get()); !kind) return failure(kind.error());
  X509* leaf = chain->front().get();
  const int belongs = X509_check_private_key(leaf, key->get());
  pki::takeOpenSslError();
  if (belongs != 1) return invalid("The private key does not belong to the certificate.");
  const auto facts = pki::readCertificate(chainPem);
  if (!facts) return failure(facts.error());

  std::shared_ptr<ServerCertificate> made(new ServerCertificate);
  made->id_ = facts->fingerprint;
  made->names_ = namesOf(leaf, *facts);
  made->isEcdsa_ = EVP_PKEY_get_base_id(key->get()) == EVP_PKEY_EC;
  made->hashBits_ = hashBitsOf(leaf);
  made->keyBits_ = EVP_PKEY_get_bits(key->get());
  made->notAfter_ = facts->notAfter;
  made->leaf_ = chain->front().release();
  made->key_ = key->release();
  made->chain_ = sk_X509_new_null();
  for (std::size_t i = 1; i < chain->size(); ++i)
    sk_X509_push(made->chain_, (*chain)[i].release());
  return made;
}

ServerCertificate::~ServerCertificate() {
  X509_free(leaf_);
  EVP_PKEY_free(key_);
  sk_X509_pop_free(chain_, &X509_free);
}

bool ServerCertificate::covers(std::string_view serverName) const {
  const std::string name = lowerCase(serverName);
  return !name.empty() &&
         std::ranges::any_of(names_, [&](const auto& pattern) { return nameCovers(pattern, name); });
}

bool ServerCertificate::isBetterThan(const ServerCertificate& other, WallTime now) const {
  const auto rank = [&](const ServerCertificate& one) {
    return std::tuple(one.isEcdsa_, one.notAfter_ > now, one.hashBits_, one.keyBits_, one.notAfter_);
  };
  return rank(*this) > rank(other);
}

std::vector<const ServerCertificate*> candidatesFor(const ServerCertificates& all,
                                                    std::string_view serverName, WallTime now) {
  std::vector<const ServerCertificate*> found;
  for (const auto& certificate : all) {
    if (certificate->covers(serverName)) found.push_back(certificate.get());
  }
  std::ranges::stable_sort(found, [&](const auto* a, const auto* b) { return a->isBetterThan(*b, now); });
  return found;
}

}  // namespace spillway::net

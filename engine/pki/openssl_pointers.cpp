// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/pki/openssl_pointers.h"

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <array>

namespace spillway::pki {

namespace {

using BioPointer = std::unique_ptr<BIO, decltype(&BIO_free_all)>;

BioPointer readOnly(const std::string& text) {
  return {BIO_new_mem_buf(text.data(), static_cast<int>(text.size())), &BIO_free_all};
}

tl::unexpected<Error> invalid(std::string sentence) {
  return failure(Error{ErrorCode::Invalid, Side::Balancer, std::move(sentence)});
}

/// Called by OpenSSL when a key is encrypted: remembers it instead of asking on the terminal.
int refusePassphrase(char*, int, int, void* wasAsked) {
  *static_cast<bool*>(wasAsked) = true;
  return -1;
}

/// All objects of one kind in the text, in its order; the reason in words when one of them is damaged.
template <class Pointer, class Read>
Result<std::vector<Pointer>, std::string> parseAll(const std::string& pem, Read read) {
  ERR_clear_error();
  const BioPointer bio = readOnly(pem);
  std::vector<Pointer> all;
  while (auto* one = read(bio.get(), nullptr, nullptr, nullptr))
    all.emplace_back(one);
  const bool atEnd = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  std::string reason = takeOpenSslError();
  if (!atEnd) return failure(std::move(reason));
  return all;
}

}  // namespace

void OpenSslDelete::operator()(x509_st* certificate) const {
  X509_free(certificate);
}
void OpenSslDelete::operator()(evp_pkey_st* key) const {
  EVP_PKEY_free(key);
}
void OpenSslDelete::operator()(X509_crl_st* list) const {
  X509_CRL_free(list);
}

Result<std::vector<CertificatePointer>> parseCertificates(const std::string& pem, const std::string& what) {
  auto chain = parseAll<CertificatePointer>(pem, &PEM_read_bio_X509);
  if (!chain) return invalid(fmt::format("{} holds a damaged certificate ({}).", what, chain.error()));
  if (chain->empty())
    return invalid(fmt::format("{} is not a PEM certificate (no -----BEGIN CERTIFICATE-----).", what));
  return std::move(*chain);
}

Result<std::vector<RevocationListPointer>> parseRevocationLists(const std::string& pem,
                                                                const std::string& what) {
  auto lists = parseAll<RevocationListPointer>(pem, &PEM_read_bio_X509_CRL);
  if (!lists) return invalid(fmt::format("{} holds a damaged revocation list ({}).", what, lists.error()));
  if (lists->empty())
    return invalid(fmt::format("{} is not a PEM revocation list (no -----BEGIN X509 CRL-----).", what));
  return std::move(*lists);
}

Result<KeyPointer> parsePrivateKey(const std::string& pem, const std::string& what) {
  ERR_clear_error();
  const BioPointer bio = readOnly(pem);
  bool wantsPassphrase = false;
  KeyPointer key{PEM_read_bio_PrivateKey(bio.get(), nullptr, &refusePassphrase, &wantsPassphrase)};
  const std::string reason = takeOpenSslError();
  if (key) return key;
  if (wantsPassphrase)
    return invalid(fmt::format("{} is protected by a passphrase; give an unencrypted key.", what));
  if (pem.find("PRIVATE KEY-----") == std::string::npos)
    return invalid(fmt::format("{} is not a PEM private key (no -----BEGIN PRIVATE KEY-----).", what));
  return invalid(fmt::format("{} holds a damaged private key ({}).", what, reason));
}

std::string takeOpenSslError() {
  const unsigned long code = ERR_peek_last_error();
  ERR_clear_error();
  const char* reason = code != 0 ? ERR_reason_error_string(code) : nullptr;
  return reason != nullptr ? reason : "unknown reason";
}

std::string fingerprintOf(const x509_st* certificate) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  X509_digest(certificate, EVP_sha256(), digest.data(), &size);
  std::string text;
  for (unsigned int i = 0; i < size; ++i)
    text += fmt::format("{:02x}", digest[i]);
  return text;
}

}  // namespace spillway::pki

// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/pki/pkcs12.h"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/pkcs12.h>
#include <openssl/x509v3.h>

#include "engine/pki/certificate_text.h"
#include "engine/pki/key_file.h"
#include "engine/pki/openssl_pointers.h"

namespace spillway::pki {
namespace {

using Bag = std::unique_ptr<PKCS12, decltype(&PKCS12_free)>;

tl::unexpected<Error> invalid(std::string sentence) {
  return failure(Error{ErrorCode::Invalid, Side::Balancer, std::move(sentence)});
}

Result<std::string> readPassword(const std::string& file) {
  if (file.empty()) return std::string();
  auto text = readSmallFile(file, KeyAccess::Any);
  if (!text) return text;
  return text->substr(0, text->find_first_of("\r\n"));
}

/// The leaf and then each time the issuer of the last one: files hold them in any order.
std::string chainText(X509* leaf, STACK_OF(X509) * others) {
  std::string text = pemText(leaf);
  X509* last = leaf;
  for (int round = 0; round < sk_X509_num(others); ++round) {
    X509* issuer = nullptr;
    for (int i = 0; i < sk_X509_num(others) && issuer == nullptr; ++i) {
      X509* candidate = sk_X509_value(others, i);
      if (candidate != last && X509_check_issued(candidate, last) == X509_V_OK) issuer = candidate;
    }
    if (issuer == nullptr || X509_check_issued(last, last) == X509_V_OK) break;
    text += pemText(issuer);
    last = issuer;
  }
  return text;
}

Result<IssuedCertificate> unpack(PKCS12* bag, const std::string& file, const std::string& password) {
  if (PKCS12_mac_present(bag) == 1 && PKCS12_verify_mac(bag, password.c_str(), -1) != 1 &&
      !(password.empty() && PKCS12_verify_mac(bag, nullptr, 0) == 1)) {
    takeOpenSslError();
    return invalid(fmt::format("The password does not open the file {}.", file));
  }
  EVP_PKEY* rawKey = nullptr;
  X509* rawLeaf = nullptr;
  STACK_OF(X509)* rawOthers = nullptr;
  const int parsed = PKCS12_parse(bag, password.c_str(), &rawKey, &rawLeaf, &rawOthers);
  const KeyPointer key{rawKey};
  const CertificatePointer leaf{rawLeaf};
  const std::unique_ptr<STACK_OF(X509), void (*)(STACK_OF(X509)*)> others{
      rawOthers, [](STACK_OF(X509) * list) { sk_X509_pop_free(list, &X509_free); }};
  if (parsed != 1) {
    // OpenSSL 3 has RC2 and such only in its legacy provider.
    return invalid(
        fmt::format("The file {} cannot be unpacked ({}); if an old program made it, make it anew "
                    "with AES encryption.",
                    file, takeOpenSslError()));
  }
  if (!leaf || !key)
    return invalid(fmt::format("The file {} does not hold both a certificate and its private key.", file));
  return IssuedCertificate{chainText(leaf.get(), others.get()), pemText(key.get())};
}

}  // namespace

Result<IssuedCertificate> readPkcs12File(const std::string& file, const std::string& passwordFile) {
  const auto password = readPassword(passwordFile);
  if (!password) return failure(password.error());
  const auto bytes = readSmallFile(file, KeyAccess::Any);
  if (!bytes) return failure(bytes.error());
  ERR_clear_error();
  const auto* place = reinterpret_cast<const unsigned char*>(bytes->data());
  const Bag bag{d2i_PKCS12(nullptr, &place, static_cast<long>(bytes->size())), &PKCS12_free};
  takeOpenSslError();
  if (!bag) return invalid(fmt::format("The file {} is not a PKCS#12 file.", file));
  return unpack(bag.get(), file, *password);
}

}  // namespace spillway::pki

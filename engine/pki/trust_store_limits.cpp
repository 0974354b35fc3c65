// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/pki/trust_store_limits.h"

#include <fmt/format.h>
#include <openssl/x509.h>

#include "engine/pki/openssl_pointers.h"

namespace spillway::pki {
namespace {

constexpr std::size_t kMostAuthorities = 25;
constexpr int kLargestAuthority = 16 * 1024;
constexpr int kLargestSubject = 10'000;
constexpr std::size_t kMostRevocations = 500'000;

tl::unexpected<Error> tooMuch(std::string sentence) {
  return failure(Error{ErrorCode::Invalid, Side::Balancer, std::move(sentence)});
}

}  // namespace

Result<void> checkAuthorities(const std::string& pem, const std::string& what) {
  const auto authorities = parseCertificates(pem, what);
  if (!authorities) return failure(authorities.error());
  if (authorities->size() > kMostAuthorities)
    return tooMuch(fmt::format("{} holds {} CA certificates; a trust store has at most {}.", what,
                               authorities->size(), kMostAuthorities));
  for (std::size_t i = 0; i < authorities->size(); ++i) {
    const X509* authority = (*authorities)[i].get();
    if (i2d_X509_NAME(X509_get_subject_name(authority), nullptr) > kLargestSubject)
      return tooMuch(fmt::format("{} holds a CA certificate (number {}) whose subject is over 10,000 bytes.",
                                 what, i + 1));
    if (i2d_X509(authority, nullptr) > kLargestAuthority)
      return tooMuch(fmt::format("{} holds a CA certificate (number {}) of more than 16 KiB.", what, i + 1));
  }
  return {};
}

Result<void> checkRevocations(const std::vector<std::string>& lists) {
  std::size_t revoked = 0;
  for (const auto& text : lists) {
    const auto parsed = parseRevocationLists(text, "The revocation file");
    if (!parsed) return failure(parsed.error());
    for (const auto& list : *parsed) {
      const int entries = sk_X509_REVOKED_num(X509_CRL_get_REVOKED(list.get()));
      if (entries > 0) revoked += static_cast<std::size_t>(entries);  // -1: the list names nobody
    }
  }
  if (revoked <= kMostRevocations) return {};
  return tooMuch(
      fmt::format("The lists name {} revoked certificates; a trust store has at most 500,000.", revoked));
}

}  // namespace spillway::pki

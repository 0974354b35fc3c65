// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/net/client_authentication.h"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include "engine/pki/certificate_text.h"
#include "engine/pki/openssl_pointers.h"

namespace spillway::net {
namespace {

using Mode = ClientAuthentication::Mode;

constexpr int kLargestCertificateMessage = 64 * 1024;  // ALB: 64 K
/// ALB: chains of at most 4. Read as leaf and up to three intermediates below the trust store's CA
/// (unverified).
constexpr int kIntermediates = 3;

/// Remembers the leaf beside the connection: OpenSSL forgets a certificate that it refuses.
int leafIndex() {
  static const int index = SSL_get_ex_new_index(
      0, nullptr, nullptr, nullptr,
      [](void*, void* leaf, CRYPTO_EX_DATA*, int, long, void*) { X509_free(static_cast<X509*>(leaf)); });
  return index;
}

X509* rememberLeaf(X509_STORE_CTX* check) {
  auto* connection =
      static_cast<SSL*>(X509_STORE_CTX_get_ex_data(check, SSL_get_ex_data_X509_STORE_CTX_idx()));
  X509* leaf = X509_STORE_CTX_get0_cert(check);
  X509_free(static_cast<X509*>(SSL_get_ex_data(connection, leafIndex())));
  X509_up_ref(leaf);
  SSL_set_ex_data(connection, leafIndex(), leaf);
  return leaf;
}

/// ALB: version 3; RSA of 2048-8192 bits or ECDSA on P-256, P-384, P-521; signed with SHA-2.
bool isSupported(X509* certificate) {
  const EVP_PKEY* key = X509_get0_pubkey(certificate);
  if (key == nullptr || X509_get_version(certificate) != X509_VERSION_3) return false;
  const int kind = EVP_PKEY_get_base_id(key);
  const int bits = EVP_PKEY_get_bits(key);
  const bool rsa = kind == EVP_PKEY_RSA && bits >= 2048 && bits <= 8192;
  const bool ecdsa = kind == EVP_PKEY_EC && (bits == 256 || bits == 384 || bits == 521);
  int hash = NID_undef;
  X509_get_signature_info(certificate, &hash, nullptr, nullptr, nullptr);
  return (rsa || ecdsa) && (hash == NID_sha256 || hash == NID_sha384 || hash == NID_sha512);
}

int acceptAny(X509_STORE_CTX* check, void*) {
  rememberLeaf(check);
  X509_STORE_CTX_set_error(check, X509_V_OK);
  return 1;
}

int judge(X509_STORE_CTX* check, void*) {
  if (!isSupported(rememberLeaf(check))) {
    X509_STORE_CTX_set_error(check, X509_V_ERR_UNSUPPORTED_SIGNATURE_ALGORITHM);
    return 0;
  }
  return X509_verify_cert(check);
}

/// Hears of each flaw during the check and lets pass what ALB lets pass.
template <bool kIgnoreExpiry>
int tolerate(int good, X509_STORE_CTX* check) {
  if (good == 1) return 1;
  const int flaw = X509_STORE_CTX_get_error(check);
  // A CA without a list has revoked nothing. A list that is out of date goes on counting: its owner replaces
  // it by hand (unverified).
  const bool listIsMissing = flaw == X509_V_ERR_UNABLE_TO_GET_CRL || flaw == X509_V_ERR_CRL_HAS_EXPIRED;
  const bool expired = flaw == X509_V_ERR_CERT_HAS_EXPIRED && X509_STORE_CTX_get_error_depth(check) == 0;
  if (!listIsMissing && !(kIgnoreExpiry && expired)) return 0;
  X509_STORE_CTX_set_error(check, X509_V_OK);
  return 1;
}

Result<void> installTrustStore(SSL_CTX* context, const ClientAuthentication& clients) {
  const auto authorities = pki::parseCertificates(clients.caCertificatesPem, "The trust store");
  if (!authorities) return failure(authorities.error());
  X509_STORE* store = SSL_CTX_get_cert_store(context);
  for (const auto& authority : *authorities) {
    X509_STORE_add_cert(store, authority.get());
    if (clients.advertiseCaNames) SSL_CTX_add_client_CA(context, authority.get());
  }
  for (const auto& text : clients.revocationListsPem) {
    const auto lists = pki::parseRevocationLists(text, "The revocation file");
    if (!lists) return failure(lists.error());
    for (const auto& list : *lists)
      X509_STORE_add_crl(store, list.get());
  }
  // A trust store may hold an intermediate CA without its root.
  X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN);
  if (!clients.revocationListsPem.empty())
    X509_STORE_set_flags(store, X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL);
  ERR_clear_error();
  return {};
}

const char* codeOfVerdict(long verdict) {
  switch (verdict) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return "ClientCertExpired";
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return "ClientCertNotYetValid";
    case X509_V_ERR_CERT_REVOKED:
      return "ClientCertCrlHit";
    case X509_V_ERR_UNABLE_TO_DECRYPT_CRL_SIGNATURE:
    case X509_V_ERR_CRL_SIGNATURE_FAILURE:
    case X509_V_ERR_CRL_NOT_YET_VALID:
    case X509_V_ERR_ERROR_IN_CRL_LAST_UPDATE_FIELD:
    case X509_V_ERR_ERROR_IN_CRL_NEXT_UPDATE_FIELD:
    case X509_V_ERR_UNABLE_TO_GET_CRL_ISSUER:
    case X509_V_ERR_KEYUSAGE_NO_CRL_SIGN:
    case X509_V_ERR_UNHANDLED_CRITICAL_CRL_EXTENSION:
    case X509_V_ERR_DIFFERENT_CRL_SCOPE:
    case X509_V_ERR_CRL_PATH_VALIDATION_ERROR:
      return "ClientCertCrlProcessingError";
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_CERT_UNTRUSTED:
      return "ClientCertUntrusted";
    case X509_V_ERR_CERT_CHAIN_TOO_LONG:
      return "ClientCertMaxChainDepthExceeded";
    case X509_V_ERR_INVALID_PURPOSE:
      return "ClientCertPurposeInvalid";
    case X509_V_ERR_CERT_REJECTED:
      return "ClientCertRejected";
    case X509_V_ERR_UNSUPPORTED_SIGNATURE_ALGORITHM:
    case X509_V_ERR_EE_KEY_TOO_SMALL:
    case X509_V_ERR_CA_KEY_TOO_SMALL:
    case X509_V_ERR_CA_MD_TOO_WEAK:
      return "ClientCertTypeUnsupported";
    default:
      return "ClientCertInvalid";
  }
}

}  // namespace

Result<void> installClientAuthentication(ssl_ctx_st* context, const ClientAuthentication& clients) {
  if (clients.mode == Mode::Off) return {};
  // ALB resumes no session of mutual TLS: each connection proves itself anew.
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
  SSL_CTX_set_num_tickets(context, 0);
  SSL_CTX_set_max_cert_list(context, kLargestCertificateMessage);
  if (clients.mode == Mode::Passthrough) {
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
    SSL_CTX_set_cert_verify_callback(context, &acceptAny, nullptr);
    return {};
  }
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT,
                     clients.ignoreExpiry ? &tolerate<true> : &tolerate<false>);
  SSL_CTX_set_verify_depth(context, kIntermediates);
  SSL_CTX_set_cert_verify_callback(context, &judge, nullptr);
  return installTrustStore(context, clients);
}

std::shared_ptr<const ClientCertificate> readClientCertificate(const ssl_st* connection) {
  const auto* leaf = static_cast<const X509*>(SSL_get_ex_data(connection, leafIndex()));
  if (leaf == nullptr) return nullptr;
  auto read = std::make_shared<ClientCertificate>();
  read->subject = pki::subjectText(leaf);
  read->issuer = pki::issuerText(leaf);
  read->serial = pki::serialText(leaf);
  read->validity = pki::validityText(leaf);
  read->isVerified = (SSL_get_verify_mode(connection) & SSL_VERIFY_FAIL_IF_NO_PEER_CERT) != 0;
  read->leafPem = read->chainPem = pki::pemText(leaf);
  const STACK_OF(X509)* others = SSL_get_peer_cert_chain(connection);  // a server's is without the leaf
  for (int i = 0; i < sk_X509_num(others); ++i)
    read->chainPem += pki::pemText(sk_X509_value(others, i));
  return read;
}

const char* failureCode(const ssl_st* connection, unsigned long reason) {
  const long verdict = SSL_get_verify_result(connection);
  if (verdict != X509_V_OK) return codeOfVerdict(verdict);
  switch (ERR_GET_REASON(reason)) {
    case SSL_R_EXCESSIVE_MESSAGE_SIZE:
      return "ClientCertMaxSizeExceeded";
    case SSL_R_BAD_SIGNATURE:
    case SSL_R_CERT_LENGTH_MISMATCH:
      return "ClientCertInvalid";
    case SSL_R_WRONG_SIGNATURE_TYPE:
      return "ClientCertIncompatible";
    default:
      return "UnmappedConnectionError";
  }
}

}  // namespace spillway::net

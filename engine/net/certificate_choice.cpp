// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/net/certificate_choice.h"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include "engine/pki/openssl_pointers.h"

namespace spillway::net {
namespace {

/// Before TLS 1.3 a cipher says which kind of key signs: one must be in both lists.
bool sharesCipher(SSL* connection, const ServerCertificate& certificate) {
  if (SSL_version(connection) >= TLS1_3_VERSION) return true;
  const int wanted = certificate.isEcdsa() ? NID_auth_ecdsa : NID_auth_rsa;
  STACK_OF(SSL_CIPHER)* ours = SSL_get_ciphers(connection);
  STACK_OF(SSL_CIPHER)* theirs = SSL_get_client_ciphers(connection);
  for (int i = 0; i < sk_SSL_CIPHER_num(theirs); ++i) {
    const SSL_CIPHER* cipher = sk_SSL_CIPHER_value(theirs, i);
    if (SSL_CIPHER_get_auth_nid(cipher) == wanted && sk_SSL_CIPHER_find(ours, cipher) >= 0) return true;
  }
  return false;
}

/// Whether the client can check it: signature algorithms, curve and ciphers.
bool fits(SSL* connection, const ServerCertificate& certificate) {
  const int flags = SSL_check_chain(connection, certificate.leaf(), certificate.key(), certificate.chain());
  ERR_clear_error();
  return (flags & CERT_PKEY_VALID) != 0 && sharesCipher(connection, certificate);
}

const ServerCertificate& choose(SSL* connection, const ServerCertificates& all) {
  const char* name = SSL_get_servername(connection, TLSEXT_NAMETYPE_host_name);
  for (const auto* candidate : candidatesFor(all, name != nullptr ? name : "", wallNow())) {
    if (fits(connection, *candidate)) return *candidate;
  }
  return *all.front();
}

/// Called by OpenSSL in each full handshake when the client's hello is known.
int useChosen(SSL* connection, void* certificates) {
  const auto& chosen = choose(connection, *static_cast<const ServerCertificates*>(certificates));
  SSL_certs_clear(connection);
  return SSL_use_cert_and_key(connection, chosen.leaf(), chosen.key(), chosen.chain(), 1);
}

/// Says that the name counts; otherwise OpenSSL would not keep it in the session, and a resumed connection of
/// TLS 1.2 would have none.
int acknowledgeName(SSL*, int*, void*) {
  return SSL_TLSEXT_ERR_OK;
}

}  // namespace

Result<void> installCertificates(ssl_ctx_st* context, const ServerCertificates& certificates) {
  const auto& first = *certificates.front();
  if (SSL_CTX_use_cert_and_key(context, first.leaf(), first.key(), first.chain(), 1) != 1)
    return failure(Error{ErrorCode::Invalid, Side::Balancer,
                         fmt::format("The certificate cannot be used: {}.", pki::takeOpenSslError())});
  SSL_CTX_set_tlsext_servername_callback(context, &acknowledgeName);
  if (certificates.size() > 1)
    SSL_CTX_set_cert_cb(context, &useChosen, const_cast<ServerCertificates*>(&certificates));
  return {};
}

}  // namespace spillway::net

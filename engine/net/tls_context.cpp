// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/net/tls_context.h"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include "engine/pki/openssl_pointers.h"

namespace spillway::net {

namespace {

constexpr unsigned char kServerProtocols[] = "\x02h2\x08http/1.1";  // in order of preference
constexpr unsigned char kClientProtocols[] = "\x02h2";
constexpr const char* kGroups = "X25519:P-256:P-384:P-521";
constexpr const char* kTls13Ciphers =
    "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256";
constexpr int kSmallestRsaKey = 2048;

tl::unexpected<Error> invalid(std::string sentence) {
  return failure(Error{ErrorCode::Invalid, Side::Balancer, std::move(sentence)});
}

/// A client that offers protocols, but none of ours, gets the alert no_application_protocol (RFC 7301 §3.2).
int selectProtocol(SSL*, const unsigned char** chosen, unsigned char* chosenSize,
                   const unsigned char* offered, unsigned int offeredSize, void*) {
  unsigned char* match = nullptr;
  const int result = SSL_select_next_proto(&match, chosenSize, kServerProtocols, sizeof kServerProtocols - 1,
                                           offered, offeredSize);
  *chosen = match;
  return result == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

int versionNumber(const std::string& name) {
  if (name == "TLSv1") return TLS1_VERSION;
  if (name == "TLSv1.1") return TLS1_1_VERSION;
  return name == "TLSv1.2" ? TLS1_2_VERSION : TLS1_3_VERSION;
}

/// What both sides share. Writes may be partial and repeated from another address: output queues move their
/// bytes.
void setCommonOptions(SSL_CTX* context) {
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                SSL_MODE_RELEASE_BUFFERS | SSL_MODE_AUTO_RETRY);
  // HTTP/2 and HTTP/1.1 say themselves where a message ends, so a missing close_notify loses nothing.
  SSL_CTX_set_options(context,
                      SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_IGNORE_UNEXPECTED_EOF);
}

/// The policy's versions and ciphers; its post-quantum groups are those of OpenSSL 3.0: the classical ones.
bool applyPolicy(SSL_CTX* context, const SecurityPolicy& policy) {
  const int lowest = versionNumber(policy.minimumVersion);
  // TLS 1.0 and 1.1 sign with SHA-1, which OpenSSL allows at level 0 only.
  if (lowest < TLS1_2_VERSION) SSL_CTX_set_security_level(context, 0);
  return SSL_CTX_set_min_proto_version(context, lowest) == 1 &&
         SSL_CTX_set_max_proto_version(context, versionNumber(policy.maximumVersion)) == 1 &&
         (policy.ciphers.empty() || SSL_CTX_set_cipher_list(context, policy.ciphers.c_str()) == 1) &&
         SSL_CTX_set_ciphersuites(context, kTls13Ciphers) == 1 &&
         SSL_CTX_set1_groups_list(context, kGroups) == 1;
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

/// Gives the context its certificate, chain and key.
Result<void> useCertificate(SSL_CTX* context, const std::vector<pki::CertificatePointer>& chain,
                            EVP_PKEY* key) {
  if (auto kind = checkKeyKind(key); !kind) return kind;
  X509* leaf = chain.front().get();
  const int belongs = X509_check_private_key(leaf, key);
  ERR_clear_error();
  if (belongs != 1) return invalid("The private key does not belong to the certificate.");
  bool used = SSL_CTX_use_certificate(context, leaf) == 1 && SSL_CTX_use_PrivateKey(context, key) == 1;
  for (std::size_t i = 1; used && i < chain.size(); ++i)
    used = SSL_CTX_add1_chain_cert(context, chain[i].get()) == 1;
  if (!used) return invalid(fmt::format("The certificate cannot be used: {}.", pki::takeOpenSslError()));
  return {};
}

}  // namespace

Result<std::shared_ptr<const TlsContext>> TlsContext::server(const std::string& certificatePem,
                                                             const std::string& privateKeyPem,
                                                             const SecurityPolicy& policy) {
  const auto chain = pki::parseCertificates(certificatePem, "The certificate");
  if (!chain) return failure(chain.error());
  const auto key = pki::parsePrivateKey(privateKeyPem, "The private key");
  if (!key) return failure(key.error());

  std::shared_ptr<TlsContext> made(new TlsContext);
  SSL_CTX* context = made->context_ = SSL_CTX_new(TLS_server_method());
  if (context == nullptr || !applyPolicy(context, policy))
    return invalid(
        fmt::format("The security policy {} cannot be set up: {}.", policy.name, pki::takeOpenSslError()));
  if (const auto used = useCertificate(context, *chain, key->get()); !used) return failure(used.error());
  setCommonOptions(context);
  SSL_CTX_set_options(context, SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_alpn_select_cb(context, &selectProtocol, nullptr);
  SSL_CTX_set_max_early_data(context, 0);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_SERVER);
  made->certificateId_ = pki::fingerprintOf(chain->front().get());
  SSL_CTX_set_session_id_context(context, reinterpret_cast<const unsigned char*>(made->certificateId_.data()),
                                 SSL_MAX_SID_CTX_LENGTH);
  return made;
}

Result<std::shared_ptr<const TlsContext>> TlsContext::client(Verify verify, const std::string& caFile) {
  std::shared_ptr<TlsContext> made(new TlsContext);
  SSL_CTX* context = made->context_ = SSL_CTX_new(TLS_client_method());
  if (context == nullptr || SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) != 1 ||
      SSL_CTX_set_alpn_protos(context, kClientProtocols, sizeof kClientProtocols - 1) != 0)
    return invalid(fmt::format("TLS to targets cannot be set up: {}.", pki::takeOpenSslError()));
  setCommonOptions(context);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  if (verify == Verify::No) {
    SSL_CTX_set_security_level(context, 0);  // certificates that nobody verifies may be weak, too
    SSL_CTX_set_verify(context, SSL_VERIFY_NONE, nullptr);
    return made;
  }
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_default_verify_paths(context);
  if (!caFile.empty() && SSL_CTX_load_verify_file(context, caFile.c_str()) != 1)
    return invalid(fmt::format("The CA file {} cannot be used: {}.", caFile, pki::takeOpenSslError()));
  return made;
}

TlsContext::~TlsContext() {
  SSL_CTX_free(context_);
}

}  // namespace spillway::net

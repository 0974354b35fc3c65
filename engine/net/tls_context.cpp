// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/net/tls_context.h"

#include <fmt/format.h>
#include <openssl/ssl.h>

#include "engine/net/certificate_choice.h"
#include "engine/pki/openssl_pointers.h"

namespace spillway::net {

namespace {

/// ALPN names in wire format, in order of preference.
struct Protocols {
  const unsigned char* wire;
  unsigned int size;
};
constexpr unsigned char kWire[] = "\x02h2\x08http/1.1";
constexpr Protocols kHttp2AndHttp1{kWire, 12};
constexpr Protocols kHttp2{kWire, 3};
constexpr Protocols kHttp1{kWire + 3, 9};
constexpr const char* kGroups = "X25519:P-256:P-384:P-521";
constexpr const char* kTls13Ciphers =
    "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256";

tl::unexpected<Error> invalid(std::string sentence) {
  return failure(Error{ErrorCode::Invalid, Side::Balancer, std::move(sentence)});
}

/// A client that offers protocols, but none of ours, gets the alert no_application_protocol (RFC 7301 §3.2).
int selectProtocol(SSL*, const unsigned char** chosen, unsigned char* chosenSize,
                   const unsigned char* offered, unsigned int offeredSize, void* settings) {
  const auto& ours = *static_cast<const Protocols*>(settings);
  unsigned char* match = nullptr;
  const int result = SSL_select_next_proto(&match, chosenSize, ours.wire, ours.size, offered, offeredSize);
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
  SSL_CTX_set_read_ahead(context, 1);  // a record's head and the rest of it in one read
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

/// ALB's widest policy for targets (alb-behaviour §1.4 chooses it by the listeners; all of those sets are in
/// it). Who wants certificates verified gets no old protocols.
bool useTargetPolicy(SSL_CTX* context, TlsContext::Verify verify) {
  if (verify == TlsContext::Verify::Yes) return SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1;
  SSL_CTX_set_security_level(context, 0);
  SSL_CTX_set_verify(context, SSL_VERIFY_NONE, nullptr);
  SSL_CTX_set_options(context, SSL_OP_LEGACY_SERVER_CONNECT);
  return SSL_CTX_set_min_proto_version(context, TLS1_VERSION) == 1 &&
         SSL_CTX_set_cipher_list(context, "ALL:!aNULL") == 1;
}

int keyLogIndex() {
  static const int index = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return index;
}

/// Called by OpenSSL with each secret of a connection.
void logKey(const SSL* connection, const char* line) {
  const auto* log =
      static_cast<const KeyLog*>(SSL_CTX_get_ex_data(SSL_get_SSL_CTX(connection), keyLogIndex()));
  log->write(line);
}

/// Sessions for all workers; none is taken with early data.
void setServerOptions(SSL_CTX* context, const std::string& certificateId) {
  // The chain is what the file holds: none may be filled up from the trust store.
  SSL_CTX_set_mode(context, SSL_MODE_NO_AUTO_CHAIN);
  SSL_CTX_set_options(context, SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_max_early_data(context, 0);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_SERVER);
  SSL_CTX_set_session_id_context(context, reinterpret_cast<const unsigned char*>(certificateId.data()),
                                 SSL_MAX_SID_CTX_LENGTH);
}

}  // namespace

Result<std::shared_ptr<const TlsContext>> TlsContext::server(ServerTls settings) {
  std::shared_ptr<TlsContext> made(new TlsContext);
  made->certificates_ = std::move(settings.certificates);
  SSL_CTX* context = made->context_ = SSL_CTX_new(TLS_server_method());
  if (context == nullptr || !applyPolicy(context, settings.policy))
    return invalid(fmt::format("The security policy {} cannot be set up: {}.", settings.policy.name,
                               pki::takeOpenSslError()));
  if (const auto used = installCertificates(context, made->certificates_); !used)
    return failure(used.error());
  setCommonOptions(context);
  setServerOptions(context, made->certificateId());
  SSL_CTX_set_alpn_select_cb(
      context, &selectProtocol,
      const_cast<Protocols*>(settings.protocols == ServerProtocols::Http1 ? &kHttp1 : &kHttp2AndHttp1));
  if (const auto asked = installClientAuthentication(context, settings.clients); !asked)
    return failure(asked.error());
  made->useKeyLog(std::move(settings.keyLog));
  return made;
}

Result<std::shared_ptr<const TlsContext>> TlsContext::server(const std::string& certificatePem,
                                                             const std::string& privateKeyPem,
                                                             const SecurityPolicy& policy) {
  auto certificate = ServerCertificate::make(certificatePem, privateKeyPem);
  if (!certificate) return failure(certificate.error());
  return server(ServerTls{{std::move(*certificate)}, policy, ServerProtocols::Http2AndHttp1, {}, nullptr});
}

Result<std::shared_ptr<const TlsContext>> TlsContext::client(Verify verify, const std::string& caFile,
                                                             TargetProtocols protocols,
                                                             std::shared_ptr<const KeyLog> keyLog) {
  std::shared_ptr<TlsContext> made(new TlsContext);
  SSL_CTX* context = made->context_ = SSL_CTX_new(TLS_client_method());
  if (context == nullptr || !useTargetPolicy(context, verify) ||
      (protocols == TargetProtocols::Http2 &&
       SSL_CTX_set_alpn_protos(context, kHttp2.wire, kHttp2.size) != 0))
    return invalid(fmt::format("TLS to targets cannot be set up: {}.", pki::takeOpenSslError()));
  setCommonOptions(context);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  made->useKeyLog(std::move(keyLog));
  if (verify == Verify::No) return made;
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_default_verify_paths(context);
  if (!caFile.empty() && SSL_CTX_load_verify_file(context, caFile.c_str()) != 1)
    return invalid(fmt::format("The CA file {} cannot be used: {}.", caFile, pki::takeOpenSslError()));
  return made;
}

void TlsContext::useKeyLog(std::shared_ptr<const KeyLog> log) {
  if (!log) return;
  keyLog_ = std::move(log);
  SSL_CTX_set_ex_data(context_, keyLogIndex(), const_cast<KeyLog*>(keyLog_.get()));
  SSL_CTX_set_keylog_callback(context_, &logKey);
}

TlsContext::~TlsContext() {
  SSL_CTX_free(context_);
}

}  // namespace spillway::net

// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/net/tls_facts.h"

#include <openssl/ssl.h>

#include <algorithm>

#include "engine/net/tls_context.h"

namespace spillway::net {
namespace {

/// IANA's name of the group in which the keys were agreed; "" for exchanges without one (RSA).
std::string groupName(const SSL* connection) {
  switch (const int group = SSL_get_negotiated_group(const_cast<SSL*>(connection))) {
    case NID_undef:
      return {};
    case NID_X25519:
      return "x25519";
    case NID_X448:
      return "x448";
    case NID_X9_62_prime256v1:
      return "secp256r1";
    default: {
      const char* name = OBJ_nid2sn(group);
      return name != nullptr ? name : "";
    }
  }
}

void readServerSide(TlsFacts& facts, const SSL* connection, const TlsContext& context,
                    const HandshakeResult& result) {
  const auto& all = context.certificates();
  const auto covers = [&](const auto& one) { return one->covers(facts.serverName); };
  if (facts.sessionReused) {
    facts.nameIsCovered = std::ranges::any_of(all, covers);
  } else {
    const X509* leaf = SSL_get_certificate(connection);
    const auto chosen = std::ranges::find_if(all, [&](const auto& one) { return one->leaf() == leaf; });
    if (chosen != all.end()) {
      facts.certificateId = (*chosen)->id();
      facts.nameIsCovered = covers(*chosen);
    }
  }
  facts.verifyStatus =
      result.micros >= 0 ? "Success" : std::string("Failed:") + failureCode(connection, result.failure);
  facts.clientCertificate = readClientCertificate(connection);
}

}  // namespace

TlsFacts readTlsFacts(const ssl_st* connection, const TlsContext& context, const HandshakeResult& result) {
  TlsFacts facts;
  facts.protocol = SSL_get_version(connection);
  if (const SSL_CIPHER* cipher = SSL_get_current_cipher(connection))
    facts.cipher = SSL_CIPHER_get_name(cipher);
  if (const char* name = SSL_get_servername(connection, TLSEXT_NAMETYPE_host_name)) facts.serverName = name;
  const unsigned char* alpn = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(connection, &alpn, &size);
  facts.alpn.assign(reinterpret_cast<const char*>(alpn), size);
  facts.handshakeMicros = result.micros;
  facts.sessionReused = SSL_session_reused(connection) == 1;
  if (result.micros >= 0) facts.keyExchange = groupName(connection);
  if (SSL_is_server(connection) == 1) readServerSide(facts, connection, context, result);
  return facts;
}

}  // namespace spillway::net

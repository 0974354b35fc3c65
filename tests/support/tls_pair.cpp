// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/tls_pair.h"

#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <thread>

#include "engine/net/transport.h"
#include "engine/pki/certificate_text.h"
#include "engine/pki/openssl_pointers.h"

namespace spillway::test {
namespace {

std::string errorText() {
  const char* reason = ERR_reason_error_string(ERR_peek_error());
  ERR_clear_error();
  return reason != nullptr ? reason : "";
}

/// Takes one connection as a listener does: facts at onReady or onClosed, then one byte back so that the
/// client sees that it is in.
class ServerEnd : public net::TransportListener {
 public:
  ServerEnd(net::EventLoop& loop, int fd, std::shared_ptr<const net::TlsContext> context,
            HandshakeOutcome& outcome)
      : loop_(loop), outcome_(outcome), transport_(net::Transport::accepted(loop, fd, std::move(context))) {
    transport_->start(*this);
  }
  void onReady() override {
    outcome_.serverReady = true;
    outcome_.facts = transport_->tlsFacts();
    ByteQueue bytes;
    const std::uint8_t byte = 'x';
    bytes.append({&byte, 1});
    transport_->write(bytes);
  }
  void onBytes(const ByteChunk&) override {}
  void onDrained() override {}
  void onClosed(const Error& error) override {
    if (!outcome_.serverReady) {
      outcome_.serverError = error.detail;
      outcome_.facts = transport_->tlsFacts();
    }
    transport_->close(net::Transport::Close::Now);
    loop_.retire(std::move(transport_));
    loop_.stop();
  }

 private:
  net::EventLoop& loop_;
  HandshakeOutcome& outcome_;
  std::unique_ptr<net::Transport> transport_;
};

void setIdentity(SSL* client, const pki::IssuedCertificate& identity) {
  const auto chain = pki::parseCertificates(identity.certificatePem, "The client's certificate").value();
  const auto key = pki::parsePrivateKey(identity.privateKeyPem, "The client's key").value();
  SSL_use_certificate(client, chain.front().get());
  SSL_use_PrivateKey(client, key.get());
  for (std::size_t i = 1; i < chain.size(); ++i)
    SSL_add1_chain_cert(client, chain[i].get());
}

int rememberAsked(SSL* client, void* asked) {
  *static_cast<bool*>(asked) = true;
  const STACK_OF(X509_NAME)* names = SSL_get0_peer_CA_list(client);
  auto& seen = static_cast<HandshakeOutcome*>(SSL_get_app_data(client))->caNames;
  for (int i = 0; i < sk_X509_NAME_num(names); ++i) {
    char* text = X509_NAME_oneline(sk_X509_NAME_value(names, i), nullptr, 0);
    seen.emplace_back(text);
    OPENSSL_free(text);
  }
  return 1;
}

std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> clientContext(const ClientHello& wish,
                                                                HandshakeOutcome& outcome) {
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context{SSL_CTX_new(TLS_client_method()), &SSL_CTX_free};
  SSL_CTX_set_min_proto_version(context.get(), wish.lowest);
  SSL_CTX_set_max_proto_version(context.get(), wish.highest);
  SSL_CTX_set_cipher_list(context.get(), wish.ciphers.c_str());
  if (!wish.signatures.empty()) SSL_CTX_set1_sigalgs_list(context.get(), wish.signatures.c_str());
  if (!wish.protocols.empty())
    SSL_CTX_set_alpn_protos(context.get(), reinterpret_cast<const unsigned char*>(wish.protocols.data()),
                            static_cast<unsigned>(wish.protocols.size()));
  SSL_CTX_set_cert_cb(context.get(), &rememberAsked, &outcome.wasAsked);
  return context;
}

void runClient(int fd, const ClientHello& wish, HandshakeOutcome& outcome) {
  const auto context = clientContext(wish, outcome);
  const std::unique_ptr<SSL, decltype(&SSL_free)> client{SSL_new(context.get()), &SSL_free};
  SSL_set_app_data(client.get(), &outcome);
  SSL_set_fd(client.get(), fd);
  if (!wish.serverName.empty()) SSL_set_tlsext_host_name(client.get(), wish.serverName.c_str());
  if (wish.identity != nullptr) setIdentity(client.get(), *wish.identity);
  if (wish.session != nullptr) SSL_set_session(client.get(), wish.session);
  ERR_clear_error();
  char byte = 0;
  if (SSL_connect(client.get()) != 1 || SSL_read(client.get(), &byte, 1) != 1) {
    outcome.clientError = errorText();
  } else {
    outcome.version = SSL_get_version(client.get());
    outcome.cipher = SSL_get_cipher_name(client.get());
    outcome.reused = SSL_session_reused(client.get()) == 1;
    if (const X509* leaf = SSL_get0_peer_certificate(client.get())) outcome.peerId = pki::fingerprintOf(leaf);
    if (SSL_SESSION* session = SSL_get1_session(client.get()); SSL_SESSION_is_resumable(session) == 1)
      outcome.session = {session, &SSL_SESSION_free};
    else
      SSL_SESSION_free(session);
    SSL_shutdown(client.get());
  }
  ::close(fd);
}

}  // namespace

HandshakeOutcome shakeHands(const std::shared_ptr<const net::TlsContext>& server, const ClientHello& client) {
  ::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes without MSG_NOSIGNAL, as the engine knows
  int ends[2];
  HandshakeOutcome outcome;
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) return outcome;
  ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
  const timeval limit{20, 0};
  ::setsockopt(ends[1], SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  HandshakeOutcome seenByClient;
  std::thread other([&] { runClient(ends[1], client, seenByClient); });
  {
    net::EventLoop loop;
    const ServerEnd end(loop, ends[0], server, outcome);
    loop.run();
  }
  other.join();
  outcome.clientError = seenByClient.clientError;
  outcome.version = seenByClient.version;
  outcome.cipher = seenByClient.cipher;
  outcome.peerId = seenByClient.peerId;
  outcome.caNames = seenByClient.caNames;
  outcome.wasAsked = seenByClient.wasAsked;
  outcome.reused = seenByClient.reused;
  outcome.session = seenByClient.session;
  return outcome;
}

}  // namespace spillway::test

// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/grpc/channel.h"

#include <grpcpp/channel.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/security/tls_credentials_options.h>

namespace spillway::grpc {
namespace {

std::shared_ptr<::grpc::ChannelCredentials> credentialsFor(const ChannelTarget& target) {
  if (target.tls == ChannelTls::Off) return ::grpc::InsecureChannelCredentials();
  if (target.tls == ChannelTls::Checked) {
    ::grpc::SslCredentialsOptions options;
    options.pem_root_certs = target.trustedPem;
    return ::grpc::SslCredentials(options);
  }
  using namespace ::grpc::experimental;
  TlsChannelCredentialsOptions options;
  options.set_certificate_verifier(std::make_shared<NoOpCertificateVerifier>());
  options.set_verify_server_certs(false);
  options.set_check_call_host(false);
  return TlsCredentials(options);
}

}  // namespace

std::shared_ptr<::grpc::Channel> openChannel(const ChannelTarget& target, std::size_t largestReceived) {
  ::grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(static_cast<int>(largestReceived));
  arguments.SetUserAgentPrefix(target.userAgent);
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  if (!target.serverName.empty()) {
    arguments.SetString(GRPC_ARG_DEFAULT_AUTHORITY, target.serverName);
    if (target.tls != ChannelTls::Off) arguments.SetSslTargetNameOverride(target.serverName);
  }
  return ::grpc::CreateCustomChannel(target.address, credentialsFor(target), arguments);
}

}  // namespace spillway::grpc

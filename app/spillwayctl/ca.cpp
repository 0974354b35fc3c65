// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/chrono.h>
#include <fmt/format.h>

#include "app/spillwayctl/commands.h"
#include "app/spillwayctl/session.h"
#include "engine/pki/certificate.h"
#include "engine/pki/local_ca.h"

namespace spillway::ctl {

int ca(const std::string& dataDirectory, CaOutput output) {
  const auto authority = pki::LocalCa::open(dataDirectory.empty() ? defaultDataDirectory() : dataDirectory);
  if (!authority) {
    report(authority.error().detail);
    return kBadInput;
  }
  const std::string& file = authority->certificateFile();
  if (output == CaOutput::PathOnly) {
    fmt::print("{}\n", file);
    return kSuccess;
  }
  const auto facts = pki::readCertificate(authority->certificatePem());
  if (!facts) {
    report(facts.error().detail);
    return kBadInput;
  }
  fmt::print("CA file      {}\nSubject      {}\nValid until  {:%Y-%m-%d} UTC\nSHA-256      {}\n\n", file,
             facts->subject, fmt::gmtime(std::chrono::time_point_cast<std::chrono::seconds>(facts->notAfter)),
             facts->fingerprint);
  fmt::print(
      "How a client trusts it (this machine's trust store is left alone):\n\n"
      "  curl         curl --cacert {0} https://localhost:50051/\n"
      "  gRPC         export GRPC_DEFAULT_SSL_ROOTS_FILE_PATH={0}\n"
      "  Python       grpc.ssl_channel_credentials(open(\"{0}\", \"rb\").read())\n"
      "  grpc++       grpc::SslCredentialsOptions options; options.pem_root_certs = <text of the file>;\n"
      "  Node.js      export NODE_EXTRA_CA_CERTS={0}\n"
      "  OpenSSL      openssl s_client -CAfile {0} -alpn h2 -connect localhost:50051\n",
      file);
  return kSuccess;
}

}  // namespace spillway::ctl

// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/wizards/beyond_alb.h"

namespace spillway::ui {

const std::array<BeyondAlbSwitch, 5>& beyondAlbSwitches() {
  using config::BeyondAlb;
  static const std::array<BeyondAlbSwitch, 5> switches = {{
      {&BeyondAlb::plaintextHttp2, "plaintextHttp2", "gRPC in clear text",
       "HTTP listeners take HTTP/2 with prior knowledge, and gRPC. ALB wants HTTPS for both."},
      {&BeyondAlb::retryUnprocessedRequests, "retryUnprocessedRequests", "Retry unprocessed requests",
       "A request that no target has begun is sent to another target, once. ALB answers 502."},
      {&BeyondAlb::verifyTargetCertificates, "verifyTargetCertificates", "Verify target certificates",
       "HTTPS targets must show a certificate that is trusted here. ALB takes any."},
      {&BeyondAlb::unlimitedRequestsPerConnection, "unlimitedRequestsPerConnection",
       "No limit per connection", "An HTTP/2 connection may carry more than ALB's 10,000 requests."},
      {&BeyondAlb::fastHealthChecks, "fastHealthChecks", "Fast health checks",
       "Interval and timeout from 1 s, thresholds from 1. ALB begins at 5 s, 2 s and 2."},
  }};
  return switches;
}

QStringList notOnAwsPills(const config::BeyondAlb& beyondAlb) {
  QStringList pills;
  for (const auto& entry : beyondAlbSwitches())
    if (beyondAlb.*entry.flag) pills += QStringLiteral("%1 · not on AWS").arg(QString::fromUtf8(entry.title));
  return pills;
}

}  // namespace spillway::ui

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>

#include "engine/base/byte_queue.h"
#include "engine/health/probe.h"
#include "engine/net/transport.h"

namespace spillway::health {

/// The check of an HTTP1 group: GET over HTTP/1.1, judged by the status as soon as the answer's head is here.
/// Redirects are not followed; a body is not waited for.
class Http1Probe final : public net::Retirable, private net::TransportListener {
 public:
  Http1Probe(net::EventLoop&, const config::TargetGroup&, const ProbeTarget&, ProbeReport);
  ~Http1Probe() override;

 private:
  void onReady() override { onDrained(); }
  void onBytes(const ByteChunk& chunk) override;
  void onDrained() override { transport_->write(request_); }
  void onClosed(const Error& error) override;
  void conclude(const ProbeResult& result);

  struct Parser;
  const config::Matcher matcher_;
  const ProbeReport report_;
  ByteQueue request_;  ///< what is still to be sent
  std::unique_ptr<Parser> parser_;
  std::unique_ptr<net::Transport> transport_;
};

}  // namespace spillway::health

// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/health/probe_http1.h"

#include <fmt/format.h>
#include <llhttp.h>

#include <span>

#include "engine/health/verdict.h"

namespace spillway::health {
namespace {

/// As ALB sends it, field by field (alb-behaviour §4.3).
std::string requestText(const config::TargetGroup& group, const net::SocketAddress& address) {
  return fmt::format(
      "GET {} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nUser-Agent: {}\r\n"
      "Accept-Encoding: gzip, compressed\r\n\r\n",
      group.healthCheck.path, probeAuthority(group, address), kProbeUserAgent);
}

ProbeResult malformed(const std::string& why) {
  return judgeFailure({ErrorCode::Protocol, Side::Target, "the answer is no HTTP/1.1: " + why});
}

/// 1xx announce another head, but for 101, which ends HTTP.
bool isFinal(int status) {
  return status >= 200 || status == 101;
}

int onHeadersComplete(llhttp_t* parser) {
  return isFinal(llhttp_get_status_code(parser)) ? HPE_PAUSED : 0;
}

const llhttp_settings_t& parserSettings() {
  static const llhttp_settings_t settings = [] {
    llhttp_settings_t made;
    llhttp_settings_init(&made);
    made.on_headers_complete = &onHeadersComplete;
    return made;
  }();
  return settings;
}

}  // namespace

struct Http1Probe::Parser {
  Parser() { llhttp_init(&llhttp, HTTP_RESPONSE, &parserSettings()); }
  llhttp_t llhttp;
};

Http1Probe::Http1Probe(net::EventLoop& loop, const config::TargetGroup& group, const ProbeTarget& target,
                       ProbeReport report)
    : matcher_(group.healthCheck.matcher), report_(std::move(report)), parser_(std::make_unique<Parser>()) {
  const std::string text = requestText(group, target.address);
  request_.append({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
  const auto limit = std::chrono::seconds(group.healthCheck.timeoutSeconds);
  transport_ =
      net::Transport::connecting(loop, target.address, target.tls, target.serverName, {limit, limit});
  transport_->start(*this);
}

Http1Probe::~Http1Probe() = default;

void Http1Probe::onBytes(const ByteChunk& chunk) {
  llhttp_t* parser = &parser_->llhttp;
  const llhttp_errno_t error =
      llhttp_execute(parser, reinterpret_cast<const char*>(chunk.data()), chunk.size());
  if (error == HPE_OK) return;
  if (error != HPE_PAUSED) return conclude(malformed(llhttp_get_error_reason(parser)));
  if (llhttp_get_http_major(parser) != 1) return conclude(malformed("another version"));
  conclude(judgeHttp(llhttp_get_status_code(parser), matcher_));
}

void Http1Probe::onClosed(const Error& error) {
  report_(judgeFailure(error.code == ErrorCode::None
                           ? Error{ErrorCode::Closed, Side::Target,
                                   "the target closed the connection before its answer's head was whole"}
                           : error));
}

/// The rest of the answer is of no interest, but a target that is writing it should not meet a reset.
void Http1Probe::conclude(const ProbeResult& result) {
  transport_->close(net::Transport::Close::AfterPeer);
  report_(result);
}

}  // namespace spillway::health

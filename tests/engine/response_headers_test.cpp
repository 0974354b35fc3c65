// SPDX-License-Identifier: GPL-3.0-or-later
// What a client gets of a target's fields, and what the listener puts there.
#include <gtest/gtest.h>

#include "tests/engine/head_cases.h"

namespace spillway::proxy {
namespace {

TEST(ResponseHeaders, PassUnchangedButForTheConnections) {
  auto head = responseWith({{"server", "target/1"},
                            {"date", "Mon, 23 Nov 2026 08:00:00 GMT"},
                            {"connection", "close, x-own"},
                            {"x-own", "1"},
                            {"keep-alive", "timeout=5"},
                            {"transfer-encoding", "chunked"},
                            {"upgrade", "h2c"},
                            {"proxy-authenticate", "Basic"},
                            {"set-cookie", "a=1"},
                            {"set-cookie", "b=2"},
                            {"trailer", "grpc-status"},
                            {"expect", "odd"}});
  rewriteResponseHead(head, {});
  EXPECT_EQ(listOf(head.fields), (Fields{{"server", "target/1"},
                                         {"date", "Mon, 23 Nov 2026 08:00:00 GMT"},
                                         {"set-cookie", "a=1"},
                                         {"set-cookie", "b=2"},
                                         {"trailer", "grpc-status"},
                                         {"expect", "odd"}}));
}

TEST(ResponseHeaders, OfTheListenerReplaceTheTargets) {
  config::ListenerAttributes listener;
  listener.responseHeaders = {{"Strict-Transport-Security", "max-age=31536000"},
                              {"X-Frame-Options", "DENY"},
                              {"Access-Control-Allow-Origin", ""}};
  for (const int status : {200, 302, 404, 503}) {
    auto head = responseWith({{"x-frame-options", "SAMEORIGIN"},
                              {"x-frame-options", "ALLOWALL"},
                              {"access-control-allow-origin", "*"}});
    head.status = status;
    rewriteResponseHead(head, listener);
    EXPECT_EQ(listOf(head.fields), (Fields{{"access-control-allow-origin", "*"},
                                           {"strict-transport-security", "max-age=31536000"},
                                           {"x-frame-options", "DENY"}}));
  }
}

}  // namespace
}  // namespace spillway::proxy

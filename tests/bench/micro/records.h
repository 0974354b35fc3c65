// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "engine/observe/events.h"

namespace spillway::bench {

/// A unary gRPC call that went well, as the worker records it.
inline observe::StreamRecord unaryCall() {
  auto head = std::make_shared<observe::StreamHead>();
  head->isGrpc = true;
  head->type = observe::LogType::Grpcs;
  head->started = wallNow();
  head->loadBalancer = "route-guide";
  head->client = "127.0.0.1:54022";
  head->method = "POST";
  head->scheme = "https";
  head->authority = "localhost:50051";
  head->path = "/routeguide.RouteGuide/GetFeature";
  head->userAgent = "grpc-c++/1.51.1 grpc-c/29.0.0 (linux; chttp2)";
  observe::StreamRecord record;
  record.head = std::move(head);
  record.ended = wallNow();
  record.durationMicros = 412;
  record.target = "127.0.0.1:50061";
  record.targets = {{"127.0.0.1:50061", 200}};
  record.targetGroup = "servers";
  record.listenerAddress = "127.0.0.1:50051";
  record.requestProcessingMicros = 31;
  record.targetProcessingMicros = 377;
  record.responseProcessingMicros = 4;
  record.elbStatus = record.targetStatus = 200;
  record.grpcStatus = 0;
  record.receivedBytes = 187;
  record.sentBytes = 264;
  record.requestMessages = record.responseMessages = 1;
  record.tlsCipher = "TLS_AES_128_GCM_SHA256";
  record.tlsProtocol = "TLSv1.3";
  record.sni = "localhost";
  record.traceId = "Root=1-69a554f5-0a1b2c3d4e5f60718293a4b5";
  record.connectionTraceId = "TID_7f3e9b0c51d24a868c2de4f019b7a365";
  record.actions = "forward";
  return record;
}

}  // namespace spillway::bench

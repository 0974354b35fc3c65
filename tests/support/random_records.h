// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <fmt/core.h>

#include <array>
#include <initializer_list>
#include <memory>
#include <random>
#include <string>

#include "engine/observe/events.h"

namespace spillway::test {

/// A summary of an exchange with all of its fields set at random, some of them to nothing. Texts are of few
/// kinds, so that they come again.
inline std::shared_ptr<const observe::StreamRecord> randomRecord(std::mt19937& random) {
  const auto upTo = [&](auto most) { return static_cast<decltype(most)>(random() % (most + 1ULL)); };
  const auto oneOf = [&](std::initializer_list<const char*> words) {
    return std::string(words.begin()[random() % words.size()]);
  };
  const auto text = [&](const std::string& kind) {
    return random() % 4 == 0 ? std::string() : kind + std::to_string(random() % 5);
  };
  auto head = std::make_shared<observe::StreamHead>();
  head->id = random();
  head->started = WallTime(std::chrono::microseconds(1'790'000'000'000'000 + upTo(1'000'000'000)));
  head->type = static_cast<observe::LogType>(random() % 8);
  head->isGrpc = random() % 2 == 0;
  head->loadBalancer = text("lb");
  head->listener = text("HTTPS:844");
  head->client = oneOf({"127.0.0.1:54022", "127.0.0.2:1", "[::1]:65535"});
  head->method = oneOf({"GET", "POST", "-", ""});
  head->scheme = oneOf({"http", "https"});
  head->authority = oneOf({"localhost:8443", "example.com", ""});
  head->path = oneOf({"/routeguide.RouteGuide/RouteChat", "/routeguide.RouteGuide/GetFeature?x=1", "/",
                      "/a/b/c?q=%20", "*", ""});
  head->userAgent = oneOf({"grpc-c++/1.62.0", "curl/7.88.1 \"x\"", "", "python \xff"});
  if (random() % 3 == 0) head->keptFields.emplace_back("x-canary", oneOf({"yes", "no", "caf\xe9"}));
  if (random() % 3 == 0) head->keptFields.emplace_back("it's", oneOf({"a, b", "x"}));
  auto record = std::make_shared<observe::StreamRecord>();
  record->ended = head->started + std::chrono::microseconds(upTo(5'000'000));
  record->durationMicros = upTo(5'000'000);
  record->target = oneOf({"127.0.0.1:50061", "127.0.0.1:50062", ""});
  if (!record->target.empty()) record->targets = {{record->target, 200}};
  if (random() % 8 == 0) record->targets.insert(record->targets.begin(), {"127.0.0.1:50063", 0});
  record->targetGroup = head->targetGroup = text("rg-");
  record->availabilityZone = text("local-1");
  record->listenerAddress = oneOf({"127.0.0.1:8443", "[::1]:8443"});
  record->requestProcessingMicros = upTo(2000) - 1;
  record->targetProcessingMicros = upTo(1) == 0 ? -1 : upTo(2'000'000);
  record->responseProcessingMicros = upTo(20) - 1;
  record->elbStatus = std::array{200, 404, 460, 502, 503, 504, 0}[random() % 7];
  record->targetStatus = record->target.empty() || random() % 3 == 0 ? 0 : 200;
  if (!record->targets.empty()) record->targets.back().status = record->targetStatus;
  record->fromBalancer = random() % 3 == 0;
  if (head->isGrpc && random() % 4 != 0) record->grpcStatus = static_cast<std::uint32_t>(random() % 18);
  record->grpcMessage = text("message ");
  record->receivedBytes = upTo(100'000);
  record->sentBytes = upTo(5'000'000'000);
  record->requestMessages = upTo(3);
  record->responseMessages = upTo(300);
  record->kind = static_cast<observe::CallKind>(random() % 5);
  record->outcome = static_cast<observe::Outcome>(random() % 34);
  record->cause = text("The target was silent ");
  record->attempts = static_cast<std::uint32_t>(record->targets.size());
  record->failOpen = random() % 5 == 0;
  record->tlsCipher = oneOf({"TLS_AES_128_GCM_SHA256", ""});
  record->tlsProtocol = record->tlsCipher.empty() ? "" : "TLSv1.3";
  record->sni = text("host");
  record->certificate = text("0123456789abcdef");
  const auto digits = [&] { return fmt::format("{:08x}", random()); };
  record->traceId = oneOf({"", "Root=1-7", "Self=1-2;Root=1-3"});
  if (random() % 2 == 0) record->traceId = "Root=1-" + digits() + '-' + digits() + digits() + digits();
  record->connectionTraceId = text("TID_");
  record->rulePriority = oneOf({"0", "10", "-", "-1"});
  record->httpVersion = oneOf({"HTTP/1.1", "HTTP/2.0"});
  record->actions = oneOf({"forward", "redirect", "authenticate,forward", ""});
  record->redirectUrl = text("https://example.com/");
  record->errorReason = oneOf({"", "JWTHeaderNotPresent"});
  record->compliance = static_cast<observe::Compliance>(random() % 4);
  record->complianceReason = text("BothTeClPresent");
  record->transformedHost = text("host");
  record->transformedUri = text("/uri");
  record->transformStatus = text("TransformSuccess");
  record->endedBy = static_cast<observe::EndedBy>(random() % 4);
  record->endedBecause = text("idle_timeout.timeout_seconds = 6");
  record->sessionReused = random() % 4 == 0;
  record->head = std::move(head);
  return record;
}

}  // namespace spillway::test

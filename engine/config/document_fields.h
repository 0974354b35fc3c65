// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/config/attribute_fields.h"
#include "engine/config/model.h"
#include "engine/config/rule_fields.h"

/// The fields of a workspace file: the one table that reading and writing share. `V` is JsonReader or
/// JsonWriter of document_json.cpp. A field's order here is its order in the file and in the list of issues.
namespace spillway::config {

template <class V>
void fields(V& v, Certificate& certificate) {
  using Source = Certificate::Source;
  v.choice("source", certificate.source);
  if (v.wants(certificate.source == Source::LocalCa)) v.texts("names", certificate.names);
  if (v.wants(certificate.source == Source::Files)) {
    v.text("certificateFile", certificate.certificateFile);
    v.text("privateKeyFile", certificate.privateKeyFile);
  }
  if (certificate.source == Source::Pkcs12) {
    v.text("certificateFile", certificate.certificateFile);
    if (v.wants(!certificate.passwordFile.empty())) v.text("passwordFile", certificate.passwordFile);
  }
}

template <class V>
void fields(V& v, Listener& listener) {
  if (v.wants(!listener.name.empty())) v.text("name", listener.name);
  v.choice("protocol", listener.protocol);
  v.number("port", listener.port);
  const bool https = listener.protocol == Protocol::Https;
  if (v.wants(https || listener.sslPolicy != kDefaultSslPolicy)) v.text("sslPolicy", listener.sslPolicy);
  v.orElse([&] {
    if (https) listener.certificates = {Certificate{}};
  });
  if (v.wants(https || !listener.certificates.empty())) v.list("certificates", listener.certificates);
  unlessDefault(v, "mutualAuthentication", listener.mutualAuthentication);
  unlessDefault(v, "attributes", listener.attributes);
  v.list("defaultActions", listener.defaultActions);
  if (v.wants(!listener.rules.empty())) v.list("rules", listener.rules);
}

template <class V>
void fields(V& v, Capture& capture) {
  v.choice("level", capture.level);
  if (v.wants(!capture.filter.empty())) v.text("filter", capture.filter);
  v.number("bodyBytes", capture.bodyBytes);
  v.texts("redactedHeaders", capture.redactedHeaders);
  if (v.wants(!capture.loggedHeaders.empty())) v.texts("loggedHeaders", capture.loggedHeaders);
  v.texts("redactedFields", capture.redactedFields);
}

template <class V>
void fields(V& v, LoadBalancer& balancer) {
  v.text("name", balancer.name);
  v.choice("scheme", balancer.scheme);
  v.choice("ipAddressType", balancer.ipAddressType);
  v.object("attributes", [&](V& inner) { fields(inner, balancer.attributes); });
  unlessDefault(v, "limits", balancer.limits);
  v.object("beyondAlb", [&](V& inner) {
    auto& beyond = balancer.beyondAlb;
    inner.flag("plaintextHttp2", beyond.plaintextHttp2);
    inner.flag("retryUnprocessedRequests", beyond.retryUnprocessedRequests);
    inner.flag("verifyTargetCertificates", beyond.verifyTargetCertificates);
    inner.flag("unlimitedRequestsPerConnection", beyond.unlimitedRequestsPerConnection);
    inner.flag("fastHealthChecks", beyond.fastHealthChecks);
    inner.flag("extendedConnect", beyond.extendedConnect);
  });
  unlessDefault(v, "capture", balancer.capture);
  v.list("listeners", balancer.listeners);
}

template <class V>
void fields(V& v, Target& target) {
  v.text("id", target.id);
  v.number("port", target.port);
  if (v.wants(!target.availabilityZone.empty())) v.text("availabilityZone", target.availabilityZone);
}

template <class V>
void healthCheckFields(V& v, HealthCheck& check, ProtocolVersion version) {
  const bool grpc = version == ProtocolVersion::Grpc;
  v.choice("healthCheckProtocol", check.protocol);
  v.trafficPort("healthCheckPort", check.port);
  v.orElse([&] {
    if (!grpc) check.path = "/";
  });
  v.text("healthCheckPath", check.path);
  v.number("healthCheckIntervalSeconds", check.intervalSeconds);
  v.number("healthCheckTimeoutSeconds", check.timeoutSeconds);
  v.number("healthyThresholdCount", check.healthyThresholdCount);
  v.number("unhealthyThresholdCount", check.unhealthyThresholdCount);
  v.object("matcher", [&](V& inner) {
    if (grpc) {
      inner.text("grpcCode", check.matcher.grpcCode);
      inner.refuse("httpCode", "A GRPC group is judged by gRPC codes: write grpcCode.");
    } else {
      inner.text("httpCode", check.matcher.httpCode);
      inner.refuse("grpcCode", "Only a GRPC group is judged by gRPC codes: write httpCode.");
    }
  });
}

template <class V>
void fields(V& v, TargetGroup& group) {
  v.text("name", group.name);
  v.choice("protocol", group.protocol);
  v.number("port", group.port);
  v.choice("protocolVersion", group.protocolVersion);
  healthCheckFields(v, group.healthCheck, group.protocolVersion);
  v.object("attributes", [&](V& inner) { fields(inner, group.attributes); });
  v.list("targets", group.targets, Target{"", group.port, {}});
}

template <class V>
void fields(V& v, LocalService& service) {
  v.text("name", service.name);
  v.texts("command", service.command);
  v.numbers("ports", service.ports);
  v.text("targetGroup", service.targetGroup);
}

template <class V>
void fields(V& v, SavedCall& call) {
  v.text("name", call.name);
  v.text("address", call.address);
  v.choice("security", call.security);
  v.text("method", call.method);
  if (v.wants(call.deadlineMillis > 0)) v.number("deadlineMillis", call.deadlineMillis);
  if (v.wants(call.encoding != CallEncoding::Identity)) v.choice("encoding", call.encoding);
  v.text("message", call.message);
  if (v.wants(!call.metadata.empty())) v.text("metadata", call.metadata);
}

template <class V>
void fields(V& v, Document& document) {
  v.version("version", kDocumentVersion);
  v.list("loadBalancers", document.loadBalancers);
  v.list("targetGroups", document.targetGroups);
  if (v.wants(!document.trustStores.empty())) v.list("trustStores", document.trustStores);
  unlessDefault(v, "monitoring", document.monitoring);
  v.list("localServices", document.localServices);
  if (v.wants(!document.savedCalls.empty())) v.list("savedCalls", document.savedCalls);
  if (v.wants(!document.lessons.empty())) v.texts("lessons", document.lessons);
}

}  // namespace spillway::config

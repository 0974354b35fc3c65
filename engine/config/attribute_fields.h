// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/config/model.h"

/// The fields of attributes and limits in a workspace file; see document_fields.h.
namespace spillway::config {

template <class V>
void fields(V& v, LogFiles& log) {
  v.flag("enabled", log.enabled);
  if (v.wants(!log.directory.empty())) v.text("directory", log.directory);
  v.number("rotateSeconds", log.rotateSeconds);
  v.number("rotateMegabytes", log.rotateMegabytes);
  v.flag("gzip", log.gzip);
}

/// A part that is written only when it differs from what is the rule.
template <class V, class T>
void unlessDefault(V& v, const char* key, T& part) {
  if (v.wants(part != T{})) v.object(key, [&](V& inner) { fields(inner, part); });
}

template <class V>
void fields(V& v, LoadBalancerAttributes& attributes) {
  v.number("idleTimeoutSeconds", attributes.idleTimeoutSeconds);
  v.number("clientKeepAliveSeconds", attributes.clientKeepAliveSeconds);
  v.flag("http2Enabled", attributes.http2Enabled);
  v.choice("desyncMitigationMode", attributes.desyncMitigationMode);
  v.flag("dropInvalidHeaderFields", attributes.dropInvalidHeaderFields);
  v.flag("preserveHostHeader", attributes.preserveHostHeader);
  v.flag("tlsVersionAndCipherSuite", attributes.tlsVersionAndCipherSuite);
  v.flag("xffClientPort", attributes.xffClientPort);
  v.choice("xffHeaderProcessingMode", attributes.xffHeaderProcessingMode);
  unlessDefault(v, "accessLogs", attributes.accessLogs);
  unlessDefault(v, "connectionLogs", attributes.connectionLogs);
  unlessDefault(v, "healthCheckLogs", attributes.healthCheckLogs);
}

template <class V>
void fields(V& v, Limits& limits) {
  v.number("requestLineBytes", limits.requestLineBytes);
  v.number("headerBytes", limits.headerBytes);
  v.number("headersBytes", limits.headersBytes);
  v.number("headerCount", limits.headerCount);
  v.number("responseHeadersBytes", limits.responseHeadersBytes);
  v.number("concurrentStreams", limits.concurrentStreams);
  v.number("requestsPerConnection", limits.requestsPerConnection);
  v.number("connections", limits.connections);
  v.number("requestBodyBytes", limits.requestBodyBytes);
  v.number("headTimeoutSeconds", limits.headTimeoutSeconds);
  v.number("headerOverflowStatus", limits.headerOverflowStatus);
}

template <class V>
void fields(V& v, ListenerAttributes& attributes) {
  v.flag("serverHeader", attributes.serverHeader);
  if (v.wants(!attributes.requestHeaderNames.empty()))
    v.textMap("requestHeaderNames", attributes.requestHeaderNames);
  if (v.wants(!attributes.responseHeaders.empty())) v.textMap("responseHeaders", attributes.responseHeaders);
}

template <class V>
void fields(V& v, MutualAuthentication& authentication) {
  v.choice("mode", authentication.mode);
  if (v.wants(!authentication.trustStore.empty())) v.text("trustStore", authentication.trustStore);
  v.flag("ignoreClientCertificateExpiry", authentication.ignoreClientCertificateExpiry);
  v.flag("advertiseTrustStoreCaNames", authentication.advertiseTrustStoreCaNames);
}

template <class V>
void fields(V& v, TrustStore& store) {
  v.text("name", store.name);
  v.text("caCertificatesFile", store.caCertificatesFile);
  if (v.wants(!store.revocationFiles.empty())) v.texts("revocationFiles", store.revocationFiles);
}

template <class V>
void fields(V& v, Stickiness& stickiness) {
  v.flag("enabled", stickiness.enabled);
  v.choice("type", stickiness.type);
  v.number("lbCookieDurationSeconds", stickiness.lbCookieDurationSeconds);
  if (v.wants(!stickiness.appCookieName.empty())) v.text("appCookieName", stickiness.appCookieName);
  v.number("appCookieDurationSeconds", stickiness.appCookieDurationSeconds);
}

template <class V>
void fields(V& v, MinimumHealthyTargets& minimum) {
  v.numberOrOff("count", minimum.count);
  v.numberOrOff("percentage", minimum.percentage);
}

template <class V>
void fields(V& v, TargetGroupAttributes& attributes) {
  v.number("deregistrationDelaySeconds", attributes.deregistrationDelaySeconds);
  v.choice("algorithm", attributes.algorithm);
  v.flag("anomalyMitigation", attributes.anomalyMitigation);
  v.number("slowStartSeconds", attributes.slowStartSeconds);
  unlessDefault(v, "stickiness", attributes.stickiness);
  unlessDefault(v, "unhealthyStateRouting", attributes.unhealthyStateRouting);
  unlessDefault(v, "dnsFailover", attributes.dnsFailover);
}

template <class V>
void fields(V& v, Monitoring& monitoring) {
  v.numberOrOff("openMetricsPort", monitoring.openMetricsPort);
  if (v.wants(!monitoring.tlsKeyLogFile.empty())) v.text("tlsKeyLogFile", monitoring.tlsKeyLogFile);
}

}  // namespace spillway::config

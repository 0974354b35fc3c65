// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "engine/proxy/head_rewrite.h"

/// What the tests of rewritten heads share.
namespace spillway::proxy {

using Fields = std::vector<std::pair<std::string, std::string>>;

inline http::MessageHead requestWith(const Fields& fields) {
  http::MessageHead head;
  head.method = "POST";
  head.scheme = "https";
  head.authority = "example.com";
  head.path = "/";
  for (const auto& [name, value] : fields)
    head.fields.add(name, value);
  return head;
}

inline http::MessageHead responseWith(const Fields& fields) {
  http::MessageHead head = requestWith(fields);
  head.status = 200;
  return head;
}

inline Fields listOf(const http::Headers& fields) {
  Fields list;
  for (std::size_t i = 0; i < fields.count(); ++i)
    list.emplace_back(fields.at(i).name, fields.at(i).value);
  return list;
}

/// The values of this name, in order, joined by " | "; "-" when there is none.
inline std::string valuesOf(const http::MessageHead& head, const std::string& wanted) {
  std::string values;
  for (const auto& [name, value] : listOf(head.fields)) {
    if (name == wanted) values += (values.empty() ? "" : " | ") + value;
  }
  return values.empty() && !head.fields.find(wanted) ? "-" : values;
}

inline ConnectionFacts clientFacts() {
  ConnectionFacts facts;
  facts.client = "192.0.2.7:54022";
  facts.clientIp = "192.0.2.7";
  facts.listenerPort = 443;
  facts.hasTls = true;
  facts.tls.protocol = "TLSv1.3";
  facts.tls.cipher = "TLS_AES_128_GCM_SHA256";
  return facts;
}

inline balance::ListenerSnapshot plainListener() {
  balance::ListenerSnapshot listener;
  listener.id = {"shop", "HTTPS:443"};
  return listener;
}

}  // namespace spillway::proxy

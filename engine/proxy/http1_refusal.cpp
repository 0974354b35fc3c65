// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/proxy/http1_refusal.h"

#include <fmt/core.h>

#include <algorithm>

#include "engine/proxy/local_response.h"
#include "engine/proxy/outcome.h"

namespace spillway::proxy {
namespace {

constexpr std::size_t kHeadLimit = 16 * 1024;

bool isToken(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

std::string fieldValue(std::string_view head, std::string_view name) {
  for (std::size_t line = head.find("\r\n"); line != std::string_view::npos; line = head.find("\r\n", line + 2)) {
    std::string_view rest = head.substr(line + 2);
    if (rest.size() <= name.size() || rest[name.size()] != ':') continue;
    const bool same = std::equal(name.begin(), name.end(), rest.begin(), [](char a, char b) {
      return a == (b >= 'A' && b <= 'Z' ? b - 'A' + 'a' : b);
    });
    if (!same) continue;
    rest.remove_prefix(name.size() + 1);
    rest = rest.substr(0, rest.find("\r\n"));
    rest.remove_prefix(std::min(rest.find_first_not_of(" \t"), rest.size()));
    return std::string(rest);
  }
  return {};
}

}  // namespace

std::optional<Http1Request> readHttp1Head(std::string_view bytes) {
  Http1Request request;
  const auto lineEnd = bytes.find("\r\n");
  const auto headEnd = bytes.find("\r\n\r\n");
  const bool isText = !bytes.empty() && bytes.front() >= 'A' && bytes.front() <= 'Z';
  if (isText && headEnd == std::string_view::npos && bytes.size() < kHeadLimit) return std::nullopt;
  if (!isText || lineEnd == std::string_view::npos) return request;
  const std::string_view line = bytes.substr(0, lineEnd);
  const auto first = line.find(' ');
  const auto last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) return request;
  request.method = line.substr(0, first);
  request.target = line.substr(first + 1, last - first - 1);
  request.wellFormed = line.substr(last + 1).starts_with("HTTP/1.") && isToken(request.method) &&
                       isToken(request.target) && headEnd != std::string_view::npos;
  request.host = fieldValue(bytes.substr(0, headEnd), "host");
  request.userAgent = fieldValue(bytes.substr(0, headEnd), "user-agent");
  return request;
}

observe::Outcome refusalOutcome(const Http1Request& request) {
  return request.wellFormed ? observe::Outcome::ProtocolMismatch : observe::Outcome::BadRequest;
}

std::string http1Refusal(const Http1Request& request) {
  const LocalResponse response = localResponse(refusalOutcome(request), AnswerForm::Html);
  std::string text = fmt::format("HTTP/1.1 {} {}\r\n", response.head.status, reasonPhrase(response.head.status));
  for (std::size_t i = 0; i < response.head.fields.count(); ++i) {
    text += fmt::format("{}: {}\r\n", response.head.fields.at(i).name, response.head.fields.at(i).value);
  }
  if (response.body.empty()) text += "content-length: 0\r\n";
  return text + "connection: close\r\n\r\n" + (request.method == "HEAD" ? "" : response.body);
}

}  // namespace spillway::proxy

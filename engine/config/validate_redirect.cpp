// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <string_view>
#include <vector>

#include "engine/config/suggestion.h"
#include "engine/config/validate_rules.h"

/// A redirect's parts (alb-behaviour §2.7).
namespace spillway::config {
namespace {

constexpr std::size_t kLongestPart = 128;

/// The text with a letter for each placeholder that may stand in it.
std::string withoutPlaceholders(std::string text, const std::vector<std::string_view>& allowed) {
  for (const std::string_view placeholder : allowed) {
    for (std::size_t at; (at = text.find(placeholder)) != std::string::npos;)
      text.replace(at, placeholder.size(), 1, 'x');
  }
  return text;
}

std::string commonProblem(const std::string& text, const std::string& rest, const char* what,
                          const std::vector<std::string_view>& allowed) {
  if (text.size() > kLongestPart) return fmt::format("The {} has 128 characters at the most.", what);
  if (hasUnprintable(text) || text.find(' ') != std::string::npos)
    return fmt::format("The {} has only visible ASCII characters, no spaces.", what);
  if (rest.find("#{") != std::string::npos)
    return fmt::format("In the {} only these placeholders may stand: {}.", what, anyOf(allowed));
  return "";
}

std::string hostProblem(const std::string& host) {
  if (host.empty()) return "Write a host, or #{host} to keep it.";
  const std::vector<std::string_view> allowed{"#{host}"};
  const std::string rest = withoutPlaceholders(host, allowed);
  if (auto problem = commonProblem(host, rest, "host", allowed); !problem.empty()) return problem;
  const bool isName = std::ranges::all_of(rest, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_';
  });
  return isName ? "" : "A host has only letters, digits, hyphens and dots, and nothing percent-encoded.";
}

std::string portProblem(const std::string& port) {
  if (port == "#{port}") return "";
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), number);
  const bool whole = error == std::errc() && end == port.data() + port.size();
  return whole && kPorts.contains(number) ? "" : "A port is 1-65535, or #{port} to keep it.";
}

std::string pathProblem(const std::string& path) {
  if (!path.starts_with('/')) return "A path begins with \"/\"; \"/#{path}\" keeps it.";
  const std::vector<std::string_view> allowed{"#{host}", "#{port}", "#{path}"};
  const std::string rest = withoutPlaceholders(path, allowed);
  if (auto problem = commonProblem(path, rest, "path", allowed); !problem.empty()) return problem;
  return rest.find_first_of("?#") == std::string::npos ? "" : "Write what comes behind ? into the query.";
}

std::string queryProblem(const std::string& query) {
  if (query.starts_with('?')) return "Write the query without its \"?\".";
  const std::vector<std::string_view> allowed{"#{protocol}", "#{host}", "#{port}", "#{path}", "#{query}"};
  const std::string rest = withoutPlaceholders(query, allowed);
  if (auto problem = commonProblem(query, rest, "query", allowed); !problem.empty()) return problem;
  return rest.find('#') == std::string::npos ? "" : "A query has no #: write %23.";
}

/// What a redirect leaves as it was brings the client back to where it came from.
void checkLoop(Findings& findings, const std::string& path, const Redirect& redirect,
               const Listener& listener) {
  const Redirect same;
  if (redirect.host != same.host || redirect.path != same.path) return;
  const bool keepsProtocol = redirect.protocol == same.protocol;
  const bool keepsPort = redirect.port == same.port;
  if (keepsProtocol && keepsPort) {
    return findings.error(path, "",
                          "This redirect leads back to itself: change its protocol, host, port or path.");
  }
  const bool sameProtocol =
      keepsProtocol || redirect.protocol == (listener.protocol == Protocol::Https ? "HTTPS" : "HTTP");
  const bool samePort = keepsPort || redirect.port == std::to_string(listener.port);
  if (sameProtocol && samePort) {
    findings.warning(path, "",
                     "This redirect names the listener's own protocol and port: clients will loop.");
  }
}

}  // namespace

void checkRedirect(Findings& findings, const std::string& path, const Redirect& redirect,
                   const Listener& listener) {
  const auto refuse = [&](const char* member, const std::string& value, const std::string& problem) {
    if (!problem.empty()) findings.error(path + member, value, problem);
  };
  const std::string& protocol = redirect.protocol;
  if (protocol != "HTTP" && protocol != "HTTPS" && protocol != "#{protocol}") {
    refuse(".protocol", protocol, "A protocol is HTTP, HTTPS or #{protocol}.");
  } else if (protocol == "HTTP" && listener.protocol == Protocol::Https) {
    refuse(".protocol", protocol, "A redirect from HTTPS to HTTP is refused: choose HTTPS or #{protocol}.");
  }
  refuse(".host", redirect.host, hostProblem(redirect.host));
  refuse(".port", redirect.port, portProblem(redirect.port));
  refuse(".path", redirect.path, pathProblem(redirect.path));
  refuse(".query", redirect.query, queryProblem(redirect.query));
  if (redirect.statusCode != 301 && redirect.statusCode != 302) {
    refuse(".statusCode", std::to_string(redirect.statusCode), "A redirect is HTTP_301 or HTTP_302.");
  }
  checkLoop(findings, path, redirect, listener);
}

}  // namespace spillway::config

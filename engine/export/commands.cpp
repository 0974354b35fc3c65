// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/export/commands.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "engine/base/text.h"
#include "engine/export/text.h"

namespace spillway::exporting {
namespace {

using observe::CaptureView;
using observe::Direction;
using observe::FieldList;
using observe::Hop;
using observe::LogType;

/// A longer body is no part of a command that somebody pastes.
constexpr std::uint64_t kMostBody = 64 * 1024;

/// A command in the making: notes above, words below each other.
class Command {
 public:
  explicit Command(std::string program) : words_(std::move(program)) {}
  void note(std::string text) {
    std::ranges::replace_if(
        text, [](char c) { return c == '\n' || c == '\r'; }, ' ');
    notes_ += "# " + text + '\n';
  }
  void word(std::string_view text) { words_ += ' ' + std::string(text); }
  void line(std::string_view option, std::string_view value) {
    words_ += " \\\n  " + std::string(option) + ' ' + shellQuoted(value);
  }
  void before(std::string text) { before_ = std::move(text); }
  std::string text() const { return notes_ + before_ + words_; }

 private:
  std::string notes_, before_, words_;
};

bool hasTls(LogType type) {
  return type == LogType::Https || type == LogType::H2 || type == LogType::Grpcs || type == LogType::Wss;
}

/// The fields that a client sets by itself, or that name one hop only.
bool isOfTheWire(std::string_view name) {
  static constexpr std::string_view kNames[] = {"host", "content-length", "transfer-encoding", "connection",
                                                "te",   "keep-alive"};
  return name.starts_with(':') ||
         std::ranges::any_of(kNames, [&](auto own) { return equalsIgnoringCase(own, name); });
}

/// Calls `add` with every field that can be sent again; notes those that cannot.
template <class Add>
void addFields(Command& command, const FieldList* fields, Add&& add) {
  if (!fields) {
    command.note("The header fields were not recorded.");
    return;
  }
  std::string redacted;
  for (const auto& [name, value] : *fields) {
    if (isOfTheWire(name)) continue;
    if (value == kRedacted) {
      redacted += (redacted.empty() ? "" : ", ") + name;
    } else {
      add(name, value);
    }
  }
  if (!redacted.empty()) command.note("Left out, because their values are not kept: " + redacted + ".");
}

/// printf's format for any bytes.
std::string octal(std::string_view bytes) {
  std::string text;
  for (const char c : bytes)
    text += isAlphanumeric(c) ? std::string(1, c) : fmt::format("\\{:03o}", static_cast<unsigned char>(c));
  return text;
}

void addBody(Command& command, const CaptureView& view, bool hasType) {
  const std::uint64_t size = view.contentSize(Direction::Request);
  if (size == 0) return;
  if (size > kMostBody || view.contentKept(Direction::Request) < size) {
    command.note(size > kMostBody ? fmt::format("The body is left out: it has {} bytes.", size)
                                  : "The body is left out: it was not recorded whole.");
    return;
  }
  const std::string body = view.content(Direction::Request, 0, size);
  if (!hasType) command.line("-H", "content-type:");
  if (isText(body)) return command.line("--data-raw", body);
  command.before("printf '" + octal(body) + "' | ");
  command.line("--data-binary", "@-");
}

void addCurlField(Command& command, const std::string& name, const std::string& value) {
  command.line("-H", value.empty() ? name + ';' : name + ": " + value);
}

/// curl adds these by itself; without a value it does not.
void leaveOutDefaults(Command& command, const FieldList* fields) {
  for (const char* name : {"user-agent", "accept"}) {
    if (fields && valueOf(fields, name).empty()) command.line("-H", std::string(name) + ':');
  }
}

std::string_view versionOption(LogType type) {
  if (type == LogType::Grpc || type == LogType::H2c) return "--http2-prior-knowledge";
  return type == LogType::H2 || type == LogType::Grpcs ? "--http2" : "--http1.1";
}

/// "-max-time" of a "grpc-timeout", seconds; nullopt: it is none.
std::optional<double> secondsOf(std::string_view timeout) {
  std::uint64_t count = 0;
  const auto [end, problem] = std::from_chars(timeout.data(), timeout.data() + timeout.size(), count);
  if (problem != std::errc() || end != timeout.data() + timeout.size() - 1) return std::nullopt;
  static constexpr std::pair<char, double> kUnits[] = {{'H', 3600}, {'M', 60},   {'S', 1},
                                                       {'m', 1e-3}, {'u', 1e-6}, {'n', 1e-9}};
  const auto unit = std::ranges::find(kUnits, *end, &std::pair<char, double>::first);
  if (unit == std::end(kUnits)) return std::nullopt;
  return static_cast<double>(count) * unit->second;
}

bool isSetByGrpcurl(std::string_view name) {
  return name == "content-type" || name == "user-agent" || name == "grpc-encoding" ||
         name == "grpc-accept-encoding" || name == "accept-encoding";
}

void addMetadata(Command& command, const FieldList* fields) {
  addFields(command, fields, [&](const std::string& name, const std::string& value) {
    if (isSetByGrpcurl(name)) return;
    if (name != "grpc-timeout") return command.line("-H", name + ": " + value);
    if (const auto seconds = secondsOf(value)) command.line("-max-time", fmt::format("{:g}", *seconds));
  });
}

}  // namespace

std::string shellQuoted(std::string_view text) {
  const bool isPlain = !text.empty() && std::ranges::all_of(text, [](char c) {
    return isAlphanumeric(c) || std::string_view("-_./:@%+,").find(c) != std::string_view::npos;
  });
  if (isPlain) return std::string(text);
  std::string quoted = "'";
  for (const char c : text)
    quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

std::string curlCommand(const observe::StreamHead& head, const CaptureView& view, const CommandFacts& facts) {
  const FieldList* fields = headOf(view, Hop::Client, Direction::Request);
  const bool isTls = hasTls(head.type);
  const std::string& authority = head.authority.empty() ? facts.listenerAddress : head.authority;
  Command command("curl");
  command.word(versionOption(head.type));
  command.word("--globoff --path-as-is");
  if (isTls && !facts.caFile.empty()) command.line("--cacert", facts.caFile);
  if (!facts.listenerAddress.empty() && authority != facts.listenerAddress)
    command.line("--connect-to", "::" + facts.listenerAddress);
  if (head.method == "HEAD") {
    command.word("--head");
  } else {
    command.line("-X", head.method);
  }
  addFields(command, fields,
            [&](const std::string& name, const std::string& value) { addCurlField(command, name, value); });
  leaveOutDefaults(command, fields);
  addBody(command, view, !valueOf(fields, "content-type").empty());
  command.line("--url", (isTls ? "https://" : "http://") + authority + head.path);
  return command.text();
}

std::string grpcurlCommand(const observe::StreamHead& head, const CaptureView& view,
                           const CommandFacts& facts) {
  const bool isTls = hasTls(head.type);
  const std::string& address = facts.listenerAddress.empty() ? head.authority : facts.listenerAddress;
  Command command("grpcurl");
  if (!isTls) command.word("-plaintext");
  if (isTls && !facts.caFile.empty()) command.line("-cacert", facts.caFile);
  if (!head.authority.empty() && head.authority != address) command.line("-authority", head.authority);
  addMetadata(command, headOf(view, Hop::Client, Direction::Request));
  if (facts.messagesJson.empty()) {
    command.note("The messages are left out: no schema has decoded them. Give them after -d as JSON.");
  } else {
    command.line("-d", facts.messagesJson);
  }
  command.word("\\\n  " + shellQuoted(address));
  command.word(shellQuoted(head.path.starts_with('/') ? head.path.substr(1) : head.path));
  return command.text();
}

}  // namespace spillway::exporting

// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/export/har.h"

#include <fmt/core.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "engine/base/text.h"
#include "engine/export/base64.h"
#include "engine/export/output_file.h"
#include "engine/export/text.h"
#include "engine/history/entry_json.h"
#include "engine/observe/access_log_format.h"
#include "engine/observe/capture_view.h"

namespace spillway::exporting {
namespace {

using Json = nlohmann::ordered_json;
using observe::CapturedKind;
using observe::CapturedPart;
using observe::CaptureView;
using observe::Direction;
using observe::FieldList;
using observe::Hop;
using observe::StreamRecord;

constexpr std::string_view kFoot = "\n]}}\n";

std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

double millis(std::int64_t micros) {
  return static_cast<double>(std::max<std::int64_t>(0, micros)) / 1000;
}

/// Name and value of each field; pseudo-header fields are no header fields of HTTP.
Json headersOf(const FieldList* fields) {
  Json headers = Json::array();
  if (!fields) return headers;
  for (const auto& [name, value] : *fields) {
    if (!name.starts_with(':')) headers.push_back(Json{{"name", name}, {"value", value}});
  }
  return headers;
}

/// The pairs of a Cookie field.
Json cookiesOf(const FieldList* fields) {
  Json cookies = Json::array();
  if (!fields) return cookies;
  for (const auto& [name, value] : *fields) {
    if (!equalsIgnoringCase(name, "cookie") || value == kRedacted) continue;
    forEachMember(value, ';', [&](std::string_view pair) {
      const auto equals = pair.find('=');
      const auto of = equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1);
      cookies.push_back(Json{{"name", pair.substr(0, equals)}, {"value", of}});
    });
  }
  return cookies;
}

/// Of a Set-Cookie field: its first pair; attributes are left to the header field.
Json setCookiesOf(const FieldList* fields) {
  Json cookies = Json::array();
  if (!fields) return cookies;
  for (const auto& [name, value] : *fields) {
    const auto pair = std::string_view(value).substr(0, value.find(';'));
    const auto equals = pair.find('=');
    if (!equalsIgnoringCase(name, "set-cookie") || equals == std::string_view::npos) continue;
    cookies.push_back(
        Json{{"name", trimmed(pair.substr(0, equals))}, {"value", trimmed(pair.substr(equals + 1))}});
  }
  return cookies;
}

Json queryOf(std::string_view path) {
  Json query = Json::array();
  const auto mark = path.find('?');
  if (mark == std::string_view::npos) return query;
  forEachMember(path.substr(mark + 1), '&', [&](std::string_view pair) {
    const auto equals = pair.find('=');
    const auto value = equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1);
    query.push_back(Json{{"name", pair.substr(0, equals)}, {"value", value}});
  });
  return query;
}

/// "HTTP/2.0" in the request's line is "HTTP/2" for HAR's readers.
std::string versionOf(const StreamRecord& record) {
  return record.httpVersion == "HTTP/2.0" ? "HTTP/2" : record.httpVersion;
}

/// Content as HAR has it: text, or base64 and its name under `encodingName`.
void addText(Json& to, const CaptureView& view, Direction direction, const char* encodingName) {
  const std::uint64_t kept = view.contentKept(direction), size = view.contentSize(direction);
  const std::string bytes = view.content(direction, 0, kept);
  if (isText(bytes)) {
    to["text"] = bytes;
  } else {
    to["text"] = toBase64(bytes);
    to[encodingName] = "base64";
  }
  if (kept < size) to["comment"] = fmt::format("Only the first {} of {} bytes were kept.", kept, size);
}

Json requestOf(const StreamRecord& record, const CaptureView& view) {
  const observe::StreamHead& head = *record.head;
  const FieldList* fields = headOf(view, Hop::Client, Direction::Request);
  const std::string& authority = head.authority.empty() ? record.listenerAddress : head.authority;
  Json request{{"method", head.method},
               {"url", head.scheme + "://" + authority + head.path},
               {"httpVersion", versionOf(record)},
               {"cookies", cookiesOf(fields)},
               {"headers", headersOf(fields)},
               {"queryString", queryOf(head.path)},
               {"headersSize", -1},
               {"bodySize", view.empty() ? Json(-1) : Json(view.contentSize(Direction::Request))}};
  if (view.contentSize(Direction::Request) == 0) return request;
  Json post{{"mimeType", valueOf(fields, "content-type")}};
  addText(post, view, Direction::Request, "_encoding");
  request["postData"] = std::move(post);
  return request;
}

Json responseOf(const StreamRecord& record, const CaptureView& view) {
  const FieldList* fields = headOf(view, Hop::Client, Direction::Response);
  Json content{{"size", view.contentSize(Direction::Response)},
               {"mimeType", valueOf(fields, "content-type")}};
  if (view.contentSize(Direction::Response) > 0) addText(content, view, Direction::Response, "encoding");
  Json response{{"status", record.elbStatus},
                {"statusText", ""},
                {"httpVersion", versionOf(record)},
                {"cookies", setCookiesOf(fields)},
                {"headers", headersOf(fields)},
                {"content", std::move(content)},
                {"redirectURL", valueOf(fields, "location")},
                {"headersSize", -1},
                {"bodySize", view.empty() ? Json(-1) : Json(view.contentSize(Direction::Response))}};
  if (const FieldList* trailers = trailersOf(view, Hop::Client, Direction::Response))
    response["_trailers"] = headersOf(trailers);
  return response;
}

/// First and last time of a direction on the client's hop; both at the start where nothing is known.
struct Span {
  WallTime first{}, last{};
  bool isKnown = false;
};

Span spanOf(const CaptureView& view, Direction direction) {
  Span span;
  for (const CapturedPart* part : view.parts()) {
    const bool isOfClient = part->hop == Hop::Client && part->direction == direction;
    if (!isOfClient || part->kind == CapturedKind::Wire) continue;
    if (!span.isKnown) span.first = part->time;
    span.last = part->time;
    span.isKnown = true;
  }
  return span;
}

/// The three times that HAR must have. Where both directions ran at once there was no waiting.
Json timingsOf(const StreamRecord& record, const CaptureView& view) {
  const Span request = spanOf(view, Direction::Request), response = spanOf(view, Direction::Response);
  std::int64_t send = 0, wait = record.durationMicros, receive = 0;
  if (request.isKnown && response.isKnown) {
    const auto start = record.head->started, answered = std::max(start, response.first);
    const auto sent = std::clamp(request.last, start, answered);
    send = (sent - start).count();
    wait = (answered - sent).count();
    receive = std::max<std::int64_t>(0, record.durationMicros - send - wait);
  }
  return Json{{"blocked", -1},
              {"dns", -1},
              {"connect", -1},
              {"send", millis(send)},
              {"wait", millis(wait)},
              {"receive", millis(receive)},
              {"ssl", -1}};
}

Json grpcMessages(const CaptureView& view) {
  Json messages = Json::array();
  for (const observe::CapturedMessage& message : view.messages()) {
    Json json{{"type", message.direction == Direction::Request ? "send" : "receive"},
              {"number", message.number},
              {"time", observe::formatIsoTime(message.arrived)},
              {"size", message.size},
              {"compressed", message.compressed},
              {"data", toBase64(view.payload(message))}};
    if (message.left) json["forwarded"] = observe::formatIsoTime(*message.left);
    if (message.kept < message.size) json["kept"] = message.kept;
    messages.push_back(std::move(json));
  }
  return messages;
}

/// As browsers write them.
Json webSocketMessages(const CaptureView& view) {
  Json messages = Json::array();
  for (const observe::CapturedMessage& message : view.messages()) {
    const std::string payload = view.payload(message);
    const bool isPlain = isText(payload);
    messages.push_back(Json{{"type", message.direction == Direction::Request ? "send" : "receive"},
                            {"time", static_cast<double>(message.arrived.time_since_epoch().count()) / 1e6},
                            {"opcode", message.opcode},
                            {"data", isPlain ? payload : toBase64(payload)}});
  }
  return messages;
}

std::string hostOf(std::string_view address) {
  const auto colon = address.rfind(':');
  std::string_view host = address.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  return std::string(host);
}

class HarWriter final : public StreamWriter {
 public:
  explicit HarWriter(OutputFile out) : out_(std::move(out)) {}

  Result<void> begin() {
    const Json creator{{"name", "Spillway"}, {"version", SPILLWAY_VERSION}};
    return out_.write(R"({"log":{"version":"1.2","creator":)" + creator.dump() + R"(,"entries":[)");
  }
  Result<void> write(const RecordedStream& stream) override {
    const char* before = std::exchange(isFirst_, false) ? "\n" : ",\n";
    return out_.write(before + harEntry(stream));
  }
  Result<void> finish() override {
    if (auto written = out_.write(kFoot); !written) return written;
    return out_.commit();
  }

 private:
  OutputFile out_;
  bool isFirst_ = true;
};

}  // namespace

std::string harEntry(const RecordedStream& stream) {
  const StreamRecord& record = *stream.record;
  CaptureView view;
  view.add(stream.capture);
  Json timings = timingsOf(record, view);
  const double time =
      timings["send"].get<double>() + timings["wait"].get<double>() + timings["receive"].get<double>();
  Json entry{{"startedDateTime", observe::formatIsoTime(record.head->started)},
             {"time", time},
             {"request", requestOf(record, view)},
             {"response", responseOf(record, view)},
             {"cache", Json::object()},
             {"timings", std::move(timings)}};
  if (!record.listenerAddress.empty()) entry["serverIPAddress"] = hostOf(record.listenerAddress);
  for (const CapturedPart* part : view.parts()) {
    if (part->kind == CapturedKind::Wire && part->hop == Hop::Client)
      entry["connection"] = std::to_string(part->size);
  }
  if (record.head->isGrpc) entry["_grpcMessages"] = grpcMessages(view);
  if (view.kind() == observe::ContentKind::WebSocket) entry["_webSocketMessages"] = webSocketMessages(view);
  entry["_spillway"] = Json::parse(history::entryJson(record));
  if (view.empty()) entry["comment"] = "Nothing was recorded of what passed on this stream.";
  return dump(entry);
}

Result<std::unique_ptr<StreamWriter>> openHarWriter(const std::string& file) {
  auto out = OutputFile::open(file);
  if (!out) return failure(out.error());
  auto writer = std::make_unique<HarWriter>(std::move(*out));
  if (auto begun = writer->begin(); !begun) return failure(begun.error());
  return std::unique_ptr<StreamWriter>(std::move(writer));
}

}  // namespace spillway::exporting

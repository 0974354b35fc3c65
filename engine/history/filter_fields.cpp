// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/history/filter_fields.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <mutex>
#include <stdexcept>
#include <utility>

#include "engine/base/text.h"
#include "engine/history/entry_columns.h"
#include "engine/history/filter_text.h"
#include "engine/history/header_rows.h"

namespace spillway::history {
namespace {

using observe::StreamRecord;
using Aliases = std::vector<std::string_view>;
using Choices = std::vector<FieldChoice>;

template <class Columns>
const auto& columnNamed(const Columns& columns, std::string_view name) {
  const auto at = std::ranges::find_if(columns, [&](const auto& column) { return name == column.name; });
  if (at == columns.end()) throw std::logic_error("no such column");
  return *at;
}

FieldInfo textField(std::string_view name, std::string_view words, std::string_view column,
                    Aliases aliases = {}) {
  return {.name = name,
          .words = words,
          .column = column,
          .aliases = std::move(aliases),
          .text = columnNamed(textColumns(), column).of};
}

FieldInfo numberField(std::string_view name, FieldType type, std::string_view words, std::string_view column,
                      std::optional<std::int64_t> missing = std::nullopt, Aliases aliases = {}) {
  return {.name = name,
          .type = type,
          .words = words,
          .column = column,
          .aliases = std::move(aliases),
          .missing = missing,
          .number = columnNamed(numberColumns(), column).of};
}

/// The values of an enumeration from `first` on, up to `last`.
template <class Enum>
Choices namesOf(Enum first, Enum last) {
  Choices choices;
  for (auto value = static_cast<std::int64_t>(first); value <= static_cast<std::int64_t>(last); ++value)
    choices.push_back({observe::toString(static_cast<Enum>(value)), value});
  return choices;
}

FieldInfo choiceField(std::string_view name, std::string_view words, std::string_view column, Choices choices,
                      std::optional<std::int64_t> missing = std::nullopt, Aliases aliases = {}) {
  FieldInfo field = numberField(name, FieldType::Choice, words, column, missing, std::move(aliases));
  field.choices = std::move(choices);
  return field;
}

template <std::int64_t Flag>
std::optional<std::int64_t> flagOf(const StreamRecord& record) {
  static const NumberColumn& flags = columnNamed(numberColumns(), "flags");
  return (*flags.of(record) & Flag) != 0 ? 1 : 0;
}

template <std::int64_t Flag>
FieldInfo flagField(std::string_view name, std::string_view words, std::string_view column) {
  return {.name = name, .type = FieldType::Flag, .words = words, .column = column, .number = flagOf<Flag>};
}

std::string_view methodOf(const StreamRecord& record, std::string& room) {
  static const TextColumn &ofCall = columnNamed(textColumns(), "grpc_method"),
                          &ofRequest = columnNamed(textColumns(), "method");
  return (record.head->isGrpc ? ofCall : ofRequest).of(record, room);
}

std::optional<std::int64_t> bytesOf(const StreamRecord& record) {
  return static_cast<std::int64_t>(record.receivedBytes + record.sentBytes);
}

std::string_view traceOf(const StreamRecord& record, std::string&) {
  return record.traceId;
}

/// A header that somebody asked for, with the texts that its field refers to.
struct KeptHeader {
  explicit KeptHeader(std::string lowered)
      : header(std::move(lowered)),
        name(fmt::format("header[{}]", inQuotes(header))),
        column(keptFieldSql(header)),
        field{.name = name,
              .type = FieldType::OwnText,
              .words = "Request header",
              .column = column,
              .header = header} {}
  KeptHeader(const KeptHeader&) = delete;
  KeptHeader& operator=(const KeptHeader&) = delete;

  const std::string header, name, column;
  const FieldInfo field;
};

const FieldInfo& keptHeader(std::string lowered) {
  static std::mutex mutex;
  static std::map<std::string, KeptHeader> known;
  const std::lock_guard lock(mutex);
  return known.try_emplace(lowered, lowered).first->second.field;
}

FieldInfo grpcStatusField() {
  FieldInfo field = numberField("grpc.status", FieldType::Number,
                                "gRPC status sent to the client: 14 or UNAVAILABLE", "grpc_status");
  field.isNullable = true;
  field.isCoded = true;
  for (std::uint32_t code = 0; code <= 16; ++code)
    field.choices.push_back({observe::grpcStatusName(code), code});
  return field;
}

FieldInfo statusField() {
  FieldInfo field = numberField("status", FieldType::Status, "HTTP status sent to the client: 503 or 5xx",
                                "status", 0, {"elb_status", "elb_status_code", "http.status"});
  field.isCoded = true;
  return field;
}

std::vector<FieldInfo> statusFields() {
  using enum FieldType;
  using observe::CallKind;
  return {
      statusField(),
      grpcStatusField(),
      textField("grpc.message", "gRPC message sent to the client", "grpc_message"),
      textField("service", "gRPC service: routeguide.RouteGuide", "service", {"grpc.service"}),
      {.name = "method",
       .words = "gRPC method, or the HTTP method of other requests",
       .column = "(CASE WHEN flags & 8 THEN grpc_method ELSE method END)",
       .text = methodOf},
      textField("path", "Path with its query", "path"),
      textField("target", "Address of the target: 127.0.0.1:50061", "target"),
      numberField("target_status", Status, "HTTP status of the target's answer", "target_status", 0,
                  {"target_status_code"}),
      textField("client", "Address of the client", "client_ip", {"client.ip"}),
      numberField("client.port", Number, "Port of the client", "client_port", 0),
      textField("authority", "Host that was asked for", "authority", {"host"}),
      textField("http.method", "HTTP method: GET", "method"),
      textField("grpc.method", "gRPC method: GetFeature", "grpc_method"),
      choiceField("grpc.kind", "Kind of gRPC call", "kind", namesOf(CallKind::Unary, CallKind::Bidirectional),
                  0),
      textField("user_agent", "What the client calls itself", "user_agent"),
  };
}

std::vector<FieldInfo> timeFields() {
  using enum FieldType;
  return {
      numberField("time", Time, "When the request ended: > 10s ago", "time"),
      numberField("started", Time, "When the request began", "started"),
      numberField("duration", Duration, "From its first byte to the last one of its answer: > 250ms",
                  "duration"),
      numberField("request_time", Duration, "Until the target had the request", "request_time", -1,
                  {"request_processing_time"}),
      numberField("target_time", Duration, "Until the target began to answer", "target_time", -1,
                  {"target_processing_time"}),
      numberField("response_time", Duration, "Until the client was sent the answer's head", "response_time",
                  -1, {"response_processing_time"}),
      numberField("bytes.received", Bytes, "From the client: > 10kB", "bytes_received", {},
                  {"received_bytes"}),
      numberField("bytes.sent", Bytes, "To the client", "bytes_sent", {}, {"sent_bytes"}),
      {.name = "bytes",
       .type = Bytes,
       .words = "Both ways",
       .column = "(bytes_received + bytes_sent)",
       .number = bytesOf},
      numberField("messages.received", Number, "gRPC messages from the client", "messages_received"),
      numberField("messages.sent", Number, "gRPC messages to the client", "messages_sent"),
  };
}

std::vector<FieldInfo> decisionFields() {
  using observe::Compliance;
  using observe::EndedBy;
  using observe::LogType;
  using observe::Outcome;
  return {
      textField("load_balancer", "Load balancer", "load_balancer", {"elb"}),
      textField("listener", "Listener", "listener"),
      textField("rule", "Priority of the rule that matched; 0 = the default rule", "rule",
                {"matched_rule_priority"}),
      textField("group", "Target group", "target_group", {"target_group"}),
      textField("action", "Actions that were taken: forward", "actions", {"actions", "actions_executed"}),
      textField("error_reason", "Why the balancer failed the request, in ALB's words", "error_reason"),
      choiceField("outcome", "How the exchange ended", "outcome", namesOf(Outcome::Completed, Outcome::Open)),
      textField("cause", "Why it ended so, in plain words", "cause"),
      choiceField("ended_by", "Who ended it", "ended_by", namesOf(EndedBy::Client, EndedBy::Balancer), 0),
      textField("ended_because", "The timeout, limit or setting behind it", "ended_because"),
      numberField("attempts", FieldType::Number, "Targets that were tried", "attempts"),
      textField("redirect_url", "Where a redirect sends the client", "redirect_url"),
      choiceField("classification", "How well it keeps to the RFCs", "compliance",
                  namesOf(Compliance::Compliant, Compliance::Severe)),
      textField("classification_reason", "What it breaks", "compliance_reason"),
      textField("zone", "Availability zone of the target", "zone"),
      choiceField("type", "Kind of request or connection", "type", namesOf(LogType::Http, LogType::Grpc)),
      textField("scheme", "http or https", "scheme"),
      textField("http.version", "As the client speaks it", "http_version"),
      textField("tls.protocol", "TLS version to the client", "tls_protocol", {"tls", "ssl_protocol"}),
      textField("tls.cipher", "TLS cipher to the client", "tls_cipher", {"ssl_cipher"}),
      textField("sni", "Server name that the client asked for", "sni", {"domain_name"}),
      {.name = "trace_id",
       .type = FieldType::OwnText,
       .words = "X-Amzn-Trace-Id",
       .column = "trace_id",
       .text = traceOf},
      flagField<kGrpc>("grpc", "Is a gRPC call", "((flags & 8) <> 0)"),
      flagField<kFromBalancer>("balancer", "The balancer made the answer itself", "((flags & 1) <> 0)"),
      flagField<kFailOpen>("fail_open", "Routed although no target was healthy", "((flags & 2) <> 0)"),
      flagField<kSessionReused>("session_reused", "TLS session resumed", "((flags & 4) <> 0)"),
  };
}

std::vector<FieldInfo> allFields() {
  std::vector<FieldInfo> all;
  for (auto&& part : {statusFields(), timeFields(), decisionFields()})
    all.insert(all.end(), part.begin(), part.end());
  return all;
}

}  // namespace

std::optional<std::int64_t> FieldInfo::numberOf(const StreamRecord& record) const {
  const auto value = number(record);
  return value == missing ? std::nullopt : value;
}

std::string_view FieldInfo::textOf(const StreamRecord& record, std::string& room) const {
  return header.empty() ? text(record, room) : observe::keptField(record.head->keptFields, header);
}

std::span<const FieldInfo> filterFields() {
  static const std::vector<FieldInfo> fields = allFields();
  return fields;
}

const FieldInfo* findField(std::string_view name) {
  for (const FieldInfo& field : filterFields()) {
    if (field.name == name || std::ranges::find(field.aliases, name) != field.aliases.end()) return &field;
  }
  return nullptr;
}

const FieldInfo& headerField(std::string_view header) {
  if (equalsIgnoringCase(header, "user-agent")) return *findField("user_agent");
  if (equalsIgnoringCase(header, "host")) return *findField("authority");
  if (equalsIgnoringCase(header, "x-amzn-trace-id")) return *findField("trace_id");
  return keptHeader(lowerCase(header));
}

}  // namespace spillway::history

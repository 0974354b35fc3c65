// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/export/part_json.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <utility>

#include "engine/export/base64.h"
#include "engine/export/text.h"

namespace spillway::exporting {
namespace {

using Json = nlohmann::ordered_json;
using observe::CapturedBatch;
using observe::CapturedKind;
using observe::CapturedPart;
using observe::Direction;
using observe::FieldList;
using observe::Hop;

/// In the order of CapturedKind.
constexpr std::array<std::string_view, 9> kKinds{"head",  "trailers", "bytes",   "message", "end",
                                                 "frame", "reset",    "attempt", "wire"};

bool hasFields(CapturedKind kind) {
  return kind == CapturedKind::Head || kind == CapturedKind::Trailers || kind == CapturedKind::Attempt;
}

/// Names and values may be any bytes: those that are no plain text are kept as their base64.
Json textOf(const std::string& text) {
  return isText(text) ? Json(text) : Json{{"base64", toBase64(text)}};
}

Json partOf(const CapturedPart& part, std::string_view bytes) {
  Json json{{"kind", kKinds[static_cast<std::size_t>(part.kind)]},
            {"hop", part.hop == Hop::Client ? "client" : "target"},
            {"direction", part.direction == Direction::Request ? "request" : "response"},
            {"time", part.time.time_since_epoch().count()}};
  if (part.number != 0) json["number"] = part.number;
  if (part.size != 0) json["size"] = part.size;
  if (part.compressed) json["compressed"] = true;
  if (!bytes.empty()) json["bytes"] = toBase64(bytes);
  if (part.kind == CapturedKind::Frame) {
    json["frame"] = Json{{"type", part.frameType},
                         {"flags", part.frameFlags},
                         {"streamWindow", part.streamWindow},
                         {"connectionWindow", part.connectionWindow}};
  }
  if (!part.fields) return json;
  Json fields = Json::array();
  for (const auto& [name, value] : *part.fields)
    fields.push_back(Json::array({textOf(name), textOf(value)}));
  json["fields"] = std::move(fields);
  return json;
}

[[noreturn]] void refuse(const char* what) {
  throw std::invalid_argument(what);
}

std::string readText(const Json& json) {
  if (json.is_string()) return json.get<std::string>();
  auto bytes = fromBase64(json.at("base64").get_ref<const std::string&>());
  if (!bytes) refuse("a field is no base64");
  return std::move(*bytes);
}

bool isSecond(const Json& json, const char* name, std::string_view first, std::string_view second) {
  const auto& word = json.at(name).get_ref<const std::string&>();
  if (word != first && word != second) refuse(name);
  return word == second;
}

template <class Number>
void readNumber(const Json& json, const char* name, Number& number) {
  const auto at = json.find(name);
  if (at == json.end()) return;
  if (!at->is_number_integer()) refuse(name);
  const auto value = at->get<std::int64_t>();
  if (!std::in_range<Number>(value)) refuse(name);
  number = static_cast<Number>(value);
}

void readFrame(const Json& json, CapturedPart& part) {
  readNumber(json, "type", part.frameType);
  readNumber(json, "flags", part.frameFlags);
  readNumber(json, "streamWindow", part.streamWindow);
  readNumber(json, "connectionWindow", part.connectionWindow);
}

void readBytes(const Json& json, CapturedPart& part, CapturedBatch& batch) {
  const auto bytes = fromBase64(json.at("bytes").get_ref<const std::string&>());
  if (!bytes || part.kind != CapturedKind::Bytes || bytes->size() > part.size) refuse("bytes");
  part.kept = static_cast<std::uint32_t>(bytes->size());
  batch.bytes += *bytes;
}

void readPart(const Json& json, CapturedBatch& batch) {
  CapturedPart part;
  const auto kind = std::ranges::find(kKinds, json.at("kind").get_ref<const std::string&>());
  if (kind == kKinds.end()) refuse("kind");
  part.kind = static_cast<CapturedKind>(kind - kKinds.begin());
  part.hop = isSecond(json, "hop", "client", "target") ? Hop::Target : Hop::Client;
  part.direction =
      isSecond(json, "direction", "request", "response") ? Direction::Response : Direction::Request;
  part.time = WallTime(std::chrono::microseconds(json.at("time").get<std::int64_t>()));
  part.compressed = json.value("compressed", false);
  readNumber(json, "number", part.number);
  readNumber(json, "size", part.size);
  if (part.kind == CapturedKind::Frame) readFrame(json.at("frame"), part);
  if (json.contains("bytes")) readBytes(json, part, batch);
  if (hasFields(part.kind)) {
    FieldList fields;
    if (const auto list = json.find("fields"); list != json.end()) {
      for (const Json& field : *list)
        fields.emplace_back(readText(field.at(0)), readText(field.at(1)));
    }
    part.fields = std::make_shared<const FieldList>(std::move(fields));
  }
  batch.parts.push_back(std::move(part));
}

}  // namespace

std::string partsJson(const CapturedBatch& batch, std::size_t from, std::size_t to, std::size_t& at) {
  Json parts = Json::array();
  for (std::size_t i = from; i < to; ++i) {
    const CapturedPart& part = batch.parts[i];
    parts.push_back(partOf(part, std::string_view(batch.bytes).substr(at, part.kept)));
    at += part.kept;
  }
  return parts.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<std::shared_ptr<CapturedBatch>> readPartsJson(std::string_view text) {
  auto batch = std::make_shared<CapturedBatch>();
  try {
    for (const Json& part : Json::parse(text))
      readPart(part, *batch);
  } catch (const std::exception& problem) {
    return failure(Error{
        ErrorCode::Invalid, Side::Balancer,
        fmt::format("Part {} of a stream makes no sense: {}.", batch->parts.size() + 1, problem.what())});
  }
  return batch;
}

}  // namespace spillway::exporting

// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/history/entry_columns.h"

#include <array>
#include <charconv>
#include <chrono>

namespace spillway::history {
namespace {

using observe::StreamRecord;
using Number = std::optional<std::int64_t>;
using std::chrono::duration_cast;
using std::chrono::microseconds;

std::int64_t microsOf(WallTime time) {
  return duration_cast<microseconds>(time.time_since_epoch()).count();
}

WallTime timeOf(std::int64_t micros) {
  return WallTime(duration_cast<WallTime::duration>(microseconds(micros)));
}

Number flagsOf(const StreamRecord& record) {
  return (record.fromBalancer ? kFromBalancer : 0) | (record.failOpen ? kFailOpen : 0) |
         (record.sessionReused ? kSessionReused : 0) | (record.head->isGrpc ? kGrpc : 0);
}

void putFlags(EntryDraft& draft, std::int64_t flags) {
  draft.record.fromBalancer = (flags & kFromBalancer) != 0;
  draft.record.failOpen = (flags & kFailOpen) != 0;
  draft.record.sessionReused = (flags & kSessionReused) != 0;
  draft.head.isGrpc = (flags & kGrpc) != 0;
}

/// "127.0.0.1" and "54022" of "127.0.0.1:54022"; "::1" of "[::1]:54022".
struct Address {
  std::string_view ip, port;
};

Address split(std::string_view address) {
  const auto colon = address.rfind(':');
  Address result{address, {}};
  if (colon != std::string_view::npos && address.find(']', colon) == std::string_view::npos)
    result = {address.substr(0, colon), address.substr(colon + 1)};
  if (result.ip.starts_with('[') && result.ip.ends_with(']'))
    result.ip = result.ip.substr(1, result.ip.size() - 2);
  return result;
}

Number clientPort(const StreamRecord& record) {
  const std::string_view port = split(record.head->client).port;
  std::int64_t number = 0;
  std::from_chars(port.data(), port.data() + port.size(), number);
  return number;
}

void putClientPort(EntryDraft& draft, std::int64_t port) {
  draft.head.client = ':' + std::to_string(port);
}

std::string_view clientIp(const StreamRecord& record, std::string&) {
  return split(record.head->client).ip;
}

/// The port is there already.
void putClientIp(EntryDraft& draft, std::string_view ip) {
  std::string& client = draft.head.client;
  if (ip.empty()) {
    client.clear();
  } else {
    const bool isIpv6 = ip.find(':') != ip.npos;
    client = (isIpv6 ? "[" + std::string(ip) + "]" : std::string(ip)) + client;
  }
}

void putTargetGroup(EntryDraft& draft, std::string_view name) {
  draft.record.targetGroup = name;
  draft.head.targetGroup = name;
}

/// "/routeguide.RouteGuide/GetFeature" of a gRPC call.
struct Call {
  std::string_view service, method;
};

Call callOf(const StreamRecord& record) {
  std::string_view path = record.head->path;
  if (!record.head->isGrpc || !path.starts_with('/')) return {};
  path = path.substr(1, path.find('?') == std::string_view::npos ? path.npos : path.find('?') - 1);
  const auto slash = path.find('/');
  if (slash == std::string_view::npos) return {path, {}};
  return {path.substr(0, slash), path.substr(slash + 1)};
}

/// "127.0.0.1:50061 503,127.0.0.1:50062 200"; empty where there is none, or where `target` and
/// `target_status` say it all.
std::string_view attemptsOf(const StreamRecord& record, std::string& room) {
  room.clear();
  const bool isPlain = record.targets.size() == 1 && record.targets[0].target == record.target &&
                       record.targets[0].status == record.targetStatus;
  if (isPlain) return {};
  for (const observe::TargetAttempt& attempt : record.targets)
    room += (room.empty() ? "" : ",") + attempt.target + ' ' + std::to_string(attempt.status);
  return room;
}

/// The target and its status are there already.
void putAttempts(EntryDraft& draft, std::string_view text) {
  observe::StreamRecord& record = draft.record;
  if (text.empty() && !record.target.empty()) record.targets = {{record.target, record.targetStatus}};
  while (!text.empty()) {
    const std::string_view one = text.substr(0, text.find(','));
    text.remove_prefix(std::min(text.size(), one.size() + 1));
    observe::TargetAttempt& attempt = record.targets.emplace_back();
    const auto gap = one.rfind(' ');
    attempt.target = one.substr(0, gap);
    if (gap != one.npos) std::from_chars(one.data() + gap + 1, one.data() + one.size(), attempt.status);
  }
}

template <class Part>
std::int64_t numberOf(Part part) {
  return static_cast<std::int64_t>(part);
}

template <auto Member>
Number recordNumber(const StreamRecord& record) {
  return numberOf(record.*Member);
}
template <auto Member>
void putRecordNumber(EntryDraft& draft, std::int64_t value) {
  draft.record.*Member = static_cast<std::remove_cvref_t<decltype(draft.record.*Member)>>(value);
}
template <auto Member>
constexpr NumberColumn column(const char* name) {
  return {name, recordNumber<Member>, putRecordNumber<Member>};
}

template <auto Member>
std::string_view recordText(const StreamRecord& record, std::string&) {
  return record.*Member;
}
template <auto Member>
void putRecordText(EntryDraft& draft, std::string_view text) {
  draft.record.*Member = text;
}
template <auto Member>
constexpr TextColumn textColumn(const char* name) {
  return {name, recordText<Member>, putRecordText<Member>};
}

template <auto Member>
std::string_view headText(const StreamRecord& record, std::string&) {
  return (*record.head).*Member;
}
template <auto Member>
void putHeadText(EntryDraft& draft, std::string_view text) {
  draft.head.*Member = text;
}
template <auto Member>
constexpr TextColumn headTextColumn(const char* name) {
  return {name, headText<Member>, putHeadText<Member>};
}

template <auto Member>
const std::string& ownText(const StreamRecord& record) {
  return record.*Member;
}
template <auto Member>
constexpr OwnTextColumn ownTextColumn(const char* name) {
  return {name, ownText<Member>, putRecordText<Member>};
}

void putNothing(EntryDraft&, std::string_view) {}

using Head = observe::StreamHead;
using Record = StreamRecord;

constexpr std::array kNumbers{
    NumberColumn{"time", [](const Record& r) -> Number { return microsOf(r.ended); },
                 [](EntryDraft& d, std::int64_t value) { d.record.ended = timeOf(value); }},
    NumberColumn{"started", [](const Record& r) -> Number { return microsOf(r.head->started); },
                 [](EntryDraft& d, std::int64_t value) { d.head.started = timeOf(value); }},
    column<&Record::durationMicros>("duration"),
    column<&Record::requestProcessingMicros>("request_time"),
    column<&Record::targetProcessingMicros>("target_time"),
    column<&Record::responseProcessingMicros>("response_time"),
    NumberColumn{"stream", [](const Record& r) -> Number { return numberOf(r.head->id); },
                 [](EntryDraft& d, std::int64_t value) { d.head.id = static_cast<StreamId>(value); }},
    NumberColumn{
        "type", [](const Record& r) -> Number { return numberOf(r.head->type); },
        [](EntryDraft& d, std::int64_t value) { d.head.type = static_cast<observe::LogType>(value); }},
    column<&Record::elbStatus>("status"),
    column<&Record::targetStatus>("target_status"),
    NumberColumn{
        "grpc_status",
        [](const Record& r) -> Number { return r.grpcStatus ? Number(*r.grpcStatus) : std::nullopt; },
        [](EntryDraft& d, std::int64_t value) { d.record.grpcStatus = static_cast<std::uint32_t>(value); }},
    column<&Record::receivedBytes>("bytes_received"),
    column<&Record::sentBytes>("bytes_sent"),
    column<&Record::requestMessages>("messages_received"),
    column<&Record::responseMessages>("messages_sent"),
    column<&Record::kind>("kind"),
    column<&Record::outcome>("outcome"),
    column<&Record::endedBy>("ended_by"),
    NumberColumn{"flags", flagsOf, putFlags},
    column<&Record::attempts>("attempts"),
    column<&Record::compliance>("compliance"),
    // Goes before client_ip: the address is put together from both.
    NumberColumn{"client_port", clientPort, putClientPort},
};

constexpr std::array kTexts{
    headTextColumn<&Head::loadBalancer>("load_balancer"),
    headTextColumn<&Head::listener>("listener"),
    TextColumn{"target_group", recordText<&Record::targetGroup>, putTargetGroup},
    textColumn<&Record::target>("target"),
    textColumn<&Record::availabilityZone>("zone"),
    TextColumn{"client_ip", clientIp, putClientIp},
    headTextColumn<&Head::method>("method"),
    headTextColumn<&Head::scheme>("scheme"),
    headTextColumn<&Head::authority>("authority"),
    headTextColumn<&Head::path>("path"),
    TextColumn{"service", [](const Record& r, std::string&) { return callOf(r).service; }, putNothing},
    TextColumn{"grpc_method", [](const Record& r, std::string&) { return callOf(r).method; }, putNothing},
    headTextColumn<&Head::userAgent>("user_agent"),
    textColumn<&Record::rulePriority>("rule"),
    textColumn<&Record::actions>("actions"),
    textColumn<&Record::errorReason>("error_reason"),
    textColumn<&Record::complianceReason>("compliance_reason"),
    textColumn<&Record::cause>("cause"),
    textColumn<&Record::endedBecause>("ended_because"),
    textColumn<&Record::redirectUrl>("redirect_url"),
    textColumn<&Record::httpVersion>("http_version"),
    textColumn<&Record::listenerAddress>("listener_address"),
    textColumn<&Record::tlsCipher>("tls_cipher"),
    textColumn<&Record::tlsProtocol>("tls_protocol"),
    textColumn<&Record::sni>("sni"),
    textColumn<&Record::certificate>("certificate"),
    textColumn<&Record::grpcMessage>("grpc_message"),
    textColumn<&Record::connectionTraceId>("connection_trace_id"),
    textColumn<&Record::transformedHost>("transformed_host"),
    textColumn<&Record::transformedUri>("transformed_uri"),
    textColumn<&Record::transformStatus>("transform_status"),
    TextColumn{"targets_tried", attemptsOf, putAttempts},
};

constexpr std::array kOwnTexts{
    ownTextColumn<&Record::traceId>("trace_id"),
};

}  // namespace

std::span<const NumberColumn> numberColumns() {
  return kNumbers;
}

std::span<const TextColumn> textColumns() {
  return kTexts;
}

std::span<const OwnTextColumn> ownTextColumns() {
  return kOwnTexts;
}

std::string entryColumnNames() {
  std::string names = "id";
  for (const NumberColumn& column : kNumbers)
    names += std::string(", ") + column.name;
  for (const TextColumn& column : kTexts)
    names += std::string(", ") + column.name;
  for (const OwnTextColumn& column : kOwnTexts)
    names += std::string(", ") + column.name;
  return names;
}

}  // namespace spillway::history

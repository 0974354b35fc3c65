// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/routeguide/client.h"

#include <fmt/core.h>
#include <grpcpp/grpcpp.h>

#include <chrono>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>
#include <sstream>
#include <thread>

#include "app/routeguide/features.h"
#include "routeguide/route_guide.grpc.pb.h"

namespace spillway::routeguide {
namespace {

using ::routeguide::Feature;
using ::routeguide::Point;
using ::routeguide::Rectangle;
using ::routeguide::RouteGuide;
using ::routeguide::RouteNote;
using ::routeguide::RouteSummary;
using Json = nlohmann::ordered_json;

constexpr auto kDeadline = std::chrono::seconds(30);

Point pointOf(const Place& place) {
  Point point;
  point.set_latitude(place.latitude);
  point.set_longitude(place.longitude);
  return point;
}

Json jsonOf(const Point& point) {
  return {{"latitude", point.latitude()}, {"longitude", point.longitude()}};
}
Json jsonOf(const Feature& feature) {
  return {{"name", feature.name()}, {"location", jsonOf(feature.location())}};
}
Json jsonOf(const RouteNote& note) {
  return {{"message", note.message()}, {"location", jsonOf(note.location())}};
}

/// What one call did.
struct CallReport {
  const char* method;
  const char* kind;
  Json sent = Json::array(), received = Json::array();
  std::string servedBy;
  grpc::Status status;
  double milliseconds = 0;
};

class Client {
 public:
  explicit Client(const ClientOptions& options)
      : options_(options), stub_(RouteGuide::NewStub(channel(options))) {}

  /// Whether all calls of the round succeeded.
  bool round(int number);

 private:
  static std::shared_ptr<grpc::Channel> channel(const ClientOptions& options);
  CallReport getFeature(int round);
  CallReport listFeatures();
  CallReport recordRoute(int round);
  CallReport routeChat(int round);
  void pause() const { std::this_thread::sleep_for(std::chrono::milliseconds(options_.delayMs)); }
  template <class Call>
  CallReport measured(const char* method, const char* kind, Call&& call);
  void print(const CallReport& report) const;

  const ClientOptions options_;
  std::unique_ptr<RouteGuide::Stub> stub_;
};

std::shared_ptr<grpc::Channel> Client::channel(const ClientOptions& options) {
  if (options.transport == Transport::Plaintext) {
    return grpc::CreateChannel(options.address, grpc::InsecureChannelCredentials());
  }
  grpc::SslCredentialsOptions tls;
  if (!options.caFile.empty()) {
    std::ifstream file(options.caFile);
    std::ostringstream text;
    text << file.rdbuf();
    tls.pem_root_certs = text.str();
  }
  grpc::ChannelArguments arguments;
  if (!options.serverName.empty()) arguments.SetSslTargetNameOverride(options.serverName);
  return grpc::CreateCustomChannel(options.address, grpc::SslCredentials(tls), arguments);
}

template <class Call>
CallReport Client::measured(const char* method, const char* kind, Call&& call) {
  CallReport report{method, kind};
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + kDeadline);
  const auto started = std::chrono::steady_clock::now();
  report.status = call(context, report);
  const std::chrono::duration<double, std::milli> elapsed = std::chrono::steady_clock::now() - started;
  report.milliseconds = elapsed.count();
  const auto& metadata = context.GetServerInitialMetadata();
  if (const auto at = metadata.find("x-served-by"); at != metadata.end()) {
    report.servedBy.assign(at->second.data(), at->second.size());
  }
  return report;
}

CallReport Client::getFeature(int round) {
  return measured("GetFeature", "unary", [&](grpc::ClientContext& context, CallReport& report) {
    const Point point = pointOf(places()[static_cast<std::size_t>(round) % places().size()]);
    Feature feature;
    report.sent.push_back(jsonOf(point));
    const grpc::Status status = stub_->GetFeature(&context, point, &feature);
    if (status.ok()) report.received.push_back(jsonOf(feature));
    return status;
  });
}

CallReport Client::listFeatures() {
  return measured("ListFeatures", "server streaming", [&](grpc::ClientContext& context, CallReport& report) {
    Rectangle area;
    area.mutable_lo()->set_latitude(400000000);
    area.mutable_lo()->set_longitude(-750000000);
    area.mutable_hi()->set_latitude(420000000);
    area.mutable_hi()->set_longitude(-730000000);
    report.sent.push_back({{"lo", jsonOf(area.lo())}, {"hi", jsonOf(area.hi())}});
    const auto reader = stub_->ListFeatures(&context, area);
    for (Feature feature; reader->Read(&feature);)
      report.received.push_back(jsonOf(feature));
    return reader->Finish();
  });
}

CallReport Client::recordRoute(int round) {
  return measured("RecordRoute", "client streaming", [&](grpc::ClientContext& context, CallReport& report) {
    RouteSummary summary;
    const auto writer = stub_->RecordRoute(&context, &summary);
    for (int i = 0; i < 10; ++i) {
      const Point point = pointOf(places()[static_cast<std::size_t>(round * 7 + i * 3) % places().size()]);
      report.sent.push_back(jsonOf(point));
      if (!writer->Write(point)) break;
      pause();
    }
    writer->WritesDone();
    const grpc::Status status = writer->Finish();
    if (status.ok()) {
      report.received.push_back({{"point_count", summary.point_count()},
                                 {"feature_count", summary.feature_count()},
                                 {"distance", summary.distance()},
                                 {"elapsed_time", summary.elapsed_time()}});
    }
    return status;
  });
}

CallReport Client::routeChat(int round) {
  return measured("RouteChat", "bidirectional streaming",
                  [&](grpc::ClientContext& context, CallReport& report) {
                    const auto stream = stub_->RouteChat(&context);
                    std::thread writer([&] {
                      constexpr const char* kWords[] = {"First", "Second", "Third", "Fourth", "Fifth"};
                      constexpr int kPlaces[][2] = {{0, 0}, {0, 1}, {1, 0}, {0, 0}, {1, 0}};
                      for (std::size_t i = 0; i < std::size(kWords); ++i) {
                        RouteNote note;
                        note.set_message(fmt::format("{} message", kWords[i]));
                        // Each round chats at places of its own, so that its answers do not depend on the
                        // rounds before.
                        note.mutable_location()->set_latitude(kPlaces[i][0] + 10 * round);
                        note.mutable_location()->set_longitude(kPlaces[i][1]);
                        report.sent.push_back(jsonOf(note));
                        if (!stream->Write(note)) break;
                        pause();
                      }
                      stream->WritesDone();
                    });
                    for (RouteNote note; stream->Read(&note);)
                      report.received.push_back(jsonOf(note));
                    writer.join();
                    return stream->Finish();
                  });
}

void Client::print(const CallReport& report) const {
  if (options_.output == Output::Json) {
    const Json line{{"method", report.method},
                    {"kind", report.kind},
                    {"sent", report.sent},
                    {"received", report.received},
                    {"servedBy", report.servedBy},
                    {"status", static_cast<int>(report.status.error_code())},
                    {"message", report.status.error_message()},
                    {"milliseconds", report.milliseconds}};
    fmt::print("{}\n", line.dump());
  } else if (report.status.ok()) {
    fmt::print("{:<13}{:<24}sent {:>2}, received {:>3}  OK  {:8.1f} ms  by {}\n", report.method, report.kind,
               report.sent.size(), report.received.size(), report.milliseconds,
               report.servedBy.empty() ? "(unnamed)" : report.servedBy);
  } else {
    fmt::print("{:<13}{:<24}sent {:>2}, received {:>3}  status {} {}  {:8.1f} ms\n", report.method,
               report.kind, report.sent.size(), report.received.size(),
               static_cast<int>(report.status.error_code()), report.status.error_message(),
               report.milliseconds);
  }
  std::fflush(stdout);
}

bool Client::round(int number) {
  bool allOk = true;
  const std::pair<const char*, std::function<CallReport()>> calls[] = {
      {"get", [&] { return getFeature(number); }},
      {"list", [&] { return listFeatures(); }},
      {"record", [&] { return recordRoute(number); }},
      {"chat", [&] { return routeChat(number); }},
  };
  for (const auto& [name, call] : calls) {
    if (options_.call != "all" && options_.call != name) continue;
    const CallReport report = call();
    print(report);
    allOk = allOk && report.status.ok();
    pause();
  }
  return allOk;
}

}  // namespace

int runClient(const ClientOptions& options) {
  Client client(options);
  bool allOk = true;
  for (int number = 0; options.rounds == 0 || number < options.rounds; ++number) {
    allOk = client.round(number) && allOk;
  }
  return allOk ? 0 : 1;
}

}  // namespace spillway::routeguide

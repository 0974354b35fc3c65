// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/routeguide/server.h"

#include <fmt/core.h>
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <deque>
#include <fstream>
#include <mutex>
#include <sstream>
#include <thread>

#include "app/routeguide/features.h"
#include "app/routeguide/wishes.h"
#include "routeguide/route_guide.grpc.pb.h"

namespace spillway::routeguide {
namespace {

using grpc::ServerContext;
using grpc::Status;
using ::routeguide::Feature;
using ::routeguide::Point;
using ::routeguide::Rectangle;
using ::routeguide::RouteNote;
using ::routeguide::RouteSummary;

/// Notes that a server remembers; older ones are forgotten.
constexpr std::size_t kNotesKept = 1000;

bool isAt(const Place& place, const Point& point) {
  return place.latitude == point.latitude() && place.longitude == point.longitude();
}

const Place* placeAt(const Point& point) {
  const auto at =
      std::find_if(places().begin(), places().end(), [&](const Place& item) { return isAt(item, point); });
  return at == places().end() ? nullptr : &*at;
}

void fill(Feature& feature, const Place& place) {
  feature.set_name(place.name);
  feature.mutable_location()->set_latitude(place.latitude);
  feature.mutable_location()->set_longitude(place.longitude);
}

void fillUp(std::string& name, std::size_t bytes) {
  if (name.size() < bytes) name.resize(bytes, '.');
}

class RouteGuideService final : public ::routeguide::RouteGuide::Service {
 public:
  /// The address that answers name themselves by, in the initial metadata "x-served-by".
  void setServedBy(std::string address) { servedBy_ = std::move(address); }

 private:
  /// Not OK: the caller wished for this end.
  Status begin(ServerContext* context, Wishes& wishes) {
    context->AddInitialMetadata("x-served-by", servedBy_);
    wishes = wishesOf(*context, servedBy_);
    std::this_thread::sleep_for(wishes.delay);
    if (wishes.status.value_or(0) == 0) return Status::OK;
    return {static_cast<grpc::StatusCode>(*wishes.status), "Asked for by x-status."};
  }

  Status GetFeature(ServerContext* context, const Point* point, Feature* feature) override {
    Wishes wishes;
    if (Status end = begin(context, wishes); !end.ok()) return end;
    *feature->mutable_location() = *point;
    if (const Place* place = placeAt(*point)) feature->set_name(place->name);
    fillUp(*feature->mutable_name(), wishes.nameBytes);
    return Status::OK;
  }

  Status ListFeatures(ServerContext* context, const Rectangle* area,
                      grpc::ServerWriter<Feature>* writer) override {
    Wishes wishes;
    if (Status end = begin(context, wishes); !end.ok()) return end;
    const auto [south, north] = std::minmax({area->lo().latitude(), area->hi().latitude()});
    const auto [west, east] = std::minmax({area->lo().longitude(), area->hi().longitude()});
    bool isFirst = true;
    for (const Place& place : places()) {
      if (place.latitude < south || place.latitude > north || place.longitude < west ||
          place.longitude > east)
        continue;
      Feature feature;
      fill(feature, place);
      fillUp(*feature.mutable_name(), wishes.nameBytes);
      if (!isFirst) std::this_thread::sleep_for(wishes.pace);
      isFirst = false;
      if (context->IsCancelled() || !writer->Write(feature)) break;
    }
    return Status::OK;
  }

  Status RecordRoute(ServerContext* context, grpc::ServerReader<Point>* reader,
                     RouteSummary* summary) override {
    Wishes wishes;
    if (Status end = begin(context, wishes); !end.ok()) return end;
    const auto started = std::chrono::steady_clock::now();
    double metres = 0;
    Place previous;
    for (Point point; reader->Read(&point);) {
      const Place here{{}, point.latitude(), point.longitude()};
      if (summary->point_count() > 0) metres += distance(previous, here);
      previous = here;
      summary->set_point_count(summary->point_count() + 1);
      if (placeAt(point)) summary->set_feature_count(summary->feature_count() + 1);
    }
    const auto elapsed = std::chrono::steady_clock::now() - started;
    summary->set_distance(static_cast<int>(metres));
    summary->set_elapsed_time(
        static_cast<int>(std::chrono::duration_cast<std::chrono::seconds>(elapsed).count()));
    return Status::OK;
  }

  Status RouteChat(ServerContext* context, grpc::ServerReaderWriter<RouteNote, RouteNote>* stream) override {
    Wishes wishes;
    if (Status end = begin(context, wishes); !end.ok()) return end;
    for (RouteNote note; stream->Read(&note);) {
      for (const RouteNote& earlier : remember(note)) {
        if (!stream->Write(earlier)) return Status::OK;
      }
    }
    return Status::OK;
  }

  /// The earlier notes at the same place; the new one is remembered after them.
  std::vector<RouteNote> remember(const RouteNote& note) {
    const std::lock_guard lock(mutex_);
    std::vector<RouteNote> same;
    for (const RouteNote& earlier : notes_) {
      if (earlier.location().latitude() == note.location().latitude() &&
          earlier.location().longitude() == note.location().longitude()) {
        same.push_back(earlier);
      }
    }
    notes_.push_back(note);
    if (notes_.size() > kNotesKept) notes_.pop_front();
    return same;
  }

  std::string servedBy_;
  std::mutex mutex_;
  std::deque<RouteNote> notes_;
};

std::string readFile(const std::string& file) {
  std::ifstream stream(file);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

std::shared_ptr<grpc::ServerCredentials> credentials(const ServeOptions& options) {
  if (options.certificateFile.empty()) return grpc::InsecureServerCredentials();
  grpc::SslServerCredentialsOptions tls;
  tls.pem_key_cert_pairs.push_back({readFile(options.keyFile), readFile(options.certificateFile)});
  return grpc::SslServerCredentials(tls);
}

}  // namespace

int serve(const ServeOptions& options) {
  grpc::EnableDefaultHealthCheckService(true);
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  RouteGuideService service;
  grpc::ServerBuilder builder;
  int port = 0;
  // Two servers on one port would share its connections by chance: the second one is refused instead.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.AddListeningPort(fmt::format("{}:{}", options.address, options.port), credentials(options), &port);
  builder.RegisterService(&service);
  const auto server = builder.BuildAndStart();
  if (!server || port == 0) {
    fmt::print(stderr,
               "spillway-routeguide: cannot listen on {}:{}: the port is held by another program, or a "
               "certificate file is unreadable.\n",
               options.address, options.port);
    return 2;
  }
  const std::string address = fmt::format("{}:{}", options.address, port);
  service.setServedBy(address);
  fmt::print("{{\"ready\":true,\"address\":\"{}\"}}\n", address);
  std::fflush(stdout);

  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGTERM);
  sigaddset(&ends, SIGINT);
  int signal = 0;
  sigwait(&ends, &signal);
  server->Shutdown(std::chrono::system_clock::now() + std::chrono::milliseconds(1500));
  return 0;
}

}  // namespace spillway::routeguide

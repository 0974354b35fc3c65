// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/grpc/schema_files.h"

#include <fmt/format.h>
#include <google/protobuf/any.pb.h>
#include <google/protobuf/api.pb.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/duration.pb.h>
#include <google/protobuf/empty.pb.h>
#include <google/protobuf/field_mask.pb.h>
#include <google/protobuf/source_context.pb.h>
#include <google/protobuf/struct.pb.h>
#include <google/protobuf/timestamp.pb.h>
#include <google/protobuf/type.pb.h>
#include <google/protobuf/wrappers.pb.h>

#include <algorithm>
#include <map>
#include <set>

#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace spillway::grpc {
namespace {

namespace pb = google::protobuf;

/// Far beyond what people write, and safe for the stack.
constexpr int kDeepestImport = 500;

using Files = std::map<std::string, pb::FileDescriptorProto>;

Files makeBuiltInFiles() {
  const pb::FileDescriptor* descriptors[] = {
      pb::Any::descriptor()->file(),
      pb::Api::descriptor()->file(),
      pb::Duration::descriptor()->file(),
      pb::Empty::descriptor()->file(),
      pb::FieldMask::descriptor()->file(),
      pb::SourceContext::descriptor()->file(),
      pb::Struct::descriptor()->file(),
      pb::Timestamp::descriptor()->file(),
      pb::Type::descriptor()->file(),
      pb::StringValue::descriptor()->file(),
      pb::FileDescriptorProto::descriptor()->file(),
      google::rpc::Status::descriptor()->file(),
      google::rpc::ErrorInfo::descriptor()->file(),
  };
  Files files;
  for (const auto* descriptor : descriptors)
    descriptor->CopyTo(&files[descriptor->name()]);
  return files;
}

const Files& builtInFiles() {
  static const Files kFiles = makeBuiltInFiles();
  return kFiles;
}

/// Puts files into a pool, each behind what it imports.
class PoolBuilder : pb::DescriptorPool::ErrorCollector {
 public:
  PoolBuilder(const std::vector<pb::FileDescriptorProto>& files, std::vector<SchemaProblem>& problems)
      : problems_(problems) {
    for (const auto& file : files) {
      if (!files_.emplace(file.name(), &file).second)
        tell(file.name(), "the source has two files of this name");
    }
  }

  std::shared_ptr<const pb::DescriptorPool> build() {
    for (const auto& [name, file] : files_)
      add(name, *file);
    // What the files did not import is there as well, unless they define the same in files of other names.
    silent_ = true;
    for (const auto& [name, file] : builtInFiles())
      add(name, file);
    return pool_;
  }

 private:
  enum class State : std::uint8_t { Begun, Added, Failed };

  bool add(const std::string& name, const pb::FileDescriptorProto& file) {
    const auto [known, isNew] = states_.emplace(name, State::Begun);
    if (!isNew) {
      if (known->second == State::Begun) tell(name, "it imports itself, through others or directly");
      return known->second == State::Added;
    }
    bool good = ++depth_ <= kDeepestImport;
    if (!good) tell(name, fmt::format("imports lie more than {} deep", kDeepestImport));
    for (int i = 0; good && i < file.dependency_size(); ++i)
      good = addImport(name, file.dependency(i));
    --depth_;
    good = good && pool_->BuildFileCollectingErrors(file, this);
    states_[name] = good ? State::Added : State::Failed;
    return good;
  }

  bool addImport(const std::string& importer, const std::string& name) {
    const auto own = files_.find(name);
    const pb::FileDescriptorProto* file = own != files_.end() ? own->second : builtInFile(name);
    if (!file) {
      tell(importer, fmt::format("it imports \"{}\", which is not there", name));
      return false;
    }
    if (add(name, *file)) return true;
    tell(importer, fmt::format("it imports \"{}\", which cannot be used", name));
    return false;
  }

  void tell(const std::string& file, std::string what) {
    if (!silent_) problems_.push_back({file, 0, 0, std::move(what)});
  }

  void AddError(const std::string& file, const std::string& element, const pb::Message*, ErrorLocation,
                const std::string& message) override {
    tell(file, element == file ? message : element + ": " + message);
  }

  std::map<std::string, const pb::FileDescriptorProto*> files_;
  std::vector<SchemaProblem>& problems_;
  std::shared_ptr<pb::DescriptorPool> pool_ = std::make_shared<pb::DescriptorPool>();
  std::map<std::string, State> states_;
  int depth_ = 0;
  bool silent_ = false;
};

CallKind kindOf(const pb::MethodDescriptor& method) {
  if (method.client_streaming())
    return method.server_streaming() ? CallKind::Bidirectional : CallKind::ClientStreaming;
  return method.server_streaming() ? CallKind::ServerStreaming : CallKind::Unary;
}

/// A type as the service's own file may name it.
std::string typeWord(const pb::Descriptor& type, const pb::ServiceDescriptor& service) {
  const std::string& package = service.file()->package();
  const bool isNear = !package.empty() && type.full_name().starts_with(package + ".");
  return isNear ? type.full_name().substr(package.size() + 1) : type.full_name();
}

std::string protoLine(const pb::MethodDescriptor& method) {
  return fmt::format(
      "rpc {}({}{}) returns ({}{});", method.name(), method.client_streaming() ? "stream " : "",
      typeWord(*method.input_type(), *method.service()), method.server_streaming() ? "stream " : "",
      typeWord(*method.output_type(), *method.service()));
}

std::string withoutMargins(const std::string& text) {
  const auto first = text.find_first_not_of(" \n");
  return first == std::string::npos ? "" : text.substr(first, text.find_last_not_of(" \n") - first + 1);
}

Method makeMethod(const std::shared_ptr<const pb::DescriptorPool>& pool, const pb::MethodDescriptor& from) {
  Method method{from.name(),
                "/" + from.service()->full_name() + "/" + from.name(),
                kindOf(from),
                MessageType(pool, *from.input_type()),
                MessageType(pool, *from.output_type()),
                protoLine(from),
                "",
                from.file()->name()};
  pb::SourceLocation location;
  if (from.GetSourceLocation(&location)) {
    method.comment = withoutMargins(location.leading_comments);
    method.fileLine = location.start_line + 1;
  }
  return method;
}

std::vector<Service> servicesIn(const std::shared_ptr<const pb::DescriptorPool>& pool,
                                const std::vector<pb::FileDescriptorProto>& files) {
  std::vector<Service> services;
  for (const auto& file : files) {
    const pb::FileDescriptor* descriptor = pool->FindFileByName(file.name());
    for (int i = 0; descriptor && i < descriptor->service_count(); ++i) {
      const pb::ServiceDescriptor& from = *descriptor->service(i);
      Service service{from.full_name(), {}};
      for (int k = 0; k < from.method_count(); ++k)
        service.methods.push_back(makeMethod(pool, *from.method(k)));
      services.push_back(std::move(service));
    }
  }
  std::ranges::sort(services, {}, &Service::name);
  return services;
}

}  // namespace

std::shared_ptr<const Schema> makeSchema(std::string origin,
                                         const std::vector<pb::FileDescriptorProto>& files,
                                         std::vector<SchemaProblem> problems) {
  const auto pool = PoolBuilder(files, problems).build();
  return std::make_shared<const Schema>(std::move(origin), pool, servicesIn(pool, files),
                                        std::move(problems));
}

std::shared_ptr<const Schema> builtInSchema() {
  static const auto kSchema = makeSchema("the well-known types", {});
  return kSchema;
}

const pb::FileDescriptorProto* builtInFile(const std::string& name) {
  const auto found = builtInFiles().find(name);
  return found == builtInFiles().end() ? nullptr : &found->second;
}

}  // namespace spillway::grpc

// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/grpc/proto_source.h"

#include <gmock/gmock.h>
#include <google/protobuf/descriptor.pb.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "engine/grpc/descriptor_set_source.h"
#include "engine/grpc/message_decoder.h"
#include "routeguide/route_guide.pb.h"
#include "tests/support/temporary_folder.h"

namespace spillway::grpc {
namespace {

namespace pb = google::protobuf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class ProtoFiles : public testing::Test {
 protected:
  void write(const std::string& name, const std::string& text) const {
    const std::filesystem::path file = folder_.file(name);
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file) << text;
  }
  std::shared_ptr<const Schema> read(const std::string& path,
                                     std::vector<std::string> importPaths = {}) const {
    auto schema = readProtoFiles({{folder_.file(path)}, std::move(importPaths)});
    EXPECT_TRUE(schema) << schema.error().detail;
    return schema.value_or(nullptr);
  }
  static std::vector<std::string> problemsOf(const Schema& schema) {
    std::vector<std::string> texts;
    for (const auto& problem : schema.problems())
      texts.push_back(problem.text());
    return texts;
  }

  test::TemporaryFolder folder_;
};

TEST_F(ProtoFiles, TellTheirMethodsKindsAndLines) {
  const auto schema = readProtoFiles({{SPILLWAY_PROTOS "/routeguide/route_guide.proto"}, {}});
  ASSERT_TRUE(schema) << schema.error().detail;
  EXPECT_THAT((*schema)->problems(), IsEmpty());
  EXPECT_THAT((*schema)->origin(), HasSubstr("route_guide.proto"));
  ASSERT_EQ((*schema)->services().size(), 1u);
  EXPECT_EQ((*schema)->services()[0].name, "routeguide.RouteGuide");
  Schemas schemas;
  schemas.add(*schema);
  const auto method = [&](const std::string& name) {
    return schemas.method("/routeguide.RouteGuide/" + name)->method;
  };
  EXPECT_EQ(method("GetFeature").kind, CallKind::Unary);
  EXPECT_EQ(method("ListFeatures").kind, CallKind::ServerStreaming);
  EXPECT_EQ(method("RecordRoute").kind, CallKind::ClientStreaming);
  EXPECT_EQ(method("RouteChat").kind, CallKind::Bidirectional);
  EXPECT_EQ(method("RouteChat").line, "rpc RouteChat(stream RouteNote) returns (stream RouteNote);");
  EXPECT_EQ(method("GetFeature").comment,
            "Unary: one point in, the feature at it out; its name is empty where nothing is.");
  EXPECT_EQ(method("GetFeature").fileLine, 9);
  EXPECT_EQ(method("GetFeature").request.name(), "routeguide.Point");
  EXPECT_EQ(method("GetFeature").response.name(), "routeguide.Feature");
  EXPECT_FALSE(schemas.method("/routeguide.RouteGuide/Other"));
}

TEST_F(ProtoFiles, FindImportsFromAFolderUpwards) {
  // The folder dropped is below the one that imports are meant from.
  write("repo/api/shop/v1/shop.proto", R"(syntax = "proto3"; package shop.v1;
    import "api/money/money.proto"; import "google/protobuf/timestamp.proto";
    message Price { money.Amount amount = 1; google.protobuf.Timestamp since = 2; }
    service Shop { rpc Ask(Price) returns (Price); })");
  write("repo/api/money/money.proto", R"(syntax = "proto3"; package money; import "api/money/unit.proto";
    message Amount { int64 cents = 1; Unit unit = 2; })");
  write("repo/api/money/unit.proto",
        R"(syntax = "proto3"; package money; message Unit { string name = 1; })");
  for (const char* path : {"repo/api/shop", "repo/api/shop/v1/shop.proto", "repo", "repo/api"}) {
    SCOPED_TRACE(path);
    const auto schema = read(path);
    EXPECT_THAT(problemsOf(*schema), IsEmpty());
    EXPECT_EQ(schema->services().size(), 1u);
    EXPECT_TRUE(schema->message("money.Unit"));
  }
}

TEST_F(ProtoFiles, TakeImportPaths) {
  write("a/main.proto", R"(syntax = "proto3"; import "part.proto"; message Main { Part part = 1; })");
  write("far/away/part.proto", R"(syntax = "proto3"; message Part {})");
  EXPECT_THAT(problemsOf(*read("a/main.proto", {folder_.file("far/away")})), IsEmpty());
  const auto without = read("a/main.proto");
  EXPECT_THAT(problemsOf(*without), Contains(HasSubstr("part.proto: it is in no import path")));
  EXPECT_FALSE(without->message("Main"));
}

TEST_F(ProtoFiles, SayWhereTheyAreWrong) {
  write("bad.proto", "syntax = \"proto3\";\nmessage A {\n  strin name = 1;\n  int32 x = 1;\n}\nmessage {\n");
  write("good.proto", "syntax = \"proto3\"; message Good { int32 x = 1; }");
  const auto schema = readProtoFiles({{folder_.path()}, {}}).value();
  EXPECT_THAT(problemsOf(*schema), ElementsAre("bad.proto:6:9: Expected message name."));
  EXPECT_TRUE(schema->message("Good"));
  write("bad.proto", "syntax = \"proto3\";\nmessage A {\n  strin name = 1;\n  int32 x = 1;\n}\n");
  EXPECT_THAT(problemsOf(*read("bad.proto")),
              ElementsAre("bad.proto:3:3: \"strin\" is not defined.",
                          "bad.proto:4:13: Field number 1 has already been used "
                          "in \"A\" by field \"name\"."));
}

TEST_F(ProtoFiles, ThatImportEachOtherAreProblems) {
  write("one.proto", R"(syntax = "proto3"; import "two.proto";)");
  write("two.proto", R"(syntax = "proto3"; import "one.proto";)");
  EXPECT_THAT(problemsOf(*readProtoFiles({{folder_.path()}, {}}).value()),
              Contains(HasSubstr("File recursively imports itself")));
}

TEST_F(ProtoFiles, MustBeThere) {
  std::filesystem::create_directory(folder_.file("empty"));
  EXPECT_THAT(readProtoFiles({{folder_.file("none.proto")}, {}}).error().detail,
              HasSubstr("there is no such file or folder"));
  EXPECT_THAT(readProtoFiles({{folder_.file("empty")}, {}}).error().detail,
              HasSubstr("no .proto file is below it"));
  EXPECT_FALSE(readProtoFiles({}));
}

// ---- Descriptor sets ----

pb::FileDescriptorSet routeGuideSet() {
  pb::FileDescriptorSet set;
  routeguide::Point::descriptor()->file()->CopyTo(set.add_file());
  return set;
}

TEST_F(ProtoFiles, ComeAsDescriptorSets) {
  write("route.pb", routeGuideSet().SerializeAsString());
  const auto schema = readDescriptorSet(folder_.file("route.pb"));
  ASSERT_TRUE(schema) << schema.error().detail;
  EXPECT_EQ((*schema)->origin(), folder_.file("route.pb"));
  EXPECT_TRUE((*schema)->method("/routeguide.RouteGuide/RouteChat"));
}

TEST_F(ProtoFiles, SayWhatADescriptorSetLacks) {
  auto set = routeGuideSet();
  set.mutable_file(0)->add_dependency("shop/money.proto");
  auto& other = *set.add_file();
  other.set_name("other.proto");
  other.add_message_type()->set_name("Other");
  auto& third = *set.add_file();
  third.set_name("third.proto");
  third.add_dependency(set.file(0).name());
  write("lacking.pb", set.SerializeAsString());
  const auto schema = readDescriptorSet(folder_.file("lacking.pb")).value();
  const std::string name = set.file(0).name();
  EXPECT_THAT(problemsOf(*schema),
              ElementsAre(name + ": it imports \"shop/money.proto\", which is not there",
                          "third.proto: it imports \"" + name + "\", which cannot be used"));
  EXPECT_THAT(schema->services(), IsEmpty());
  EXPECT_TRUE(schema->message("Other"));
}

TEST_F(ProtoFiles, RefuseWhatIsNoDescriptorSet) {
  write("text.pb", "this is some text");
  write("empty.pb", "");
  for (const char* name : {"text.pb", "empty.pb"})
    EXPECT_THAT(readDescriptorSet(folder_.file(name)).error().detail, HasSubstr("it is no descriptor set"));
  EXPECT_THAT(readDescriptorSet(folder_.file("none.pb")).error().detail, HasSubstr("it cannot be read"));
}

TEST_F(ProtoFiles, WithWrongTypesAreProblems) {
  auto set = routeGuideSet();
  set.mutable_file(0)->mutable_message_type(2)->mutable_field(0)->set_type_name(".routeguide.Nothing");
  set.mutable_file(0)->mutable_message_type(2)->mutable_field(0)->set_type(
      pb::FieldDescriptorProto::TYPE_MESSAGE);
  write("wrong.pb", set.SerializeAsString());
  const auto schema = readDescriptorSet(folder_.file("wrong.pb")).value();
  EXPECT_THAT(problemsOf(*schema), ElementsAre(HasSubstr("\".routeguide.Nothing\" is not defined.")));
}

// ---- Several schemas ----

TEST(KnownSchemas, HaveTheWellKnownTypesAlways) {
  const Schemas schemas;
  EXPECT_TRUE(schemas.message("google.protobuf.Timestamp"));
  EXPECT_TRUE(schemas.message("google.rpc.ErrorInfo"));
  EXPECT_FALSE(schemas.message("routeguide.Point"));
}

TEST_F(ProtoFiles, OfTheLatestSchemaCountFirst) {
  write("old/m.proto", R"(syntax = "proto3"; message M { int32 old = 1; })");
  write("new/m.proto", R"(syntax = "proto3"; message M { int32 now = 1; int32 more = 2; })");
  Schemas schemas;
  schemas.add(read("old"));
  const Schemas before = schemas;
  schemas.add(read("new"));
  const auto fields = [](const Schemas& from) {
    return decodeMessage(from, *from.message("M"), {}).fields.size();
  };
  EXPECT_EQ(fields(before), 1u);
  EXPECT_EQ(fields(schemas), 2u);
  schemas.add(read("old"));
  EXPECT_EQ(fields(schemas), 1u);
  EXPECT_EQ(schemas.all().size(), 2u);
  schemas.remove(folder_.file("old"));
  EXPECT_EQ(fields(schemas), 2u);
}

}  // namespace
}  // namespace spillway::grpc

// SPDX-License-Identifier: GPL-3.0-or-later
// Commands that send a request again: a real shell takes them apart as they were meant.
#include <gmock/gmock.h>

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "engine/export/commands.h"
#include "tests/support/stream_maker.h"
#include "tests/support/temporary_folder.h"

namespace spillway::exporting {
namespace {

using observe::CaptureView;
using observe::Direction;
using observe::Hop;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

/// What a shell prints when it runs this.
std::string shellOutput(const std::string& script) {
  test::TemporaryFolder folder;
  const std::string file = folder.file("script");
  std::FILE* out = std::fopen(file.c_str(), "wb");
  std::fwrite(script.data(), 1, script.size(), out);
  std::fclose(out);
  std::FILE* shell = ::popen(("sh " + file).c_str(), "r");
  std::string output;
  for (int c = std::fgetc(shell); c != EOF; c = std::fgetc(shell))
    output += static_cast<char>(c);
  EXPECT_EQ(::pclose(shell), 0) << script;
  return output;
}

/// The words that a program is given; its name is a function that writes them down.
std::vector<std::string> wordsOf(const std::string& program, const std::string& command) {
  const std::string output =
      shellOutput(program + "() { for word; do printf '%s\\0' \"$word\"; done; }\n" + command + "\n");
  std::vector<std::string> words;
  for (std::size_t at = 0; at < output.size();) {
    const auto end = output.find('\0', at);
    words.push_back(output.substr(at, end - at));
    at = end + 1;
  }
  return words;
}

std::string afterWord(const std::vector<std::string>& words, const std::string& word) {
  const auto at = std::ranges::find(words, word);
  return at == words.end() || at + 1 == words.end() ? "(none)" : *(at + 1);
}

CaptureView viewOf(const test::StreamMaker& maker) {
  CaptureView view;
  view.add(maker.made().capture);
  return view;
}

TEST(ExportCommands, AShellReadsEveryWordAsItWas) {
  std::string all;
  for (int byte = 1; byte < 256; ++byte)
    all += static_cast<char>(byte);
  for (const std::string& word :
       {all, std::string(), std::string("it's"), std::string("'"), std::string("$(id) `id` \\ \" ! ~ *"),
        std::string("-n"), std::string("a\nb\n"), std::string("#x")}) {
    EXPECT_EQ(shellOutput("printf %s " + shellQuoted(word)), word);
  }
}

TEST(ExportCommands, CurlSendsTheRequestAgain) {
  test::StreamMaker maker(false);
  maker.head(Hop::Client, Direction::Request,
             {{":method", "PUT"},
              {":authority", "desk.test:8080"},
              {"host", "desk.test:8080"},
              {"content-type", "text/plain"},
              {"x-nasty", "it's $HOME \"`id`\""},
              {"x-empty", ""},
              {"authorization", "(redacted)"},
              {"content-length", "9"}});
  maker.bytes(Direction::Request, "@it's a\nb");
  const auto command = curlCommand(maker.streamHead(), viewOf(maker), {.listenerAddress = "127.0.0.1:50051"});
  const auto words = wordsOf("curl", command);
  EXPECT_THAT(words, Contains("--http1.1"));
  EXPECT_EQ(afterWord(words, "-X"), "PUT");
  EXPECT_EQ(afterWord(words, "--url"), "http://desk.test:8080/things/1?a=b");
  EXPECT_EQ(afterWord(words, "--connect-to"), "::127.0.0.1:50051");
  EXPECT_EQ(afterWord(words, "--data-raw"), "@it's a\nb");
  EXPECT_THAT(words, Contains("x-nasty: it's $HOME \"`id`\""));
  EXPECT_THAT(words, Contains("x-empty;"));
  EXPECT_THAT(words, Contains("user-agent:"));
  EXPECT_THAT(words, Not(Contains(HasSubstr("content-length"))));
  EXPECT_THAT(words, Not(Contains(HasSubstr("redacted"))));
  EXPECT_THAT(command, HasSubstr("# Left out, because their values are not kept: authorization."));
}

TEST(ExportCommands, CurlIsGivenBinaryBodiesByPipe) {
  test::StreamMaker maker(false);
  std::string body;
  for (int byte = 0; byte < 256; ++byte)
    body += static_cast<char>(byte);
  maker.head(Hop::Client, Direction::Request, {{":method", "PUT"}, {"content-type", "image/png"}});
  maker.bytes(Direction::Request, body);
  const auto command = curlCommand(maker.streamHead(), viewOf(maker), {});
  EXPECT_EQ(shellOutput("curl() { cat; }\n" + command), body);
}

TEST(ExportCommands, CurlSpeaksTheVersionAndTrustsTheCa) {
  test::StreamMaker maker(false);
  maker.streamHead().type = observe::LogType::H2;
  const auto tls = wordsOf("curl", curlCommand(maker.streamHead(), {}, {.caFile = "/a b/ca.pem"}));
  EXPECT_EQ(afterWord(tls, "--cacert"), "/a b/ca.pem");
  EXPECT_THAT(tls, Contains("--http2"));
  EXPECT_EQ(afterWord(tls, "--url"), "https://desk.test:8080/things/1?a=b");
  maker.streamHead().type = observe::LogType::H2c;
  const auto command = curlCommand(maker.streamHead(), {}, {.caFile = "/ca.pem"});
  EXPECT_THAT(wordsOf("curl", command), Contains("--http2-prior-knowledge"));
  EXPECT_THAT(wordsOf("curl", command), Not(Contains("--cacert")));
  EXPECT_THAT(command, HasSubstr("# The header fields were not recorded."));
}

TEST(ExportCommands, ACutBodyIsLeftOutWithAWord) {
  test::StreamMaker maker(false);
  maker.head(Hop::Client, Direction::Request, {{":method", "PUT"}});
  maker.bytes(Direction::Request, "0123456789", 4);
  const auto command = curlCommand(maker.streamHead(), viewOf(maker), {});
  EXPECT_THAT(command, HasSubstr("# The body is left out: it was not recorded whole."));
  EXPECT_THAT(command, Not(HasSubstr("0123")));
}

TEST(ExportCommands, GrpcurlMakesTheCallAgain) {
  test::StreamMaker maker;
  maker.head(Hop::Client, Direction::Request,
             {{":path", "/routeguide.RouteGuide/RouteChat"},
              {"content-type", "application/grpc"},
              {"te", "trailers"},
              {"user-agent", "grpc-c++"},
              {"grpc-timeout", "1500m"},
              {"x-mine", "it's"},
              {"x-token-bin", "(redacted)"}});
  const std::string json = "{\"message\": \"it's\"}\n{}";
  const auto command = grpcurlCommand(maker.streamHead(), viewOf(maker),
                                      {.listenerAddress = "127.0.0.1:50051", .messagesJson = json});
  EXPECT_THAT(wordsOf("grpcurl", command),
              ElementsAre("-plaintext", "-authority", "desk.test:8080", "-max-time", "1.5", "-H",
                          "x-mine: it's", "-d", json, "127.0.0.1:50051", "routeguide.RouteGuide/RouteChat"));
  EXPECT_THAT(command, HasSubstr("# Left out, because their values are not kept: x-token-bin."));
}

TEST(ExportCommands, GrpcurlSaysThatMessagesAreNotDecoded) {
  test::StreamMaker maker;
  maker.streamHead().type = observe::LogType::Grpcs;
  const auto command = grpcurlCommand(maker.streamHead(), {}, {.caFile = "/ca.pem"});
  EXPECT_THAT(command, HasSubstr("# The messages are left out"));
  EXPECT_THAT(wordsOf("grpcurl", command),
              ElementsAre("-cacert", "/ca.pem", "desk.test:8080", "routeguide.RouteGuide/RouteChat"));
}

}  // namespace
}  // namespace spillway::exporting

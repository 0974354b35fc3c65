// SPDX-License-Identifier: GPL-3.0-or-later
// Secrets in messages go before the messages are stored.
#include "engine/grpc/capture_scrubber.h"

#include <gmock/gmock.h>

#include "engine/grpc/message_frame.h"
#include "engine/history/capture_scrub.h"
#include "engine/observe/capture_view.h"
#include "tests/grpc/compressed.h"
#include "tests/grpc/routes.h"

namespace spillway::grpc {
namespace {

using observe::CapturedKind;
using observe::CapturedPart;
using observe::CapturedStream;
using observe::Direction;
using testing::HasSubstr;
using testing::Not;

const std::vector<std::string> kNames{"password", "token"};
constexpr const char* kEnter = "/routes.Guide/Enter";
constexpr const char* kLogin = R"(user: "ann" user_password: "hunter2" token_count: "three")";

std::string framed(const std::string& message, bool isCompressed = false) {
  std::string bytes(5, '\0');
  bytes[0] = isCompressed ? 1 : 0;
  bytes[3] = static_cast<char>(message.size() >> 8);
  bytes[4] = static_cast<char>(message.size());
  return bytes + message;
}

void addBytes(observe::CapturedBatch& batch, Direction direction, const std::string& bytes,
              std::size_t kept) {
  CapturedPart& part = batch.parts.emplace_back();
  part.direction = direction;
  part.size = bytes.size();
  part.kept = static_cast<std::uint32_t>(kept);
  batch.bytes += bytes.substr(0, kept);
}

class CaptureScrubberTest : public testing::Test {
 protected:
  CaptureScrubberTest() { scrubber_.know(schemas_); }

  /// A stream whose request came in pieces of `piece` bytes, each in a batch of its own, an answer between
  /// them.
  CapturedStream streamOf(const std::string& request, std::size_t piece, const std::string& encoding = {}) {
    CapturedStream stream{.stream = 1};
    for (std::size_t at = 0; at < request.size(); at += piece) {
      auto batch = std::make_shared<observe::CapturedBatch>();
      if (at == 0) {
        CapturedPart& head = batch->parts.emplace_back();
        head.kind = CapturedKind::Head;
        head.fields = std::make_shared<const observe::FieldList>(
            observe::FieldList{{":path", kEnter}, {"grpc-encoding", encoding}});
        addBytes(*batch, Direction::Response, answer_, answer_.size());
      }
      const std::string bytes = request.substr(at, piece);
      addBytes(*batch, Direction::Request, bytes, bytes.size());
      stream.batches.push_back(std::move(batch));
    }
    return stream;
  }
  CapturedStream clean(const CapturedStream& stream, const char* path = kEnter) {
    return history::scrubbed(stream, path, kNames, scrubber_);
  }
  static std::string contentOf(const CapturedStream& stream, Direction direction) {
    observe::CaptureView view;
    view.add(stream);
    return view.content(direction, 0, 1'000'000);
  }

  const Schemas schemas_ = test::routes();
  const std::string login_ = test::encode(schemas_, "routes.Login", kLogin);
  const std::string answer_ = framed(test::encode(schemas_, "routes.Feature", R"(name: "hunter2")"));
  CaptureScrubber scrubber_;
};

TEST_F(CaptureScrubberTest, ConcernsOnlyCallsThatMayHoldSecrets) {
  EXPECT_TRUE(scrubber_.concerns(kEnter, kNames));
  EXPECT_FALSE(scrubber_.concerns("/routes.Guide/Find", kNames));
  EXPECT_TRUE(scrubber_.concerns("/routes.Guide/Find", {"latitude"}));
  EXPECT_FALSE(scrubber_.concerns("/routes.Guide/Unknown", kNames));
  scrubber_.know({});
  EXPECT_FALSE(scrubber_.concerns(kEnter, kNames));
}

TEST_F(CaptureScrubberTest, OverwritesSecretsWhereverTheBytesAreCut) {
  const std::string request = framed(login_) + framed(login_);
  for (std::size_t piece = 1; piece <= request.size(); ++piece) {
    const CapturedStream stream = streamOf(request, piece);
    const std::string stored = contentOf(clean(stream), Direction::Request);
    ASSERT_EQ(stored.size(), request.size());
    EXPECT_THAT(stored, Not(HasSubstr("hunter2"))) << piece;
    EXPECT_THAT(stored, HasSubstr("*******")) << piece;
    EXPECT_THAT(stored, HasSubstr("three")) << piece;
    // What others look at is as it was, and so is a field with another name.
    EXPECT_EQ(contentOf(stream, Direction::Request), request);
    EXPECT_EQ(contentOf(clean(stream), Direction::Response), answer_);
  }
}

TEST_F(CaptureScrubberTest, OverwritesWhatIsThereOfACutMessage) {
  CapturedStream stream{.stream = 1};
  auto batch = std::make_shared<observe::CapturedBatch>();
  const std::string request = framed(login_);
  addBytes(*batch, Direction::Request, request, request.find("hunter2") + 4);
  addBytes(*batch, Direction::Request, "user hunter2", 12);  // behind the cut
  stream.batches.push_back(std::move(batch));
  const std::string stored = clean(stream).batches[0]->bytes;
  EXPECT_THAT(stored, HasSubstr("ann"));
  EXPECT_THAT(stored, Not(HasSubstr("hunt")));
}

TEST_F(CaptureScrubberTest, OverwritesACompressedMessageThatHoldsASecretWhole) {
  const std::string harmless = test::encode(schemas_, "routes.Login", R"(user: "ann")");
  const std::string secret = framed(test::gzip(login_), true), open = framed(test::gzip(harmless), true);
  const std::string stored = contentOf(clean(streamOf(secret + open, 7, "gzip")), Direction::Request);
  EXPECT_EQ(stored, framed(std::string(test::gzip(login_).size(), '*'), true) + open);
}

TEST_F(CaptureScrubberTest, KeepsNoBytesWherePartsWereLost) {
  CapturedStream stream = streamOf(framed(login_), 9);
  stream.lostParts = 1;
  const CapturedStream stored = clean(stream);
  EXPECT_EQ(contentOf(stored, Direction::Request), "");
  EXPECT_EQ(stored.batches.size(), stream.batches.size());
  EXPECT_EQ(stored.lostParts, 1U);
}

}  // namespace
}  // namespace spillway::grpc

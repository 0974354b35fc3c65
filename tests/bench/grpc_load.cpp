// SPDX-License-Identifier: GPL-3.0-or-later
// Streaming load for the benchmarks, from one thread over one connection. Prints its figures in JSON; any
// call that does not end with OK and all its messages is an error.
//   bench-grpc-load ADDRESS:PORT ping-pong STREAMS ROUNDS
//       each stream sends a message, awaits its echo, and again
//   bench-grpc-load ADDRESS:PORT server-stream CALLS MESSAGES
//       calls one after the other, of so many messages each
//   bench-grpc-load ADDRESS:PORT paced MESSAGES PER_SECOND
//       one stream of echoes, at this rate in each direction
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <future>
#include <memory>
#include <semaphore>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

const std::string kMessage(20, 'x');

grpc::ByteBuffer message() {
  const grpc::Slice slice(kMessage);
  return {&slice, 1};
}

/// A call that goes on each time one of its operations is done.
class Call {
 public:
  Call(grpc::GenericStub& stub, grpc::CompletionQueue& queue, const std::string& method)
      : stream_(stub.PrepareCall(&context_, method, &queue)) {
    stream_->StartCall(this);
  }
  virtual ~Call() = default;
  /// The operation before is done, well or not. False when the call has ended.
  virtual bool goOn(bool well) = 0;

 protected:
  void finish() { stream_->Finish(&status_, this); }
  void require(bool isSo, const char* what) const {
    if (!isSo) throw std::runtime_error(std::string(what) + ": " + status_.error_message());
  }

  grpc::ClientContext context_;
  std::unique_ptr<grpc::GenericClientAsyncReaderWriter> stream_;
  grpc::ByteBuffer received_;
  grpc::Status status_;
};

class PingPong : public Call {
 public:
  PingPong(grpc::GenericStub& stub, grpc::CompletionQueue& queue, int rounds, std::vector<double>& latencies)
      : Call(stub, queue, "/bench.Bench/Echo"), rounds_(rounds), latencies_(latencies) {}

  bool goOn(bool well) override {
    switch (step_) {
      case Step::Starts:
        require(well, "cannot start");
        return send();
      case Step::Sends:
        require(well, "cannot send");
        step_ = Step::Receives;
        stream_->Read(&received_, this);
        return true;
      case Step::Receives:
        require(well && received_.Length() == kMessage.size(), "no echo");
        latencies_.push_back(std::chrono::duration<double, std::micro>(Clock::now() - sent_).count());
        if (--rounds_ > 0) return send();
        step_ = Step::Closes;
        stream_->WritesDone(this);
        return true;
      case Step::Closes:
        step_ = Step::Ends;
        finish();
        return true;
      case Step::Ends:
        require(status_.ok(), "not OK");
        return false;
    }
    return false;
  }

 private:
  bool send() {
    step_ = Step::Sends;
    sent_ = Clock::now();
    stream_->Write(message(), this);
    return true;
  }

  enum class Step { Starts, Sends, Receives, Closes, Ends };
  Step step_ = Step::Starts;
  int rounds_;
  Clock::time_point sent_;
  std::vector<double>& latencies_;
};

class ServerStream : public Call {
 public:
  ServerStream(grpc::GenericStub& stub, grpc::CompletionQueue& queue, int messages)
      : Call(stub, queue, "/bench.Bench/Stream" + std::to_string(messages)), missing_(messages) {}

  bool goOn(bool well) override {
    switch (step_) {
      case Step::Starts:
        require(well, "cannot start");
        step_ = Step::Sends;
        stream_->WriteLast(message(), {}, this);
        return true;
      case Step::Sends:
        require(well, "cannot send");
        step_ = Step::Receives;
        stream_->Read(&received_, this);
        return true;
      case Step::Receives:
        if (well) {
          --missing_;
          stream_->Read(&received_, this);
        } else {
          step_ = Step::Ends;
          finish();
        }
        return true;
      case Step::Ends:
        require(status_.ok() && missing_ == 0, "not OK or not all messages");
        return false;
    }
    return false;
  }

 private:
  enum class Step { Starts, Sends, Receives, Ends };
  Step step_ = Step::Starts;
  int missing_;
};

/// Runs until all the calls have ended.
void drive(grpc::CompletionQueue& queue, std::size_t running) {
  void* tag = nullptr;
  bool well = false;
  while (running > 0 && queue.Next(&tag, &well)) {
    if (!static_cast<Call*>(tag)->goOn(well)) --running;
  }
}

double percentile(std::vector<double>& values, double share) {
  const auto place =
      values.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), place, values.end());
  return *place;
}

double secondsSince(Clock::time_point began) {
  return std::chrono::duration<double>(Clock::now() - began).count();
}

void pingPong(grpc::GenericStub& stub, grpc::CompletionQueue& queue, int streams, int rounds) {
  std::vector<double> latencies;
  latencies.reserve(static_cast<std::size_t>(streams) * rounds);
  std::vector<std::unique_ptr<PingPong>> calls;
  const auto began = Clock::now();
  for (int i = 0; i < streams; ++i)
    calls.push_back(std::make_unique<PingPong>(stub, queue, rounds, latencies));
  drive(queue, calls.size());
  std::printf(R"({"messages": %zu, "seconds": %.6f, "p50": %.1f, "p99": %.1f})"
              "\n",
              latencies.size(), secondsSince(began), percentile(latencies, 0.50),
              percentile(latencies, 0.99));
}

void serverStream(grpc::GenericStub& stub, grpc::CompletionQueue& queue, int calls, int messages) {
  const auto began = Clock::now();
  for (int i = 0; i < calls; ++i) {
    ServerStream call(stub, queue, messages);
    drive(queue, 1);
  }
  std::printf(R"({"messages": %lld, "seconds": %.6f})"
              "\n",
              static_cast<long long>(calls) * messages, secondsSince(began));
}

/// Writes at a rate, whatever is read meanwhile.
class Paced : public grpc::ClientBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer> {
 public:
  explicit Paced(grpc::GenericStub& stub) {
    stub.PrepareBidiStreamingCall(&context_, "/bench.Bench/Echo", {}, this);
    StartCall();
    StartRead(&received_);
  }
  void run(int messages, int perSecond) {
    const auto began = Clock::now();
    for (int i = 0; i < messages; ++i) {
      std::this_thread::sleep_until(began + std::chrono::microseconds(1'000'000LL * i / perSecond));
      const grpc::ByteBuffer sent = message();
      StartWrite(&sent);
      written_.acquire();
    }
    StartWritesDone();
    const grpc::Status status = ended_.get_future().get();
    if (!status.ok() || echoes_ != messages) throw std::runtime_error("not all came back");
  }
  void OnReadDone(bool well) override {
    if (!well) return;
    ++echoes_;
    StartRead(&received_);
  }
  void OnWriteDone(bool /*well*/) override { written_.release(); }
  void OnDone(const grpc::Status& status) override { ended_.set_value(status); }

 private:
  grpc::ClientContext context_;
  grpc::ByteBuffer received_;
  int echoes_ = 0;  ///< read once the stream has ended
  std::counting_semaphore<> written_{0};
  std::promise<grpc::Status> ended_;
};

void paced(grpc::GenericStub& stub, int messages, int perSecond) {
  const auto began = Clock::now();
  Paced(stub).run(messages, perSecond);
  std::printf(R"({"messages": %d, "seconds": %.6f})"
              "\n",
              messages, secondsSince(began));
}

}  // namespace

int main(int count, char** words) {
  if (count != 5) {
    std::fprintf(stderr, "bench-grpc-load ADDRESS:PORT ping-pong|server-stream|paced N M\n");
    return 2;
  }
  grpc::ChannelArguments arguments;
  arguments.SetInt("grpc.enable_http_proxy", 0);
  grpc::GenericStub stub(grpc::CreateCustomChannel(words[1], grpc::InsecureChannelCredentials(), arguments));
  grpc::CompletionQueue queue;
  const std::string_view what = words[2];
  const int first = std::atoi(words[3]), second = std::atoi(words[4]);
  try {
    if (what == "paced") {
      paced(stub, first, second);
    } else {
      (what == "ping-pong" ? pingPong : serverStream)(stub, queue, first, second);
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench-grpc-load: %s\n", error.what());
    return 1;
  }
}

// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/calls/call_runner.h"

#include <utility>

#include "engine/grpc/message_json.h"
#include "engine/grpc/wire_reader.h"
#include "ui/calls/metadata_text.h"

namespace spillway::ui {

namespace {

using Kind = grpc::CallEvent::Kind;

/// Events that may wait for the thread before the call is read no further.
constexpr int kMostPending = 500;
/// Of larger messages only the size is shown.
constexpr std::size_t kLargestShown = std::size_t{1} << 20;

QString toQt(const std::string& text) {
  return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

QString messageText(const grpc::Schemas& schemas, const grpc::MessageType& type, const std::string& message) {
  const auto json = grpc::messageJson(schemas, type, grpc::bytesOf(message), kLargestShown);
  return toQt(json ? *json : json.error().detail);
}

/// Two channels of the same key go to the same place in the same way.
std::string keyOf(const grpc::ChannelTarget& target) {
  return target.address + '\n' + std::to_string(static_cast<int>(target.tls)) + '\n' + target.serverName +
         '\n' + target.userAgent + '\n' + target.trustedPem;
}

}  // namespace

/// What the threads share about one call.
struct CallRunner::Call {
  explicit Call(Plan of) : plan(std::move(of)) {}

  const Plan plan;
  TimePoint began{};
  std::atomic<int> pending{0};
  std::uint64_t sent = 0, received = 0;    ///< counted by the thread
  std::mutex mutex;                        ///< what follows
  std::shared_ptr<grpc::ClientCall> call;  ///< changed by the UI thread alone
  std::vector<CallLine> lines;
  bool isPosted = false;
};

CallRunner::CallRunner(QObject* parent) : QObject(parent) {
  pool_.setMaxThreadCount(1);
}

CallRunner::~CallRunner() {
  forget();
  connection_.reset();  // the last of those that share it waits for the calls' ends
  pool_.clear();
  pool_.waitForDone();
}

void CallRunner::start(const Plan& plan) {
  forget();
  if (const std::string key = keyOf(plan.target); !connection_->channel || key != connection_->key)
    *connection_ = {std::make_unique<grpc::ClientChannel>(plan.target), key};
  call_ = std::make_shared<Call>(plan);
  call_->began = SteadyClock::now();
  isRunning_ = true;
  auto made = connection_->channel->call(plan.request,
                                         [this, weak = std::weak_ptr(call_)](const grpc::CallEvent& event) {
                                           if (const auto call = weak.lock()) take(call, event);
                                         });
  const std::lock_guard lock(call_->mutex);
  call_->call = std::move(made);
}

/// Cancels the call that runs; nothing more is told of it.
void CallRunner::forget() {
  if (!call_) return;
  std::shared_ptr<grpc::ClientCall> gone;
  {
    const std::lock_guard lock(call_->mutex);
    gone.swap(call_->call);
  }
}

/// A thread of the library's.
void CallRunner::take(const std::shared_ptr<Call>& call, const grpc::CallEvent& event) {
  if (++call->pending > kMostPending) {
    std::shared_ptr<grpc::ClientCall> running;
    {
      const std::lock_guard lock(call->mutex);
      running = call->call;
    }
    if (running) running->holdReading(true);
  }
  pool_.start([this, call, event] {
    CallLine line{event.kind};
    line.micros = std::chrono::duration_cast<std::chrono::microseconds>(event.time - call->began).count();
    line.size = event.message.size();
    line.status = event.status;
    const grpc::Method& method = call->plan.method;
    if (event.kind == Kind::Sent || event.kind == Kind::Received) {
      const bool isSent = event.kind == Kind::Sent;
      line.number = isSent ? ++call->sent : ++call->received;
      line.text = messageText(call->plan.schemas, isSent ? method.request : method.response, event.message);
    } else {
      line.text = metadataText(event.metadata);
      if (event.kind == Kind::Ended && !event.statusText.empty())
        line.text =
            toQt(event.statusText) + (line.text.isEmpty() ? QString() : QStringLiteral("\n\n") + line.text);
    }
    append(call, std::move(line));
  });
}

/// The pool's thread.
void CallRunner::append(const std::shared_ptr<Call>& call, CallLine line) {
  const std::lock_guard lock(call->mutex);
  call->lines.push_back(std::move(line));
  if (std::exchange(call->isPosted, true)) return;
  QMetaObject::invokeMethod(this, [this, call] { flush(call); });
}

void CallRunner::holdReading(bool isHeld) {
  isHeld_ = isHeld;
  if (call_ && call_->call) call_->call->holdReading(isHeld || call_->pending > kMostPending);
}

void CallRunner::flush(const std::shared_ptr<Call>& call) {
  std::vector<CallLine> lines;
  {
    const std::lock_guard lock(call->mutex);
    lines.swap(call->lines);
    call->isPosted = false;
  }
  const int left = call->pending -= static_cast<int>(lines.size());
  if (call != call_) return;
  if (call->call) call->call->holdReading(isHeld_ || left > kMostPending);
  const bool isOver = lines.back().kind == Kind::Ended;
  if (isOver) isRunning_ = false;
  Q_EMIT happened(lines);
  if (isOver) Q_EMIT ended();
}

void CallRunner::send(const QString& json, bool isLast) {
  if (!call_) return;
  pool_.start([this, call = call_, json, isLast] {
    const auto message = grpc::jsonMessage(call->plan.schemas, call->plan.method.request, json.toStdString());
    QMetaObject::invokeMethod(this, [this, call, message, isLast] {
      if (call != call_ || !call->call) return;
      if (!message) return Q_EMIT refused(toQt(message.error().detail));
      if (!(isLast ? call->call->sendLast(*message) : call->call->send(*message)))
        Q_EMIT refused(
            QStringLiteral("The call takes no more messages: it is over, closed, or too many wait."));
    });
  });
}

void CallRunner::halfClose() {
  if (!call_) return;
  // Behind the messages that are still being made.
  pool_.start([this, call = call_] {
    QMetaObject::invokeMethod(this, [this, call] {
      if (call == call_ && call->call) call->call->halfClose();
    });
  });
}

void CallRunner::cancel() {
  if (call_ && call_->call) call_->call->cancel();
}

}  // namespace spillway::ui

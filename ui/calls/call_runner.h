// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QString>
#include <QThreadPool>
#include <atomic>
#include <memory>
#include <mutex>
#include <vector>

#include "engine/grpc/client_call.h"
#include "engine/grpc/schema.h"

namespace spillway::ui {

/// One thing that happened to a call, for people.
struct CallLine {
  grpc::CallEvent::Kind kind = grpc::CallEvent::Kind::Ended;
  std::int64_t micros = 0;  ///< since the call began
  std::uint64_t number = 0, size = 0;
  int status = 0;  ///< of the end
  QString text;    ///< the message as JSON, the metadata, or the words of the status
};

/// Makes one call at a time: messages come and go as JSON, which is made in a thread of its own. Reads no
/// faster than that thread decodes. UI thread.
class CallRunner : public QObject {
  Q_OBJECT

 public:
  struct Plan {
    grpc::ChannelTarget target;
    grpc::CallRequest request;
    grpc::Method method;
    grpc::Schemas schemas;
  };

  explicit CallRunner(QObject* parent = nullptr);
  ~CallRunner() override;

  /// The calls of both go over one connection where they go the same way.
  void shareConnection(const CallRunner& other) { connection_ = other.connection_; }
  /// Begins a call; the one that runs is cancelled and forgotten.
  void start(const Plan& plan);
  /// A message goes out when those before it have; refused() follows when its JSON does not fit.
  void send(const QString& json) { send(json, false); }
  /// And nothing after it: the half-close comes with it.
  void sendLast(const QString& json) { send(json, true); }
  void halfClose();
  void cancel();
  /// While it is held the client reads nothing, so that flow control stops the server.
  void holdReading(bool isHeld);
  bool isRunning() const { return isRunning_; }

 signals:
  void happened(const std::vector<spillway::ui::CallLine>& lines);
  /// A message was not sent, in words.
  void refused(const QString& words);
  void ended();

 private:
  struct Call;
  void send(const QString& json, bool isLast);
  void forget();
  void take(const std::shared_ptr<Call>& call, const grpc::CallEvent& event);
  void append(const std::shared_ptr<Call>& call, CallLine line);
  void flush(const std::shared_ptr<Call>& call);

  struct Connection {
    std::unique_ptr<grpc::ClientChannel> channel;
    std::string key;  ///< what it was made from
  };
  std::shared_ptr<Connection> connection_ = std::make_shared<Connection>();
  std::shared_ptr<Call> call_;
  bool isRunning_ = false;
  bool isHeld_ = false;
  QThreadPool pool_;  ///< one thread
};

}  // namespace spillway::ui

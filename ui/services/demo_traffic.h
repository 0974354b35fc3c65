// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QProcess>
#include <QTimer>
#include <optional>

#include "ui/bridge/engine_bridge.h"
#include "ui/bridge/workspace.h"

namespace spillway::ui {

/// Where and how a client reaches a listener.
struct ClientRoute {
  QString address;  ///< "127.0.0.1:50051"
  bool usesTls = true;
  std::string group;  ///< where it forwards to; the first one of several
};

/// The demo's client: a process that makes the four route guide calls through the balancer, round after
/// round, from the moment all targets of the demo's group are healthy. Also sends one round on demand. UI
/// thread only.
class DemoTraffic : public QObject {
  Q_OBJECT

 public:
  DemoTraffic(EngineBridge& bridge, Workspace& workspace, QObject* parent = nullptr);
  ~DemoTraffic() override;

  /// Whether the workspace has a route guide group that a listener forwards to.
  bool hasDemo() const;
  /// Whether the client should run while there is a demo; kept in the settings.
  bool isWanted() const { return isWanted_; }
  void setWanted(bool wanted);
  bool isRunning() const { return client_.state() != QProcess::NotRunning; }
  /// Whether a listener runs that takes gRPC.
  bool canSend() const { return route().has_value(); }
  /// The way to the route guide: the demo's listener, or the first that takes gRPC.
  std::optional<ClientRoute> route() const;
  /// One round of the four calls through the demo's listener, or the first that takes gRPC.
  void sendOnce();
  /// Ends the client for good: the program closes.
  void shutDown();
  /// "Demo client: running", "… waits for healthy targets", "… paused", "" without a demo.
  QString stateWords() const;

 signals:
  void changed();
  /// The client could not be started, or ended with an error; words for the inline bar.
  void problem(const QString& words);
  /// A round that sendOnce() began has ended well.
  void sent();

 private:
  std::optional<ClientRoute> routeTo(const std::string& group) const;
  std::optional<std::string> demoGroup() const;
  bool isGroupHealthy(const std::string& group) const;
  void consider();
  void start(QProcess& process, const ClientRoute& route, int rounds);
  void onClientFinished();
  void stop();

  EngineBridge& bridge_;
  Workspace& workspace_;
  QProcess client_, once_;
  QTimer pause_;  ///< before the client starts again
  bool isWanted_;
  bool hasBegun_ = false;  ///< targets were healthy once; from then on the client goes on whatever happens
};

}  // namespace spillway::ui

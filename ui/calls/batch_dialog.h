// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>
#include <QTimer>
#include <memory>

#include "engine/grpc/call_batch.h"

class QLabel;
class QProgressBar;
class QPushButton;
class QSpinBox;

namespace spillway::ui {

class LatencyBars;

/// Makes the same call many times, as fast as it goes or at a rate, and shows how the calls ended and how
/// long they took. Closing it ends the calls.
class BatchDialog : public QDialog {
  Q_OBJECT

 public:
  /// Of the plan only the request and the messages are used.
  BatchDialog(const grpc::ChannelTarget& target, grpc::BatchPlan plan, QWidget* parent = nullptr);
  ~BatchDialog() override;

  void start();
  /// As the latest run stands; nothing when there was none.
  const grpc::BatchResult& result() const { return result_; }
  QString words() const;
  const LatencyBars& bars() const { return *bars_; }

 private:
  void stop();
  void refresh();
  void showResult();
  QString statusWords() const;
  QString timeWords() const;

  const grpc::ChannelTarget target_;
  grpc::BatchPlan plan_;
  std::unique_ptr<grpc::CallBatch> batch_;
  grpc::BatchResult result_;
  QTimer timer_;
  QSpinBox *calls_, *atOnce_, *rate_;
  QPushButton *start_, *stop_;
  QProgressBar* progress_;
  QLabel *statuses_, *times_, *notes_;
  LatencyBars* bars_;
};

}  // namespace spillway::ui

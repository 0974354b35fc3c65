// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QComboBox>
#include <QLineEdit>

#include "ui/wizards/wizard_page.h"

namespace spillway::ui {

/// How targets are checked: path, codes and rhythm.
class HealthChecksPage : public WizardPage {
  Q_OBJECT

 public:
  explicit HealthChecksPage(LoadBalancerDraft& draft);
  void refresh() override;

 private:
  config::HealthCheck& check() const { return draft().targetGroup.healthCheck; }
  bool isGrpc() const { return draft().targetGroup.protocolVersion == config::ProtocolVersion::Grpc; }
  void addCodes();
  void addPort(QBoxLayout* layout);
  void addRhythm(QBoxLayout* layout);
  void useDeskSpeed();
  void useGrpcHealth();

  FormField* path_ = nullptr;
  FormField* codes_ = nullptr;
  QLineEdit* codeNames_ = nullptr;
  FormField* codeNamesField_ = nullptr;
  FormField* grpcHealth_ = nullptr;
};

}  // namespace spillway::ui

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLabel>

#include "ui/wizards/wizard_page.h"

namespace spillway::ui {

/// TLS of the HTTPS listeners: security policy and certificate.
class SecurityPage : public WizardPage {
  Q_OBJECT

 public:
  /// `dataDirectory` is where the local CA lives.
  SecurityPage(LoadBalancerDraft& draft, const QString& dataDirectory);
  void refresh() override;

 private:
  void addPolicy();
  void addCertificate(const QString& dataDirectory);
  void addLocalCa(const QString& dataDirectory);
  /// `problem` says why the file that the certificate names is none; "" = it is fine.
  FormField* addFile(const FieldSpec& spec, std::string config::Certificate::*file,
                     QString (*problem)(const config::Certificate&));

  QLabel* nothingToDo_;
  QWidget* form_;
  QVBoxLayout* formLayout_;
  FormField* policy_ = nullptr;
  QWidget* localCa_ = nullptr;
  FormField* certificateFile_ = nullptr;
  FormField* keyFile_ = nullptr;
};

}  // namespace spillway::ui

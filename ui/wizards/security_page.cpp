// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/wizards/security_page.h"

#include <QFile>
#include <QFileDialog>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QPushButton>
#include <QRegularExpression>

#include "engine/net/tls_context.h"
#include "engine/pki/certificate.h"
#include "ui/wizards/wizard_style.h"

namespace spillway::ui {

namespace {

QString versionsOf(const std::string& policy) {
  const auto* found = net::findSecurityPolicy(policy);
  if (!found) return {};
  QString lowest = QString::fromStdString(found->minimumVersion),
          highest = QString::fromStdString(found->maximumVersion);
  lowest.replace("TLSv", "TLS ");
  highest.replace("TLSv", "TLS ");
  return lowest == highest ? QStringLiteral("%1 only").arg(lowest)
                           : QStringLiteral("%1 to %2").arg(lowest, highest);
}

std::vector<std::string> splitNames(const std::string& text) {
  static const QRegularExpression between("[,;\\s]+");
  std::vector<std::string> names;
  for (const QString& name : QString::fromStdString(text).split(between, Qt::SkipEmptyParts))
    names.push_back(name.toStdString());
  return names;
}

std::string joinNames(const std::vector<std::string>& names) {
  std::string text;
  for (const auto& name : names)
    text += (text.empty() ? "" : ", ") + name;
  return text;
}

constexpr qint64 kLargestPem = 1 << 20;

struct FileText {
  std::string text;
  QString problem;  ///< why there is no text; "" also for no file at all
};

FileText readFile(const std::string& name) {
  const QString file = QString::fromStdString(name);
  if (file.isEmpty()) return {};
  QFile source(file);
  if (!source.exists()) return {{}, QStringLiteral("There is no file “%1”.").arg(file)};
  if (!QFileInfo(file).isFile() || source.size() > kLargestPem || !source.open(QIODevice::ReadOnly))
    return {{}, QStringLiteral("“%1” cannot be read.").arg(file)};
  return {source.readAll().toStdString(), {}};
}

QString certificateProblem(const config::Certificate& certificate) {
  const auto file = readFile(certificate.certificateFile);
  if (!file.problem.isEmpty() || certificate.certificateFile.empty()) return file.problem;
  const auto facts = pki::readCertificate(file.text);
  return facts ? QString() : QString::fromStdString(facts.error().detail);
}

QString keyProblem(const config::Certificate& certificate) {
  const auto key = readFile(certificate.privateKeyFile);
  if (!key.problem.isEmpty() || certificate.privateKeyFile.empty()) return key.problem;
  const auto file = readFile(certificate.certificateFile);
  if (file.text.empty() || !pki::readCertificate(file.text)) return {};
  const auto match = pki::checkKeyMatches(file.text, key.text);
  return match ? QString() : QString::fromStdString(match.error().detail);
}

}  // namespace

SecurityPage::SecurityPage(LoadBalancerDraft& draft, const QString& dataDirectory)
    : WizardPage(
          QStringLiteral("Security"),
          QStringLiteral("What HTTPS listeners show to clients, and which versions of TLS they speak."),
          draft),
      nothingToDo_(new QLabel(QStringLiteral("No listener uses HTTPS, so there is nothing to choose here."))),
      form_(new QWidget),
      formLayout_(new QVBoxLayout(form_)) {
  nothingToDo_->setWordWrap(true);
  formLayout_->setContentsMargins(0, 0, 0, 0);
  formLayout_->setSpacing(12);
  body()->addWidget(nothingToDo_);
  body()->addWidget(form_);
  addPolicy();
  addCertificate(dataDirectory);
}

void SecurityPage::addPolicy() {
  QStringList names;
  for (const auto& policy : net::securityPolicies())
    names += QString::fromStdString(policy.name);
  auto* combo = new QComboBox;
  combo->addItems(names);
  combo->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
  policy_ = addField(formLayout_,
                     {"security.policy", QStringLiteral("Security &policy"), {}, {"loadBalancer.sslPolicy"}},
                     combo, FormField::Shape::Wide);
  policy_->bind([this, combo] {
    const QSignalBlocker silent(combo);
    combo->setCurrentText(QString::fromStdString(draft().sslPolicy));
  });
  connect(combo, &QComboBox::currentTextChanged, this, [this](const QString& name) {
    draft().sslPolicy = name.toStdString();
    policy_->setHint(versionsOf(draft().sslPolicy));
    Q_EMIT edited();
  });
}

void SecurityPage::addCertificate(const QString& dataDirectory) {
  addChoice(
      formLayout_, {"security.source", QStringLiteral("&Certificate"), {}, {"loadBalancer.certificate"}},
      {QStringLiteral("From Spillway's local CA"), QStringLiteral("From PEM files")},
      [this] { return static_cast<int>(draft().certificate.source); },
      [this](int index) {
        draft().certificate.source = static_cast<config::Certificate::Source>(index);
        refresh();
      });
  addLocalCa(dataDirectory);
  certificateFile_ = addFile({"security.certificateFile",
                              QStringLiteral("Certifica&te file"),
                              QStringLiteral("PEM; the server's certificate first, then the chain"),
                              {"loadBalancer.certificate.certificateFile"}},
                             &config::Certificate::certificateFile, &certificateProblem);
  keyFile_ = addFile({"security.privateKeyFile",
                      QStringLiteral("Private &key file"),
                      QStringLiteral("PEM; must fit the certificate"),
                      {"loadBalancer.certificate.privateKeyFile"}},
                     &config::Certificate::privateKeyFile, &keyProblem);
}

void SecurityPage::addLocalCa(const QString& dataDirectory) {
  localCa_ = new QWidget;
  auto* local = new QVBoxLayout(localCa_);
  local->setContentsMargins(0, 0, 0, 0);
  local->setSpacing(12);
  formLayout_->addWidget(localCa_);
  addText(
      local,
      {"security.names",
       QStringLiteral("Na&mes"),
       QStringLiteral("more names, apart by commas; localhost, 127.0.0.1 and ::1 are always in it"),
       {"loadBalancer.certificate.names"}},
      [this] {
        // What is being typed ("shop.test, ") stays as typed while it means the same names.
        const auto* edit = findChild<QLineEdit*>("security.names");
        const std::string typed = edit->text().toStdString();
        return splitNames(typed) == draft().certificate.names ? typed : joinNames(draft().certificate.names);
      },
      [this](const std::string& text) { draft().certificate.names = splitNames(text); });
  auto* words =
      new QLabel(QStringLiteral("Clients trust it with the CA file <b>%1/ca/ca.pem</b>. Spillway never "
                                "touches the system's trust store.")
                     .arg(dataDirectory.toHtmlEscaped()));
  words->setWordWrap(true);
  words->setTextInteractionFlags(Qt::TextSelectableByMouse);
  setRole(words, "muted");
  local->addWidget(words);
}

FormField* SecurityPage::addFile(const FieldSpec& spec, std::string config::Certificate::*file,
                                 QString (*problem)(const config::Certificate&)) {
  auto* both = new QWidget;
  auto* row = new QHBoxLayout(both);
  row->setContentsMargins(0, 0, 0, 0);
  row->setSpacing(8);
  auto* edit = new QLineEdit;
  auto* browse = new QPushButton(QStringLiteral("Browse…"));
  browse->setAccessibleName(QStringLiteral("Browse for: %1").arg(QString(spec.label).remove('&')));
  row->addWidget(edit, 1);
  row->addWidget(browse);
  both->setFocusProxy(edit);
  auto* field = addField(formLayout_, spec, both, FormField::Shape::Wide);
  field->bind(
      [this, edit, file] {
        const auto text = QString::fromStdString(draft().certificate.*file);
        if (edit->text() != text) edit->setText(text);
      },
      [this, problem] {
        const bool isUsed =
            draft().certificate.source == config::Certificate::Source::Files && usesHttps(draft());
        return isUsed ? problem(draft().certificate) : QString();
      });
  connect(edit, &QLineEdit::textChanged, this, [this, file](const QString& text) {
    if (draft().certificate.*file == text.toStdString()) return;
    draft().certificate.*file = text.toStdString();
    Q_EMIT edited();
  });
  connect(browse, &QPushButton::clicked, this, [this, edit, spec] {
    const QString chosen =
        QFileDialog::getOpenFileName(this, QString(spec.label).remove('&'), {},
                                     QStringLiteral("PEM files (*.pem *.crt *.key);;All files (*)"));
    if (!chosen.isEmpty()) edit->setText(chosen);
  });
  return field;
}

void SecurityPage::refresh() {
  WizardPage::refresh();
  const bool isUsed = usesHttps(draft());
  const bool isLocal = draft().certificate.source == config::Certificate::Source::LocalCa;
  nothingToDo_->setVisible(!isUsed);
  form_->setVisible(isUsed);
  policy_->setHint(versionsOf(draft().sslPolicy));
  localCa_->setVisible(isLocal);
  certificateFile_->setVisible(!isLocal);
  keyFile_->setVisible(!isLocal);
}

}  // namespace spillway::ui

// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/wizards/health_checks_page.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>

#include "ui/wizards/code_words.h"
#include "ui/wizards/fold_section.h"
#include "ui/wizards/wizard_style.h"

namespace spillway::ui {

namespace {
constexpr std::uint32_t kDeskThreshold = 2, kDeskTimeoutSeconds = 2, kDeskIntervalSeconds = 5;
constexpr const char* kGrpcHealthPath = "/grpc.health.v1.Health/Check";
const QString kTrafficPort = QStringLiteral("Traffic port");
}  // namespace

HealthChecksPage::HealthChecksPage(LoadBalancerDraft& draft)
    : WizardPage(QStringLiteral("Health checks"),
                 QStringLiteral(
                     "Spillway calls each target on its own schedule and sends traffic only to those that "
                     "answer as expected."),
                 draft) {
  addChoice(
      body(),
      {"health.protocol",
       QStringLiteral("P&rotocol"),
       QStringLiteral("as the target group"),
       {"targetGroup.healthCheckProtocol"}},
      {QStringLiteral("HTTP (clear text)"), QStringLiteral("HTTPS (TLS)")},
      [this] { return static_cast<int>(check().protocol); },
      [this](int index) { check().protocol = static_cast<config::Protocol>(index); });
  auto* path = addText(
      body(), {"health.path", QStringLiteral("&Path"), {}, {"targetGroup.healthCheckPath"}},
      [this] { return check().path; }, [this](const std::string& text) { check().path = text; });
  path_ = static_cast<FormField*>(path->parentWidget());
  addCodes();
  auto* advanced = new FoldSection(QStringLiteral("Advanced"), FoldSection::Start::Open);
  advanced->button()->setObjectName("health.advanced");
  auto* desk = new QPushButton(QStringLiteral("&Desk speed"));
  desk->setObjectName("health.deskSpeed");
  desk->setToolTip(
      QStringLiteral("Thresholds 2 and 2, timeout 2 s, interval 5 s: the quickest that ALB allows. AWS's "
                     "own defaults are slower."));
  advanced->beside()->addWidget(desk);
  body()->addWidget(advanced);
  addPort(advanced->content());
  addRhythm(advanced->content());
  connect(desk, &QPushButton::clicked, this, &HealthChecksPage::useDeskSpeed);
}

void HealthChecksPage::addCodes() {
  auto* codes = addText(
      body(), {"health.codes", QStringLiteral("&Success codes"), {}, {"targetGroup.matcher"}},
      [this] { return isGrpc() ? check().matcher.grpcCode : check().matcher.httpCode; },
      [this](const std::string& text) {
        (isGrpc() ? check().matcher.grpcCode : check().matcher.httpCode) = text;
        refresh();
      });
  codes_ = static_cast<FormField*>(codes->parentWidget());
  codeNames_ = new QLineEdit;
  codeNames_->setReadOnly(true);
  codeNames_->setFocusPolicy(Qt::NoFocus);
  codeNames_->setAccessibleName(QStringLiteral("Success codes in words"));
  codeNamesField_ = addField(body(), {"health.codeNames", {}, {}, {}}, codeNames_);
  auto* standard = new QPushButton(QStringLiteral("&Use grpc.health.v1"));
  grpcHealth_ = addField(
      body(),
      {"health.useGrpcHealth", {}, QStringLiteral("for servers with the standard health service"), {}},
      standard);
  connect(standard, &QPushButton::clicked, this, &HealthChecksPage::useGrpcHealth);
}

void HealthChecksPage::addPort(QBoxLayout* layout) {
  auto* combo = new QComboBox;
  combo->setEditable(true);
  combo->setInsertPolicy(QComboBox::NoInsert);
  combo->addItem(kTrafficPort);
  const auto isTraffic = [combo] {
    return combo->currentText().trimmed().compare(kTrafficPort, Qt::CaseInsensitive) == 0;
  };
  const auto number = [combo]() -> std::optional<std::uint32_t> {
    bool isNumber = false;
    const std::uint32_t value = combo->currentText().trimmed().toUInt(&isNumber);
    return isNumber ? std::optional(value) : std::nullopt;
  };
  auto* field = addField(layout,
                         {"health.port",
                          QStringLiteral("P&ort"),
                          QStringLiteral("the target's own, or 1–65535"),
                          {"targetGroup.healthCheckPort"}},
                         combo);
  field->bind(
      [this, combo, number, isTraffic] {
        if (check().port == number() && (number() || isTraffic())) return;
        const QSignalBlocker silent(combo);
        combo->setCurrentText(check().port ? QString::number(*check().port) : kTrafficPort);
      },
      [combo, number, isTraffic] {
        if (number() || isTraffic()) return QString();
        return QStringLiteral("“%1” is no port. Write “Traffic port” or 1–65535.").arg(combo->currentText());
      });
  connect(combo, &QComboBox::currentTextChanged, this, [this, number, isTraffic] {
    if (number() || isTraffic()) check().port = number();
    Q_EMIT edited();
  });
}

void HealthChecksPage::addRhythm(QBoxLayout* layout) {
  const auto add = [this, layout](const FieldSpec& spec, const QString& unit,
                                  std::uint32_t config::HealthCheck::*member) {
    addNumber(
        layout, spec, unit, [this, member] { return check().*member; },
        [this, member](std::uint32_t value) { check().*member = value; });
  };
  add({"health.healthyThreshold",
       QStringLiteral("&Healthy threshold"),
       QStringLiteral("consecutive successes, 2–10"),
       {"targetGroup.healthyThresholdCount"}},
      {}, &config::HealthCheck::healthyThresholdCount);
  add({"health.unhealthyThreshold",
       QStringLiteral("Unhea&lthy threshold"),
       QStringLiteral("consecutive failures, 2–10"),
       {"targetGroup.unhealthyThresholdCount"}},
      {}, &config::HealthCheck::unhealthyThresholdCount);
  add({"health.timeout",
       QStringLiteral("&Timeout"),
       QStringLiteral("2–120 s, shorter than the interval"),
       {"targetGroup.healthCheckTimeoutSeconds"}},
      QStringLiteral("s"), &config::HealthCheck::timeoutSeconds);
  add({"health.interval",
       QStringLiteral("&Interval"),
       QStringLiteral("5–300 s"),
       {"targetGroup.healthCheckIntervalSeconds"}},
      QStringLiteral("s"), &config::HealthCheck::intervalSeconds);
}

void HealthChecksPage::useDeskSpeed() {
  check().healthyThresholdCount = check().unhealthyThresholdCount = kDeskThreshold;
  check().timeoutSeconds = kDeskTimeoutSeconds;
  check().intervalSeconds = kDeskIntervalSeconds;
  refresh();
  Q_EMIT edited();
}

void HealthChecksPage::useGrpcHealth() {
  check().path = kGrpcHealthPath;
  check().matcher.grpcCode = "0";
  refresh();
  Q_EMIT edited();
}

void HealthChecksPage::refresh() {
  WizardPage::refresh();
  path_->setHint(isGrpc() ? QStringLiteral("/package.Service/Method, or a path nobody implements")
                          : QStringLiteral("begins with /"));
  codes_->setHint(isGrpc() ? QStringLiteral("one code, a list or a range: 0 · 0,12 · 0-99")
                           : QStringLiteral("one code, a list or a range: 200 · 200,302 · 200-299"));
  const auto& matcher = check().matcher;
  const auto words = describeCodes(draft().targetGroup.protocolVersion,
                                   QString::fromStdString(isGrpc() ? matcher.grpcCode : matcher.httpCode));
  codeNames_->setText(words.names);
  codeNames_->setCursorPosition(0);
  codeNamesField_->setHint(words.meaning);
  codeNamesField_->setVisible(!words.names.isEmpty());
  grpcHealth_->setVisible(isGrpc());
}

}  // namespace spillway::ui

// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/wizards/review_page.h"

#include <QFrame>
#include <QGridLayout>
#include <QLabel>
#include <QPushButton>

#include "ui/wizards/beyond_alb.h"
#include "ui/wizards/code_words.h"
#include "ui/wizards/wizard_style.h"

namespace spillway::ui {

namespace {

using Values = std::vector<std::pair<QString, QString>>;

constexpr int kNameWidth = 132;

QString text(const std::string& value) {
  return QString::fromStdString(value);
}

QString seconds(std::uint32_t value) {
  return QStringLiteral("%1 s").arg(value);
}

Values basics(const LoadBalancerDraft& draft) {
  const auto& balancer = draft.loadBalancer;
  const bool isInternal = balancer.scheme == config::Scheme::Internal;
  return {{QStringLiteral("Name"), text(balancer.name)},
          {QStringLiteral("Scheme"), isInternal ? QStringLiteral("Internal: this computer only")
                                                : QStringLiteral("Internet-facing: every interface")},
          {QStringLiteral("IP address type"), balancer.ipAddressType == config::IpAddressType::Ipv4
                                                  ? QStringLiteral("IPv4")
                                                  : QStringLiteral("Dualstack (IPv4 and IPv6)")}};
}

Values listeners(const LoadBalancerDraft& draft) {
  Values values;
  for (const auto& listener : draft.loadBalancer.listeners)
    values.emplace_back(QStringLiteral("%1 :%2").arg(protocolWord(listener.protocol)).arg(listener.port),
                        QStringLiteral("forward to %1").arg(text(draft.targetGroup.name)));
  return values;
}

Values security(const LoadBalancerDraft& draft) {
  const auto& certificate = draft.certificate;
  Values values{{QStringLiteral("Security policy"), text(draft.sslPolicy)}};
  if (certificate.source == config::Certificate::Source::Files) {
    values.emplace_back(QStringLiteral("Certificate file"), text(certificate.certificateFile));
    values.emplace_back(QStringLiteral("Private key file"), text(certificate.privateKeyFile));
    return values;
  }
  QStringList names{QStringLiteral("localhost"), QStringLiteral("127.0.0.1"), QStringLiteral("::1")};
  for (const auto& name : certificate.names)
    names += text(name);
  values.emplace_back(QStringLiteral("Certificate"), QStringLiteral("from Spillway's local CA"));
  values.emplace_back(QStringLiteral("Names"), names.join(QStringLiteral(", ")));
  return values;
}

Values group(const LoadBalancerDraft& draft) {
  const auto& made = draft.targetGroup;
  return {{QStringLiteral("Name"), text(made.name)},
          {QStringLiteral("Protocol version"), QString::fromUtf8(versionWord(made.protocolVersion))},
          {QStringLiteral("Protocol to targets"), QString::fromUtf8(protocolWord(made.protocol))},
          {QStringLiteral("Port"), QString::number(made.port)},
          {QStringLiteral("Deregistration delay"), seconds(made.attributes.deregistrationDelaySeconds)}};
}

Values health(const LoadBalancerDraft& draft) {
  const auto& made = draft.targetGroup;
  const auto& check = made.healthCheck;
  const bool isGrpc = made.protocolVersion == config::ProtocolVersion::Grpc;
  const QString codes = text(isGrpc ? check.matcher.grpcCode : check.matcher.httpCode);
  const QString names = describeCodes(made.protocolVersion, codes).names;
  return {
      {QStringLiteral("Protocol"), QString::fromUtf8(protocolWord(check.protocol))},
      {QStringLiteral("Path"), text(check.path)},
      {QStringLiteral("Success codes"),
       names.isEmpty() || names == codes ? codes : QStringLiteral("%1 (%2)").arg(codes, names)},
      {QStringLiteral("Port"), check.port ? QString::number(*check.port) : QStringLiteral("traffic port")},
      {QStringLiteral("Thresholds"), QStringLiteral("healthy after %1, unhealthy after %2")
                                         .arg(check.healthyThresholdCount)
                                         .arg(check.unhealthyThresholdCount)},
      {QStringLiteral("Timeout / interval"),
       QStringLiteral("%1 / %2").arg(seconds(check.timeoutSeconds), seconds(check.intervalSeconds))}};
}

Values targets(const LoadBalancerDraft& draft) {
  QStringList lines;
  for (const auto& target : draft.targetGroup.targets)
    lines += text(targetText(target));
  if (lines.isEmpty()) lines += QStringLiteral("none: calls get 503");
  return {{QStringLiteral("Registered"), lines.join(QStringLiteral(", "))}};
}

QLayout* valueGrid(const Values& values) {
  auto* grid = new QGridLayout;
  grid->setHorizontalSpacing(12);
  grid->setVerticalSpacing(5);
  for (int row = 0; row < static_cast<int>(values.size()); ++row) {
    const auto& [name, value] = values[static_cast<std::size_t>(row)];
    auto* label = new QLabel(name);
    label->setFixedWidth(kNameWidth);
    setRole(label, "muted");
    auto* words = new QLabel(value);
    words->setWordWrap(true);
    words->setTextInteractionFlags(Qt::TextSelectableByMouse);
    grid->addWidget(label, row, 0, Qt::AlignTop);
    grid->addWidget(words, row, 1, Qt::AlignTop);
  }
  grid->setColumnStretch(1, 1);
  return grid;
}

QString bulletList(const std::vector<config::Issue>& issues, config::Issue::Severity severity,
                   const QString& glyph) {
  QStringList lines;
  for (const auto& issue : issues)
    if (issue.severity == severity) lines += glyph + text(issue.message);
  return lines.join('\n');
}

}  // namespace

ReviewPage::ReviewPage(LoadBalancerDraft& draft)
    : WizardPage(QStringLiteral("Review"),
                 QStringLiteral("Create makes all of this at once, or nothing of it."), draft),
      errors_(new NoticeBar(NoticeBar::Kind::Error, "review.errors")),
      warnings_(new NoticeBar(NoticeBar::Kind::Warning, "review.warnings")),
      pills_(new PillRow),
      cards_(new QVBoxLayout) {
  pills_->setObjectName("review.pills");
  body()->addWidget(errors_);
  body()->addWidget(warnings_);
  body()->addWidget(pills_);
  cards_->setSpacing(10);
  body()->addLayout(cards_);
}

void ReviewPage::refresh() {
  while (auto* item = cards_->takeAt(0)) {
    delete item->widget();
    delete item;
  }
  const auto addCard = [this](const QString& title, const QString& step, const Values& values) {
    auto* card = new QFrame;
    setRole(card, "box");
    auto* layout = new QVBoxLayout(card);
    layout->setContentsMargins(12, 8, 12, 10);
    layout->setSpacing(6);
    auto* head = new QHBoxLayout;
    head->addWidget(heading(title, 1.0), 1);
    auto* edit = new QPushButton(QStringLiteral("Edit"));
    edit->setObjectName(QStringLiteral("review.edit.%1").arg(step));
    edit->setAccessibleName(QStringLiteral("Edit %1").arg(title));
    head->addWidget(edit);
    layout->addLayout(head);
    layout->addLayout(valueGrid(values));
    cards_->addWidget(card);
    connect(edit, &QPushButton::clicked, this, [this, step] { Q_EMIT editWanted(step); });
  };
  addCard(QStringLiteral("Basics"), QStringLiteral("basics"), basics(draft()));
  addCard(QStringLiteral("Listeners"), QStringLiteral("listeners"), listeners(draft()));
  if (usesHttps(draft())) addCard(QStringLiteral("Security"), QStringLiteral("security"), security(draft()));
  addCard(QStringLiteral("Target group"), QStringLiteral("group"), group(draft()));
  addCard(QStringLiteral("Health checks"), QStringLiteral("health"), health(draft()));
  addCard(QStringLiteral("Targets"), QStringLiteral("targets"), targets(draft()));
  pills_->setPills(notOnAwsPills(draft().loadBalancer.beyondAlb));
}

void ReviewPage::showSummary(const std::vector<config::Issue>& issues) {
  const auto show = [](NoticeBar* bar, const QString& words) {
    bar->setVisible(!words.isEmpty());
    if (!words.isEmpty()) bar->showWords(words);
  };
  show(errors_, bulletList(issues, config::Issue::Severity::Error, QStringLiteral("✖ ")));
  show(warnings_, bulletList(issues, config::Issue::Severity::Warning, QStringLiteral("▲ ")));
}

}  // namespace spillway::ui

// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/wizards/basics_page.h"

#include <QCheckBox>
#include <QLabel>

#include "ui/wizards/beyond_alb.h"
#include "ui/wizards/wizard_style.h"

namespace spillway::ui {

namespace {
constexpr int kUnderSwitch = 24;  ///< indent of a switch's words, to stand under its text

}  // namespace

BasicsPage::BasicsPage(LoadBalancerDraft& draft)
    : WizardPage(
          QStringLiteral("Basics"),
          QStringLiteral("A load balancer takes calls at its listeners and spreads them over targets. The "
                         "defaults make one for gRPC on this computer: only targets are missing."),
          draft),
      beyond_(new FoldSection(QStringLiteral("Beyond ALB (not on AWS)"), FoldSection::Start::Closed)),
      pills_(new PillRow) {
  addText(
      body(),
      {"basics.name",
       QStringLiteral("Na&me"),
       QStringLiteral("1–32 letters, digits and hyphens"),
       {"loadBalancer.name"}},
      [this] { return this->draft().loadBalancer.name; },
      [this](const std::string& name) { this->draft().rename(name); });
  addChoice(
      body(),
      {"basics.scheme",
       QStringLiteral("&Scheme"),
       QStringLiteral("who can reach the listeners"),
       {"loadBalancer.scheme"}},
      {QStringLiteral("Internal: this computer"), QStringLiteral("Internet-facing")},
      [this] { return static_cast<int>(this->draft().loadBalancer.scheme); },
      [this](int index) {
        this->draft().loadBalancer.scheme = static_cast<config::Scheme>(index);
        refresh();
      });
  addChoice(
      body(),
      {"basics.ipAddressType", QStringLiteral("&IP address type"), {}, {"loadBalancer.ipAddressType"}},
      {QStringLiteral("IPv4"), QStringLiteral("Dualstack (IPv4 and IPv6)")},
      [this] { return static_cast<int>(this->draft().loadBalancer.ipAddressType); },
      [this](int index) {
        this->draft().loadBalancer.ipAddressType = static_cast<config::IpAddressType>(index);
      });
  addSwitches();
}

void BasicsPage::addSwitches() {
  beyond_->button()->setObjectName("basics.beyond");
  body()->addWidget(beyond_);
  beyond_->layout()->addWidget(pills_);
  for (const auto& entry : beyondAlbSwitches()) {
    auto* box = new QCheckBox(QString::fromUtf8(entry.title));
    box->setObjectName(QStringLiteral("beyond.%1").arg(QString::fromUtf8(entry.name)));
    box->setAccessibleDescription(QString::fromUtf8(entry.words));
    auto* words = new QLabel(QString::fromUtf8(entry.words));
    words->setWordWrap(true);
    words->setContentsMargins(kUnderSwitch, 0, 0, 0);
    setRole(words, "muted");
    auto* both = new QVBoxLayout;
    both->setSpacing(2);
    both->addWidget(box);
    both->addWidget(words);
    beyond_->content()->addLayout(both);
    connect(box, &QCheckBox::toggled, this, [this, flag = entry.flag](bool isOn) {
      if (draft().loadBalancer.beyondAlb.*flag == isOn) return;
      draft().loadBalancer.beyondAlb.*flag = isOn;
      refresh();
      Q_EMIT edited();
    });
  }
}

void BasicsPage::refresh() {
  WizardPage::refresh();
  const auto& balancer = draft().loadBalancer;
  for (const auto& entry : beyondAlbSwitches()) {
    auto* box = findChild<QCheckBox*>(QStringLiteral("beyond.%1").arg(QString::fromUtf8(entry.name)));
    box->setChecked(balancer.beyondAlb.*entry.flag);
  }
  pills_->setPills(notOnAwsPills(balancer.beyondAlb));
}

}  // namespace spillway::ui

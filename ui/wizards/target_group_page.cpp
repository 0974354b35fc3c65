// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/wizards/target_group_page.h"

#include <QGridLayout>
#include <QLabel>
#include <array>

#include "ui/wizards/fold_section.h"
#include "ui/wizards/wizard_style.h"

namespace spillway::ui {

namespace {

using config::ProtocolVersion;

/// As a person looks for them: the wizard's own first.
constexpr std::array kVersions = {ProtocolVersion::Grpc, ProtocolVersion::Http2, ProtocolVersion::Http1};

int indexOf(ProtocolVersion version) {
  int index = 0;
  while (kVersions[static_cast<std::size_t>(index)] != version)
    ++index;
  return index;
}

}  // namespace

TargetGroupPage::TargetGroupPage(LoadBalancerDraft& draft)
    : WizardPage(QStringLiteral("Target group"),
                 QStringLiteral("The programs that answer the calls, and how Spillway speaks to them."),
                 draft),
      rewritten_(new NoticeBar(NoticeBar::Kind::Info, "group.rewritten")) {
  addFields();
  addAdvanced();
  addCompatibility();
  auto* undo = rewritten_->addButton(QStringLiteral("&Undo"), "group.undo");
  connect(undo, &QPushButton::clicked, this, [this] {
    auto& check = this->draft().targetGroup.healthCheck;
    check.path = before_.path;
    check.matcher = before_.matcher;
    rewritten_->hide();
    Q_EMIT edited();
  });
}

void TargetGroupPage::addFields() {
  const auto group = [this]() -> config::TargetGroup& { return draft().targetGroup; };
  addText(
      body(),
      {"group.name",
       QStringLiteral("&Group name"),
       QStringLiteral("1–32 letters, digits and hyphens"),
       {"targetGroup.name"}},
      [group] { return group().name; }, [group](const std::string& name) { group().name = name; });
  addChoice(
      body(),
      {"group.protocolVersion",
       QStringLiteral("Protocol &version"),
       QStringLiteral("what the targets speak"),
       {"targetGroup.protocolVersion"}},
      {QStringLiteral("gRPC"), QStringLiteral("HTTP/2"), QStringLiteral("HTTP/1.1")},
      [group] { return indexOf(group().protocolVersion); },
      [this](int index) { useVersion(kVersions[static_cast<std::size_t>(index)]); });
  body()->addWidget(rewritten_);
  addChoice(
      body(),
      {"group.protocol",
       QStringLiteral("&Protocol to targets"),
       QStringLiteral("HTTPS: TLS to the targets, certificates not verified, as on ALB"),
       {"targetGroup.protocol"}},
      {QStringLiteral("HTTP (clear text)"), QStringLiteral("HTTPS (TLS)")},
      [group] { return static_cast<int>(group().protocol); },
      [this](int index) { draft().useTargetProtocol(static_cast<config::Protocol>(index)); });
  addNumber(
      body(),
      {"group.port",
       QStringLiteral("P&ort"),
       QStringLiteral("where targets listen, if they name no other"),
       {"targetGroup.port"}},
      {}, [group] { return group().port; }, [group](std::uint32_t port) { group().port = port; });
}

void TargetGroupPage::addAdvanced() {
  auto* advanced = new FoldSection(QStringLiteral("Advanced"), FoldSection::Start::Closed);
  advanced->button()->setObjectName("group.advanced");
  body()->addWidget(advanced);
  addNumber(
      advanced->content(),
      {"group.deregistrationDelay",
       QStringLiteral("&Deregistration delay"),
       QStringLiteral("how long streams may go on when a target is removed, 0–3600 s"),
       {"targetGroup.attributes.deregistrationDelaySeconds", "targetGroup.deregistrationDelaySeconds"}},
      QStringLiteral("s"), [this] { return draft().targetGroup.attributes.deregistrationDelaySeconds; },
      [this](std::uint32_t delay) { draft().targetGroup.attributes.deregistrationDelaySeconds = delay; });
}

void TargetGroupPage::addCompatibility() {
  auto* fold = new FoldSection(QStringLiteral("What clients can call"), FoldSection::Start::Closed);
  fold->button()->setObjectName("group.compatibility");
  body()->addWidget(fold);
  static constexpr std::array<std::array<const char*, 4>, 4> kCells = {{
      {"Client sends", "HTTP/1.1 group", "HTTP/2 group", "gRPC group"},
      {"HTTP/1.1", "✔", "✖ 464", "✖ 464"},
      {"HTTP/2", "✔ translated", "✔", "✔ if POST"},
      {"gRPC", "✖ 464", "✔ if targets speak gRPC", "✔"},
  }};
  auto* grid = new QGridLayout;
  grid->setHorizontalSpacing(16);
  grid->setVerticalSpacing(6);
  for (int row = 0; row < static_cast<int>(kCells.size()); ++row)
    for (int column = 0; column < static_cast<int>(kCells.size()); ++column) {
      auto* cell = new QLabel(
          QString::fromUtf8(kCells[static_cast<std::size_t>(row)][static_cast<std::size_t>(column)]));
      cell->setWordWrap(true);
      if (row == 0 || column == 0) setRole(cell, "muted");
      grid->addWidget(cell, row, column);
    }
  grid->setColumnStretch(3, 1);
  fold->content()->addLayout(grid);
}

void TargetGroupPage::useVersion(ProtocolVersion version) {
  before_ = draft().targetGroup.healthCheck;
  if (!draft().useProtocolVersion(version)) return rewritten_->hide();
  const bool isGrpc = version == ProtocolVersion::Grpc;
  rewritten_->showWords(
      QStringLiteral("Health check path and codes were changed to %1 defaults: %2, code %3.")
          .arg(isGrpc ? QStringLiteral("gRPC") : QStringLiteral("HTTP"),
               QString::fromStdString(draft().targetGroup.healthCheck.path),
               isGrpc ? QStringLiteral("12") : QStringLiteral("200")));
}

}  // namespace spillway::ui

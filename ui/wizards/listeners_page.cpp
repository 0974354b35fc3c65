// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/wizards/listeners_page.h"

#include <QFrame>
#include <QHBoxLayout>
#include <algorithm>

#include "ui/wizards/wizard_style.h"

namespace spillway::ui {

namespace {

/// "listener.port" for the first listener, "listener2.port" for the second.
QByteArray nameOf(std::size_t index, const char* field) {
  const QByteArray number =
      index == 0 ? QByteArray() : QByteArray::number(static_cast<qulonglong>(index + 1));
  return "listener" + number + "." + field;
}

}  // namespace

ListenersPage::ListenersPage(LoadBalancerDraft& draft, const config::Document& document)
    : WizardPage(
          QStringLiteral("Listeners"),
          QStringLiteral("A listener waits for connections on a port and forwards what comes to the target "
                         "group."),
          draft),
      document_(document),
      rows_(new QVBoxLayout),
      needsHttps_(new NoticeBar(NoticeBar::Kind::Error, "listener.needsHttps")) {
  rows_->setSpacing(12);
  body()->addLayout(rows_);
  body()->addWidget(needsHttps_);
  auto* toHttps = needsHttps_->addButton(QStringLiteral("S&witch to HTTPS"), "listener.switchToHttps");
  auto* allow = needsHttps_->addButton(QStringLiteral("Allow &clear text here (not on AWS)"),
                                       "listener.allowClearText");
  auto* add = new QPushButton(QStringLiteral("+ Add &listener"));
  add->setObjectName("listener.add");
  body()->addWidget(add, 0, Qt::AlignLeft);

  const auto changed = [this] {
    refresh();
    Q_EMIT edited();
  };
  connect(toHttps, &QPushButton::clicked, this, [this, changed] {
    for (auto& entry : this->draft().loadBalancer.listeners)
      entry.protocol = config::Protocol::Https;
    changed();
  });
  connect(allow, &QPushButton::clicked, this, [this, changed] {
    this->draft().loadBalancer.beyondAlb.plaintextHttp2 = true;
    changed();
  });
  connect(add, &QPushButton::clicked, this, [this, changed] {
    this->draft().addListener(document_);
    changed();
  });
}

void ListenersPage::refresh() {
  const auto& listeners = draft().loadBalancer.listeners;
  while (rowWidgets_.size() < listeners.size())
    addRow();
  orderTabs();
  while (rowWidgets_.size() > listeners.size()) {
    // The last row may be the sender of the click that brought us here.
    rowWidgets_.back()->setParent(nullptr);
    rowWidgets_.back()->deleteLater();
    rowWidgets_.pop_back();
  }
  WizardPage::refresh();
  for (QWidget* row : rowWidgets_)
    row->findChild<QPushButton*>(QString(), Qt::FindDirectChildrenOnly)->setVisible(rowWidgets_.size() > 1);
  const bool isRefused = std::any_of(listeners.begin(), listeners.end(),
                                     [this](const auto& entry) { return draft().needsHttps(entry); });
  if (isRefused)
    needsHttps_->showWords(
        QStringLiteral("%1 needs HTTPS on an ALB.").arg(versionWord(draft().targetGroup.protocolVersion)));
  else
    needsHttps_->hide();
}

void ListenersPage::addRow() {
  const std::size_t index = rowWidgets_.size();
  const std::string path = "loadBalancer.listeners[" + std::to_string(index) + "]";
  auto* row = new QFrame;
  setRole(row, "box");
  auto* layout = new QVBoxLayout(row);
  layout->setContentsMargins(12, 10, 12, 10);
  layout->setSpacing(10);
  rows_->addWidget(row);
  rowWidgets_.push_back(row);
  const QByteArray protocolName = nameOf(index, "protocol"), portName = nameOf(index, "port");
  addChoice(
      layout,
      {protocolName,
       QStringLiteral("P&rotocol"),
       QStringLiteral("gRPC and HTTP/2 need HTTPS on an ALB"),
       {path + ".protocol", path + ".defaultActions", path}},
      {QStringLiteral("HTTP"), QStringLiteral("HTTPS")},
      [this, index] { return static_cast<int>(listener(index).protocol); },
      [this, index](int choice) {
        listener(index).protocol = static_cast<config::Protocol>(choice);
        refresh();
      });
  addNumber(
      layout, {portName, QStringLiteral("P&ort"), QStringLiteral("1–65535"), {path + ".port"}}, {},
      [this, index] { return listener(index).port; },
      [this, index](std::uint32_t port) { listener(index).port = port; });
  auto* remove = new QPushButton(QStringLiteral("Remove listener"), row);
  remove->setObjectName(nameOf(index, "remove"));
  layout->addWidget(remove, 0, Qt::AlignLeft);
  connect(remove, &QPushButton::clicked, this, [this, index] { removeRow(index); });
}

void ListenersPage::orderTabs() {
  QWidget* before = nullptr;
  const auto visit = [&before](QWidget* next) {
    if (before) setTabOrder(before, next);
    before = next;
  };
  for (QWidget* row : rowWidgets_) {
    visit(row->findChild<QComboBox*>());
    visit(row->findChild<NumberEdit*>());
    visit(row->findChild<QPushButton*>());
  }
  for (QWidget* button : needsHttps_->findChildren<QPushButton*>())
    visit(button);
  visit(findChild<QPushButton*>("listener.add"));
}

void ListenersPage::removeRow(std::size_t index) {
  auto& listeners = draft().loadBalancer.listeners;
  listeners.erase(listeners.begin() + static_cast<std::ptrdiff_t>(index));
  refresh();
  Q_EMIT edited();
}

}  // namespace spillway::ui

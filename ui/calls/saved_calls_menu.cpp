// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/calls/saved_calls_menu.h"

#include <QInputDialog>
#include <algorithm>

#include "engine/grpc/redaction.h"

namespace spillway::ui {

using config::SavedCall;

namespace {

QString toQt(const std::string& text) {
  return QString::fromStdString(text);
}

/// For a menu: an ampersand is one.
QString menuTitle(const std::string& name) {
  return toQt(name).replace(QLatin1Char('&'), QLatin1String("&&"));
}

/// Without the fields whose names say that they are secret.
std::string withoutSecrets(const std::string& metadata) {
  const grpc::Redaction redaction;
  QStringList kept;
  for (const QString& line : toQt(metadata).split(QLatin1Char('\n'), Qt::SkipEmptyParts)) {
    if (!redaction.covers(line.section(QLatin1Char(':'), 0, 0).trimmed().toStdString())) kept << line;
  }
  return kept.join(QLatin1Char('\n')).toStdString();
}

}  // namespace

SavedCallsMenu::SavedCallsMenu(Workspace& workspace, std::function<SavedCall()> current, QWidget* parent)
    : QMenu(parent), workspace_(workspace), current_(std::move(current)) {
  connect(this, &QMenu::aboutToShow, this, &SavedCallsMenu::fill);
}

void SavedCallsMenu::fill() {
  clear();
  addAction(QStringLiteral("&Save this call…"), this, &SavedCallsMenu::askName)
      ->setEnabled(!current_().method.empty());
  addSeparator();
  const auto& calls = workspace_.document().savedCalls;
  for (const SavedCall& call : calls)
    addAction(menuTitle(call.name), this, [this, call] {
      Q_EMIT chosen(call);
    })->setToolTip(toQt(call.method));
  if (calls.empty()) {
    addAction(QStringLiteral("None is in the workspace yet"))->setEnabled(false);
    return;
  }
  addSeparator();
  QMenu* away = addMenu(QStringLiteral("&Remove"));
  for (const SavedCall& call : calls)
    away->addAction(menuTitle(call.name), this, [this, name = toQt(call.name)] { remove(name); });
}

void SavedCallsMenu::askName() {
  auto* dialog = new QInputDialog(parentWidget());
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  dialog->setWindowTitle(QStringLiteral("Save the call"));
  dialog->setLabelText(QStringLiteral("Name in the workspace:"));
  dialog->setTextValue(toQt(current_().method).section(QLatin1Char('/'), -1));
  connect(dialog, &QInputDialog::textValueSelected, this, &SavedCallsMenu::save);
  dialog->open();
}

void SavedCallsMenu::save(const QString& name) {
  SavedCall call = current_();
  call.name = name.trimmed().toStdString();
  if (call.name.empty()) return;
  call.metadata = withoutSecrets(call.metadata);
  config::Document document = workspace_.document();
  const auto same = std::ranges::find(document.savedCalls, call.name, &SavedCall::name);
  if (same == document.savedCalls.end()) {
    document.savedCalls.push_back(std::move(call));
  } else {
    *same = std::move(call);
  }
  workspace_.edit(QStringLiteral("Save the call %1").arg(name.trimmed()), document);
}

void SavedCallsMenu::remove(const QString& name) {
  config::Document document = workspace_.document();
  std::erase_if(document.savedCalls, [&](const SavedCall& call) { return toQt(call.name) == name; });
  workspace_.edit(QStringLiteral("Remove the saved call %1").arg(name), document);
}

}  // namespace spillway::ui

// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/targetgroups/health_check_dialog.h"

#include <QDialogButtonBox>
#include <QLineEdit>
#include <QPushButton>
#include <QVBoxLayout>
#include <algorithm>

#include "engine/config/validate.h"
#include "ui/wizards/wizard_style.h"

namespace spillway::ui {

namespace {
constexpr int kWidth = 620;
}

HealthCheckDialog::HealthCheckDialog(const config::Document& document, std::size_t group, QWidget* parent)
    : QDialog(parent), edited_(document), group_(group), column_(new QVBoxLayout) {
  setWindowTitle(
      QStringLiteral("Health check of %1").arg(QString::fromStdString(edited_.targetGroups[group].name)));
  setMinimumWidth(kWidth);
  auto* outer = new QVBoxLayout(this);
  outer->setContentsMargins(18, 16, 18, 14);
  column_->setSpacing(10);
  outer->addLayout(column_);
  outer->addSpacing(10);
  addFields();
  auto* buttons = new QDialogButtonBox(QDialogButtonBox::Cancel, this);
  apply_ = buttons->addButton(QStringLiteral("Apply"), QDialogButtonBox::AcceptRole);
  apply_->setObjectName(QStringLiteral("apply"));
  setRole(apply_, "primary");
  apply_->setDefault(true);
  connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
  connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
  outer->addWidget(buttons);
  judge();
}

void HealthCheckDialog::addFields() {
  using config::HealthCheck;
  const config::TargetGroup& group = edited_.targetGroups[group_];
  const HealthCheck& check = group.healthCheck;
  const bool isGrpc = group.protocolVersion == config::ProtocolVersion::Grpc;
  path_ = addField(QStringLiteral("path"), QStringLiteral("&Path"), QString::fromStdString(check.path),
                   isGrpc ? QStringLiteral("/package.Service/Method, or a path nobody implements")
                          : QStringLiteral("starts with /"),
                   {pathOf("healthCheckPath")});
  codes_ = addField(QStringLiteral("codes"), QStringLiteral("Success &codes"),
                    QString::fromStdString(isGrpc ? check.matcher.grpcCode : check.matcher.httpCode),
                    isGrpc ? QStringLiteral("one gRPC code, a list or a range: 0 · 0,12 · 0-99")
                           : QStringLiteral("HTTP codes: 200 · 200,302 · 200-299"),
                    {pathOf("matcher")});
  port_ = addField(QStringLiteral("port"), QStringLiteral("P&ort"),
                   check.port ? QString::number(*check.port) : QString(),
                   QStringLiteral("empty: the traffic port"), {pathOf("healthCheckPort")});
  port_->setPlaceholderText(QStringLiteral("Traffic port"));
  addNumber(QStringLiteral("&Healthy threshold"), QStringLiteral("consecutive successes"),
            "healthyThresholdCount", &HealthCheck::healthyThresholdCount);
  addNumber(QStringLiteral("&Unhealthy threshold"), QStringLiteral("consecutive failures"),
            "unhealthyThresholdCount", &HealthCheck::unhealthyThresholdCount);
  addNumber(QStringLiteral("&Timeout"), QStringLiteral("seconds, shorter than the interval"),
            "healthCheckTimeoutSeconds", &HealthCheck::timeoutSeconds);
  addNumber(QStringLiteral("&Interval"), QStringLiteral("seconds between two checks"),
            "healthCheckIntervalSeconds", &HealthCheck::intervalSeconds);
}

QLineEdit* HealthCheckDialog::addField(const QString& name, const QString& label, const QString& text,
                                       const QString& hint, std::vector<std::string> paths) {
  auto* edit = new QLineEdit(text);
  edit->setObjectName(name);
  auto* field = new FormField(label, edit, hint);
  field->claim(std::move(paths));
  column_->addWidget(field);
  fields_.push_back(field);
  connect(edit, &QLineEdit::textEdited, this, &HealthCheckDialog::judge);
  return edit;
}

void HealthCheckDialog::addNumber(const QString& label, const QString& hint, const char* name,
                                  std::uint32_t config::HealthCheck::*field) {
  const std::uint32_t value = edited_.targetGroups[group_].healthCheck.*field;
  QLineEdit* edit = addField(QLatin1String(name), label, QString::number(value), hint, {pathOf(name)});
  numbers_.push_back({edit, field});
}

std::string HealthCheckDialog::pathOf(const char* field) const {
  return "targetGroups[" + std::to_string(group_) + "]." + field;
}

/// What is no number becomes 0, which no field allows: validate() says what would be right.
void HealthCheckDialog::read() {
  config::TargetGroup& group = edited_.targetGroups[group_];
  config::HealthCheck& check = group.healthCheck;
  check.path = path_->text().trimmed().toStdString();
  const bool isGrpc = group.protocolVersion == config::ProtocolVersion::Grpc;
  (isGrpc ? check.matcher.grpcCode : check.matcher.httpCode) = codes_->text().trimmed().toStdString();
  check.port.reset();
  if (const QString port = port_->text().trimmed(); !port.isEmpty()) check.port = port.toUInt();
  for (const Number& number : numbers_)
    check.*number.field = number.edit->text().trimmed().toUInt();
}

void HealthCheckDialog::judge() {
  read();
  const auto issues = config::validate(edited_);
  const std::string ours = pathOf("");
  const bool hasErrors = std::ranges::any_of(issues, [&](const config::Issue& issue) {
    return issue.severity == config::Issue::Severity::Error && issue.path.starts_with(ours);
  });
  for (FormField* field : fields_) {
    const auto found = std::ranges::find_if(
        issues, [&](const config::Issue& issue) { return field->matchLength(issue.path) > 0; });
    field->showIssue(found == issues.end() ? nullptr : &*found);
  }
  if (apply_) apply_->setEnabled(!hasErrors);
}

}  // namespace spillway::ui

// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/settings_dialog.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QHBoxLayout>
#include <QPushButton>
#include <QSettings>
#include <QVBoxLayout>

#include "ui/bridge/engine_bridge.h"
#include "ui/models/words.h"
#include "ui/shell/history_setting.h"
#include "ui/shell/theme_setting.h"
#include "ui/widgets/fact_list.h"
#include "ui/wizards/form_field.h"
#include "ui/wizards/number_edit.h"
#include "ui/wizards/wizard_style.h"

namespace spillway::ui {

namespace {

constexpr int kWidth = 660, kUnitWidth = 84;
constexpr auto kNotificationsKey = "notifications/health";
constexpr quint64 kHour = 3600, kDay = 24 * kHour;

std::uint64_t secondsOf(std::chrono::seconds time) {
  return static_cast<std::uint64_t>(time.count());
}

}  // namespace

SettingsDialog::SettingsDialog(EngineBridge& bridge, QWidget* parent) : QDialog(parent), bridge_(bridge) {
  setWindowTitle(QStringLiteral("Settings"));
  setMinimumWidth(kWidth);
  setStyleSheet(wizardStyle());
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(18, 16, 18, 14);
  column->setSpacing(10);
  addHistory(*column);
  column->addSpacing(8);
  addRest(*column);
  column->addSpacing(8);
  addButtons(*column);
  showValues(savedHistoryBounds(), QSettings().value(QLatin1String(kNotificationsKey), true).toBool(),
             savedTheme());
  showFacts();
  connect(&bridge_, &EngineBridge::metricsSampled, this, [this] {
    showFacts();
    judge();
  });
}

void SettingsDialog::addHistory(QVBoxLayout& column) {
  column.addWidget(heading(QStringLiteral("History"), 1.1));
  size_ = {
      new NumberEdit(QString(), this),    new QComboBox(this), nullptr, kLeastHistoryBytes, kMostHistoryBytes,
      QStringLiteral("64 MiB to 100 GiB")};
  size_.unit->addItem(QStringLiteral("MiB"), quint64{kMiB});
  size_.unit->addItem(QStringLiteral("GiB"), quint64{kGiB});
  addAmount(size_, "historySize", QStringLiteral("Most &space on disk"),
            QStringLiteral("64 MiB to 100 GiB; oldest out first"));
  age_ = {new NumberEdit(QString(), this), new QComboBox(this),         nullptr,
          secondsOf(kLeastHistoryTime),    secondsOf(kMostHistoryTime), QStringLiteral("1 hour to 365 days")};
  age_.unit->addItem(QStringLiteral("hours"), quint64{kHour});
  age_.unit->addItem(QStringLiteral("days"), quint64{kDay});
  addAmount(age_, "historyAge", QStringLiteral("&Keep entries for"),
            QStringLiteral("1 hour to 365 days; older ones go"));
  column.addWidget(size_.field);
  column.addWidget(age_.field);
  facts_ = new FactList(this);
  column.addWidget(facts_);
}

void SettingsDialog::addAmount(Amount& amount, const char* name, const QString& label, const QString& hint) {
  amount.number->setObjectName(QLatin1String(name));
  amount.unit->setObjectName(QLatin1String(name) + QStringLiteral("Unit"));
  amount.unit->setAccessibleName(QString(label).remove(QLatin1Char('&')) + QStringLiteral(", unit"));
  amount.unit->setFixedWidth(kUnitWidth);
  auto* editor = new QWidget(this);
  editor->setFocusProxy(amount.number);
  auto* line = new QHBoxLayout(editor);
  line->setContentsMargins(0, 0, 0, 0);
  line->addWidget(amount.number, 1);
  line->addWidget(amount.unit);
  amount.field = new FormField(label, editor, hint);
  connect(amount.number, &NumberEdit::valueEdited, this, &SettingsDialog::judge);
  connect(amount.unit, &QComboBox::currentIndexChanged, this, &SettingsDialog::judge);
}

void SettingsDialog::addRest(QVBoxLayout& column) {
  column.addWidget(heading(QStringLiteral("Notifications"), 1.1));
  notifies_ =
      new QCheckBox(QStringLiteral("Tell on the desktop when a target group's &health changes"), this);
  notifies_->setObjectName(QStringLiteral("notifies"));
  column.addWidget(notifies_);
  column.addSpacing(8);
  column.addWidget(heading(QStringLiteral("Look"), 1.1));
  theme_ = new QComboBox(this);
  theme_->setObjectName(QStringLiteral("theme"));
  for (const auto& [mode, words] : themeChoices())
    theme_->addItem(words, static_cast<int>(mode));
  column.addWidget(new FormField(QStringLiteral("&Theme"), theme_, QString()));
}

void SettingsDialog::addButtons(QVBoxLayout& column) {
  auto* buttons = new QDialogButtonBox(QDialogButtonBox::Cancel, this);
  QPushButton* defaults = buttons->addButton(QStringLiteral("Restore defaults"), QDialogButtonBox::ResetRole);
  defaults->setObjectName(QStringLiteral("defaults"));
  QPushButton* save = buttons->addButton(QStringLiteral("Save"), QDialogButtonBox::AcceptRole);
  save->setObjectName(QStringLiteral("save"));
  setRole(save, "primary");
  save->setDefault(true);
  connect(defaults, &QPushButton::clicked, this, [this] { showValues({}, true, ThemeMode::System); });
  connect(buttons, &QDialogButtonBox::accepted, this, &SettingsDialog::accept);
  connect(buttons, &QDialogButtonBox::rejected, this, &SettingsDialog::reject);
  column.addWidget(buttons);
}

/// In the largest unit of which it is a whole number.
void SettingsDialog::showAmount(Amount& amount, std::uint64_t value) {
  int unit = amount.unit->count() - 1;
  while (unit > 0 && value % amount.unit->itemData(unit).toULongLong() != 0)
    --unit;
  amount.unit->setCurrentIndex(unit);
  amount.number->setText(QString::number(value / amount.unit->itemData(unit).toULongLong()));
}

std::optional<std::uint64_t> SettingsDialog::readAmount(const Amount& amount) {
  config::Issue issue;
  issue.message = amount.number->problem().toStdString();
  const std::uint64_t value =
      std::uint64_t{amount.number->value().value_or(0)} * amount.unit->currentData().toULongLong();
  const bool isInRange = value >= amount.least && value <= amount.most;
  if (issue.message.empty() && !isInRange) {
    issue.message = QStringLiteral("%1 %2 is out of range: %3.")
                        .arg(*amount.number->value())
                        .arg(amount.unit->currentText(), amount.range)
                        .toStdString();
  }
  amount.field->showIssue(issue.message.empty() ? nullptr : &issue);
  return issue.message.empty() ? std::optional(value) : std::nullopt;
}

void SettingsDialog::showValues(const history::Bounds& bounds, bool notifies, ThemeMode theme) {
  showAmount(size_, bounds.mostBytes);
  showAmount(age_, secondsOf(bounds.longest));
  notifies_->setChecked(notifies);
  theme_->setCurrentIndex(theme_->findData(static_cast<int>(theme)));
  judge();
}

void SettingsDialog::judge() {
  const auto size = readAmount(size_), age = readAmount(age_);
  const history::StoreStatus& now = bridge_.history();
  config::Issue loss{.severity = config::Issue::Severity::Warning};
  if (size && now.bytes > *size) {
    loss.message = QStringLiteral("Saving takes %1 of the oldest entries away, for good.")
                       .arg(storageText(now.bytes - *size))
                       .toStdString();
    size_.field->showIssue(&loss);
  }
  if (age && *age < secondsOf(now.bounds.longest) && now.entries > 0) {
    loss.message = "Saving takes older entries away, for good.";
    age_.field->showIssue(&loss);
  }
}

void SettingsDialog::showFacts() {
  const history::StoreStatus& now = bridge_.history();
  if (now.file.empty())
    return facts_->showFacts({{QStringLiteral("History"), QStringLiteral("none is kept")}});
  facts_->showFacts(
      {{QStringLiteral("File"), QString::fromStdString(now.file), Fact::Style::Fixed, QString()},
       {QStringLiteral("Size now"), storageText(now.bytes)},
       {QStringLiteral("Stored"), countOf(now.entries, QStringLiteral("request"))}});
}

void SettingsDialog::accept() {
  const auto size = readAmount(size_), age = readAmount(age_);
  if (!size) return size_.field->focusEditor();
  if (!age) return age_.field->focusEditor();
  chooseHistoryBounds(bridge_, {*size, std::chrono::seconds(*age)});
  QSettings().setValue(QLatin1String(kNotificationsKey), notifies_->isChecked());
  const auto mode = static_cast<ThemeMode>(theme_->currentData().toInt());
  if (mode != savedTheme()) chooseTheme(mode);
  QDialog::accept();
}

}  // namespace spillway::ui

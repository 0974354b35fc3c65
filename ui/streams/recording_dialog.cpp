// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/streams/recording_dialog.h"

#include <QComboBox>
#include <QDialogButtonBox>
#include <QFormLayout>
#include <QLabel>
#include <QPushButton>
#include <QRegularExpression>
#include <QSpinBox>
#include <QVBoxLayout>

#include "engine/config/validate.h"
#include "engine/history/filter.h"
#include "ui/theme/theme.h"
#include "ui/widgets/filter_edit.h"

namespace spillway::ui {

namespace {

constexpr int kTextWidth = 520;
constexpr int kKibibyte = 1024;
constexpr config::CaptureLevel kLevels[]{config::CaptureLevel::Full, config::CaptureLevel::Metadata,
                                         config::CaptureLevel::Off};

QString toQt(const std::string& text) {
  return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

QString listed(const std::vector<std::string>& names) {
  QStringList list;
  for (const std::string& name : names)
    list << toQt(name);
  return list.join(QStringLiteral(", "));
}

std::vector<std::string> namesIn(const QString& list) {
  std::vector<std::string> names;
  for (const QString& name : list.split(QRegularExpression(QStringLiteral("[,\\s]+")), Qt::SkipEmptyParts))
    names.push_back(name.toStdString());
  return names;
}

/// Empty: nothing is wrong.
void tell(QLabel* label, const QString& mistake) {
  label->setVisible(!mistake.isEmpty());
  label->setStyleSheet(QStringLiteral("color: %1").arg(Theme::colors().bad.name()));
  label->setText(QStringLiteral("✖ ") + mistake);
}

}  // namespace

QString captureLevelText(config::CaptureLevel level) {
  switch (level) {
    case config::CaptureLevel::Off:
      break;
    case config::CaptureLevel::Metadata:
      return QStringLiteral("Header fields, sizes and frames");
    case config::CaptureLevel::Full:
      return QStringLiteral("Everything, with messages and bodies");
  }
  return QStringLiteral("Nothing");
}

RecordingDialog::RecordingDialog(const QString& balancers, const config::Capture& now, QWidget* parent)
    : QDialog(parent),
      level_(new QComboBox(this)),
      filter_(new FilterEdit(this)),
      mistake_(new QLabel(this)),
      namesMistake_(new QLabel(this)),
      kilobytes_(new QSpinBox(this)),
      logged_(new QLineEdit(this)),
      headers_(new QLineEdit(this)),
      fields_(new QLineEdit(this)) {
  setWindowTitle(QStringLiteral("Recording: %1").arg(balancers));
  for (const config::CaptureLevel level : kLevels)
    level_->addItem(captureLevelText(level));
  level_->setCurrentIndex(static_cast<int>(std::ranges::find(kLevels, now.level) - kLevels));
  filter_->setText(toQt(now.filter));
  filter_->setPlaceholderText(QStringLiteral("all streams; or grpc.status != OK or duration > 250ms"));
  kilobytes_->setRange(1, 64 * kKibibyte);
  kilobytes_->setSuffix(QStringLiteral(" KiB"));
  kilobytes_->setGroupSeparatorShown(true);
  kilobytes_->setValue(static_cast<int>(now.bodyBytes / kKibibyte));
  logged_->setText(listed(now.loggedHeaders));
  logged_->setPlaceholderText(QStringLiteral("none but user-agent; or x-canary, x-request-id"));
  logged_->setToolTip(
      QStringLiteral("Header fields of requests that each entry of the log keeps: what "
                     "header[\"x-canary\"] = yes asks for."));
  headers_->setText(listed(now.redactedHeaders));
  fields_->setText(listed(now.redactedFields));
  fields_->setToolTip(QStringLiteral(
      "Fields of gRPC messages, by their words: token covers access_token and accessToken. Where a message's "
      "schema is known, these values are overwritten before it is stored."));
  for (QLineEdit* list : {logged_, headers_, fields_}) {
    list->setCursorPosition(0);
    connect(list, &QLineEdit::textChanged, this, &RecordingDialog::check);
  }
  for (QLabel* label : {mistake_, namesMistake_})
    label->setWordWrap(true);
  auto* words = new QLabel(
      QStringLiteral(
          "What passes on streams is kept beside the log, in the history on this machine. A filter is "
          "judged when a stream ends; what it does not select is forgotten then."),
      this);
  words->setWordWrap(true);
  words->setFixedWidth(kTextWidth);
  auto* form = new QFormLayout;
  form->addRow(QStringLiteral("&Record"), level_);
  form->addRow(QStringLiteral("&Only streams"), filter_);
  form->addRow(QString(), mistake_);
  form->addRow(QStringLiteral("&Bytes of a stream"), kilobytes_);
  form->addRow(QStringLiteral("In the &log, headers"), logged_);
  form->addRow(QStringLiteral("&Never these headers"), headers_);
  form->addRow(QStringLiteral("Never these &fields"), fields_);
  form->addRow(QString(), namesMistake_);
  auto* buttons = new QDialogButtonBox(QDialogButtonBox::Cancel, this);
  apply_ = buttons->addButton(QStringLiteral("Apply"), QDialogButtonBox::AcceptRole);
  apply_->setDefault(true);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(18, 16, 18, 14);
  column->addWidget(words);
  column->addSpacing(6);
  column->addLayout(form);
  column->addSpacing(6);
  column->addWidget(buttons);
  connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
  connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
  connect(filter_, &QLineEdit::textChanged, this, &RecordingDialog::check);
  check();
}

void RecordingDialog::check() {
  const auto filter = history::Filter::parse(filter_->text().toStdString(), wallNow());
  filter_->showMistake(filter ? std::nullopt : std::optional(filter.error()));
  tell(mistake_, filter ? QString() : toQt(filter.error().message));
  const auto issues = config::validate(chosen());
  tell(namesMistake_,
       issues.empty() ? QString() : toQt(issues.front().value + ": " + issues.front().message));
  apply_->setEnabled(filter.has_value() && issues.empty());
  // Words that appear take no room from the fields.
  if (isVisible()) resize(width(), std::max(height(), layout()->totalHeightForWidth(width())));
}

config::Capture RecordingDialog::chosen() const {
  config::Capture capture;
  capture.level = kLevels[level_->currentIndex()];
  capture.filter = filter_->text().trimmed().toStdString();
  capture.bodyBytes = static_cast<std::uint32_t>(kilobytes_->value() * kKibibyte);
  capture.loggedHeaders = namesIn(logged_->text().toLower());
  capture.redactedHeaders = namesIn(headers_->text().toLower());
  capture.redactedFields = namesIn(fields_->text());
  return capture;
}

}  // namespace spillway::ui

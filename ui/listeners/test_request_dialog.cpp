// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/listeners/test_request_dialog.h"

#include <QComboBox>
#include <QDialogButtonBox>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QScrollArea>
#include <QVBoxLayout>

namespace spillway::ui {

namespace {

QLineEdit* makeEdit(const char* name, const QString& text, QWidget* parent) {
  auto* edit = new QLineEdit(text, parent);
  edit->setObjectName(QString::fromLatin1(name));
  return edit;
}

}  // namespace

TestRequestDialog::TestRequestDialog(EngineBridge& bridge, const ListenerId& listener, QWidget* parent)
    : QDialog(parent),
      bridge_(bridge),
      listener_(listener),
      method_(new QComboBox(this)),
      host_(makeEdit("host", QStringLiteral("localhost"), this)),
      path_(makeEdit("path", QStringLiteral("/"), this)),
      client_(makeEdit("client", QStringLiteral("127.0.0.1"), this)),
      fields_(new QPlainTextEdit(this)),
      answer_(new QLabel(this)) {
  setWindowTitle(QStringLiteral("Test a request: %1").arg(QString::fromStdString(listener.listener)));
  method_->setEditable(true);
  method_->addItems({"GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH"});
  fields_->setObjectName(QStringLiteral("fields"));
  fields_->setPlaceholderText(QStringLiteral("user-agent: curl/8.5\ncookie: session=42"));
  fields_->setTabChangesFocus(true);
  fields_->setFixedHeight(64);
  auto* form = new QFormLayout;
  form->addRow(QStringLiteral("&Method"), method_);
  form->addRow(QStringLiteral("&Host"), host_);
  form->addRow(QStringLiteral("&Path and query"), path_);
  form->addRow(QStringLiteral("Header &fields"), fields_);
  form->addRow(QStringLiteral("&Client IP"), client_);

  answer_->setObjectName(QStringLiteral("answer"));
  answer_->setTextFormat(Qt::PlainText);
  answer_->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
  answer_->setAlignment(Qt::AlignTop | Qt::AlignLeft);
  answer_->setMargin(10);
  auto* scroll = new QScrollArea(this);
  scroll->setWidgetResizable(true);
  scroll->setWidget(answer_);
  auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
  connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(18, 16, 18, 14);
  column->setSpacing(10);
  auto* words = new QLabel(QStringLiteral("Which rule and which target a request would meet now, and why. "
                                          "Nothing is sent."),
                           this);
  words->setProperty("role", "muted");
  column->addWidget(words);
  column->addLayout(form);
  column->addWidget(scroll, 1);
  column->addWidget(buttons);
  resize(560, 560);

  connect(method_, &QComboBox::currentTextChanged, this, &TestRequestDialog::explain);
  for (QLineEdit* edit : {host_, path_, client_})
    connect(edit, &QLineEdit::textChanged, this, &TestRequestDialog::explain);
  connect(fields_, &QPlainTextEdit::textChanged, this, &TestRequestDialog::explain);
  connect(&bridge_, &EngineBridge::applied, this, &TestRequestDialog::explain);
  connect(&bridge_, &EngineBridge::targetsChanged, this, &TestRequestDialog::explain);
  path_->setFocus();
  path_->selectAll();
  explain();
}

ImaginedRequest TestRequestDialog::typed() const {
  ImaginedRequest request;
  request.method = method_->currentText().toStdString();
  request.authority = host_->text().toStdString();
  request.path = path_->text().toStdString();
  request.clientIp = client_->text().trimmed().toStdString();
  for (const QString& line : fields_->toPlainText().split(QLatin1Char('\n'), Qt::SkipEmptyParts)) {
    request.fields.emplace_back(line.section(QLatin1Char(':'), 0, 0).trimmed().toStdString(),
                                line.section(QLatin1Char(':'), 1).trimmed().toStdString());
  }
  return request;
}

void TestRequestDialog::explain() {
  const auto decision = bridge_.explain(listener_, typed());
  QStringList lines;
  if (decision) {
    for (const std::string& line : observe::inWords(*decision))
      lines += QString::fromStdString(line);
  } else {
    lines += QStringLiteral("✖ ") + QString::fromStdString(decision.error().detail);
  }
  answer_->setText(lines.join(QLatin1Char('\n')));
}

}  // namespace spillway::ui

// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/certificates/certificates_page.h"

#include <QClipboard>
#include <QGridLayout>
#include <QGuiApplication>
#include <QLabel>
#include <QPushButton>
#include <QUrl>
#include <QVBoxLayout>

#include "engine/pki/local_ca.h"
#include "ui/bridge/document_edits.h"
#include "ui/theme/theme.h"
#include "ui/widgets/card.h"
#include "ui/widgets/page_header.h"
#include "ui/widgets/value_table.h"

namespace spillway::ui {

namespace {

std::vector<TableColumn> columns() {
  return {{QStringLiteral("Listener"), 130},
          {QStringLiteral("Load balancer"), 130},
          {QStringLiteral("Source"), 110},
          {QStringLiteral("Names or file"), 420}};
}

QString namesOf(const config::Certificate& certificate) {
  if (certificate.source == config::Certificate::Source::Files)
    return QString::fromStdString(certificate.certificateFile);
  QStringList names{QStringLiteral("localhost"), QStringLiteral("127.0.0.1"), QStringLiteral("::1")};
  for (const auto& name : certificate.names)
    names += QString::fromStdString(name);
  return names.join(QStringLiteral(", "));
}

QLabel* fixedLabel(QWidget* parent) {
  auto* label = new QLabel(parent);
  label->setTextFormat(Qt::PlainText);
  label->setWordWrap(true);
  label->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
  label->setFont(Theme::fixedFont());
  label->setProperty("role", QByteArray("code"));
  return label;
}

}  // namespace

CertificatesPage::CertificatesPage(EngineBridge& bridge, Workspace& workspace, QWidget* parent)
    : QWidget(parent),
      bridge_(bridge),
      workspace_(workspace),
      table_(new ValueTable(columns(), QStringLiteral("Certificates of listeners"), this)) {
  auto* header = new PageHeader(QStringLiteral("Certificates"), this);
  header->setWords(QStringLiteral("Spillway never touches the system's trust store"));
  auto* card = new Card(this);
  auto* inside = new QVBoxLayout(card);
  inside->setContentsMargins(1, 1, 1, 1);
  inside->addWidget(table_);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(16, 12, 16, 14);
  column->setSpacing(10);
  column->addWidget(header);
  column->addWidget(makeAuthority());
  column->addWidget(card, 1);
  connect(&workspace_, &Workspace::documentChanged, this, [this] {
    showRows();
    showRecipes();
  });
  showRows();
}

QWidget* CertificatesPage::makeAuthority() {
  auto* card = new Card(this);
  auto* title = new QLabel(QStringLiteral("Local CA"), card);
  QFont bold = title->font();
  bold.setWeight(QFont::DemiBold);
  title->setFont(bold);
  auto* words =
      new QLabel(QStringLiteral("Made once for this user. It issues the certificates of HTTPS listeners "
                                "that have none of their own; a client that is told to trust it accepts "
                                "them."),
                 card);
  words->setWordWrap(true);
  words->setProperty("role", QByteArray("muted"));
  path_ = fixedLabel(card);
  curl_ = fixedLabel(card);
  python_ = fixedLabel(card);
  go_ = fixedLabel(card);
  auto* grid = new QGridLayout;
  grid->setHorizontalSpacing(14);
  grid->setVerticalSpacing(8);
  grid->setColumnStretch(1, 1);
  addRecipe(grid, QStringLiteral("CA certificate"), path_);
  addRecipe(grid, QStringLiteral("curl"), curl_);
  addRecipe(grid, QStringLiteral("Python gRPC"), python_);
  addRecipe(grid, QStringLiteral("Go gRPC"), go_);
  auto* column = new QVBoxLayout(card);
  column->setContentsMargins(16, 12, 16, 14);
  column->setSpacing(8);
  column->addWidget(title);
  column->addWidget(words);
  column->addLayout(grid);
  return card;
}

void CertificatesPage::addRecipe(QGridLayout* grid, const QString& client, QLabel* text) {
  const int row = grid->rowCount();
  auto* name = new QLabel(client);
  auto* copy = new QPushButton(text == path_ ? QStringLiteral("Copy CA path") : QStringLiteral("Copy"));
  copy->setAccessibleName(QStringLiteral("Copy: %1").arg(client));
  text->setAccessibleName(client);
  connect(copy, &QPushButton::clicked, this, [text] { QGuiApplication::clipboard()->setText(text->text()); });
  grid->addWidget(name, row, 0, Qt::AlignTop);
  grid->addWidget(text, row, 1);
  grid->addWidget(copy, row, 2, Qt::AlignTop);
}

void CertificatesPage::showEvent(QShowEvent* event) {
  QWidget::showEvent(event);
  if (caFile_.isEmpty()) showAuthority();
  showRecipes();
}

/// The CA is made here when there is none yet: a person who reads its path wants the file to be there.
void CertificatesPage::showAuthority() {
  const auto authority = pki::LocalCa::open(bridge_.dataDirectory().toStdString());
  if (!authority) {
    path_->setText(QString::fromStdString(authority.error().detail));
    return;
  }
  caFile_ = QString::fromStdString(authority->certificateFile());
  path_->setText(caFile_);
}

void CertificatesPage::showRecipes() {
  if (caFile_.isEmpty()) return;
  const QString host = firstTlsHost();
  curl_->setText(QStringLiteral("curl --http2 --cacert '%1' https://%2/").arg(caFile_, host));
  python_->setText(QStringLiteral("credentials = grpc.ssl_channel_credentials(open('%1', 'rb').read())\n"
                                  "channel = grpc.secure_channel('%2', credentials)")
                       .arg(caFile_, host));
  go_->setText(QStringLiteral("creds, err := credentials.NewClientTLSFromFile(\"%1\", \"\")\n"
                              "conn, err := grpc.NewClient(\"%2\", "
                              "grpc.WithTransportCredentials(creds))")
                   .arg(caFile_, host));
}

QString CertificatesPage::firstTlsHost() const {
  for (const auto& balancer : workspace_.document().loadBalancers)
    for (const auto& listener : balancer.listeners) {
      if (listener.protocol != config::Protocol::Https) continue;
      const QString address = addressOf(listener, bridge_.listeners(), balancer.name);
      if (!address.isEmpty()) return QUrl(address).authority();
    }
  return QStringLiteral("localhost:443");
}

void CertificatesPage::showRows() {
  std::vector<TableRow> rows;
  for (const auto& balancer : workspace_.document().loadBalancers)
    for (const auto& listener : balancer.listeners)
      for (const auto& certificate : listener.certificates) {
        const bool isLocal = certificate.source == config::Certificate::Source::LocalCa;
        const QString name = QString::fromStdString(config::effectiveName(listener));
        rows.push_back(
            {QStringLiteral("%1/%2").arg(QString::fromStdString(balancer.name), name),
             {{name, {}, {}, {}, false},
              {QString::fromStdString(balancer.name), {}, {}, {}, false},
              {isLocal ? QStringLiteral("Local CA") : QStringLiteral("PEM files"), {}, {}, {}, false},
              {namesOf(certificate), {}, {}, {}, true}},
             {}});
      }
  table_->setRows(std::move(rows));
}

}  // namespace spillway::ui

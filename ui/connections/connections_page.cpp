// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/connections/connections_page.h"

#include <QAction>
#include <QCheckBox>
#include <QClipboard>
#include <QGuiApplication>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QSplitter>
#include <QStackedWidget>
#include <QVBoxLayout>
#include <algorithm>
#include <set>

#include "ui/bridge/document_edits.h"
#include "ui/connections/connection_rows.h"
#include "ui/connections/matrix_view.h"
#include "ui/export/save_dialog.h"
#include "ui/export/table_text.h"
#include "ui/widgets/card.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/page_header.h"
#include "ui/widgets/value_table.h"

namespace spillway::ui {

namespace {

using namespace std::chrono_literals;
using observe::ConnectionSide;
using observe::ConnectionState;
using observe::ConnectionStatus;

constexpr auto kRhythm = 1s;
/// The first answer comes within a sweep of the engine's workers.
constexpr auto kFirstAnswer = 300ms;

bool isLive(const ConnectionStatus& connection) {
  return connection.state != ConnectionState::Ended;
}

/// A button that does what the action does, and says what it says.
QPushButton* buttonOf(QAction* action, QWidget* parent) {
  auto* button = new QPushButton(action->text(), parent);
  const auto follow = [button, action] {
    button->setText(action->text());
    button->setToolTip(action->toolTip());
    button->setEnabled(action->isEnabled());
  };
  follow();
  QObject::connect(action, &QAction::changed, button, follow);
  QObject::connect(button, &QPushButton::clicked, action, &QAction::trigger);
  return button;
}

}  // namespace

ConnectionsPage::ConnectionsPage(EngineBridge& bridge, Workspace& workspace, QWidget* parent)
    : QWidget(parent),
      bridge_(bridge),
      workspace_(workspace),
      header_(new PageHeader(QStringLiteral("Connections"), this)),
      table_(new ValueTable(connectionColumns(), QStringLiteral("Connections"), this)),
      matrix_(new MatrixView(this)),
      stack_(new QStackedWidget(this)) {
  makeActions();
  makeHeader();
  auto* splitter = new QSplitter(Qt::Vertical, stack_);
  splitter->setHandleWidth(10);
  splitter->setChildrenCollapsible(false);
  splitter->addWidget(makeTable());
  splitter->addWidget(makeMatrix());
  splitter->setStretchFactor(0, 3);
  splitter->setStretchFactor(1, 2);
  stack_->addWidget(splitter);
  stack_->addWidget(makeEmptyState());
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(16, 12, 16, 14);
  column->setSpacing(10);
  column->addWidget(header_);
  column->addWidget(stack_, 1);
  connect(&poll_, &QTimer::timeout, this, &ConnectionsPage::refresh);
  showConnections();
}

void ConnectionsPage::makeActions() {
  const auto make = [this](const QString& text, const QKeySequence& key) {
    auto* action = new QAction(text, this);
    action->setShortcut(key);
    action->setShortcutContext(Qt::WidgetShortcut);
    table_->addAction(action);
    return action;
  };
  requests_ = make(QStringLiteral("Show its requests"), Qt::Key_Return);
  requests_->setShortcuts({Qt::Key_Return, Qt::Key_Enter});
  goaway_ = make(QStringLiteral("Send GOAWAY"), QKeySequence::Delete);
  close_ = make(QStringLiteral("Close"), Qt::SHIFT | Qt::Key_Delete);
  auto* copy = make(QStringLiteral("Copy rows"), {});
  requests_->setToolTip(QStringLiteral("Opens the access log with its requests (Enter or double-click)"));
  close_->setToolTip(
      QStringLiteral("Closes the selected connections at once: their open streams fail (Shift+Del)"));
  table_->setContextMenuPolicy(Qt::ActionsContextMenu);
  connect(requests_, &QAction::triggered, this, &ConnectionsPage::showRequests);
  connect(goaway_, &QAction::triggered, this, [this] { endSelected(ConnectionEnd::Drain); });
  connect(close_, &QAction::triggered, this, [this] { endSelected(ConnectionEnd::Close); });
  connect(copy, &QAction::triggered, this, [this] { copySelectedRows(*table_); });
  connect(table_, &QTableView::doubleClicked, requests_, &QAction::trigger);
  connect(table_, &ValueTable::selectedKeyChanged, this, &ConnectionsPage::updateActions);
}

void ConnectionsPage::makeHeader() {
  for (QAction* action : {requests_, goaway_, close_})
    header_->addButton(buttonOf(action, this));
  auto* menu = new QMenu(this);
  menu->addAction(QStringLiteral("Connections as CSV…"), this, [this] {
    saveWithDialog(this,
                   {QStringLiteral("Export the connections as CSV"), QStringLiteral("connections.csv"),
                    QStringLiteral("CSV files (*.csv)")},
                   [this](QIODevice& out) { writeCsv(*table_->model(), out); });
  });
  menu->addAction(QStringLiteral("Matrix as CSV…"), this, [this] {
    saveWithDialog(
        this,
        {QStringLiteral("Export the matrix as CSV"), QStringLiteral("connection-matrix.csv"),
         QStringLiteral("CSV files (*.csv)")},
        [this](QIODevice& out) { out.write(matrixText(matrix_->matrix(), QLatin1Char(',')).toUtf8()); });
  });
  header_->addMenuButton(QStringLiteral("Export"), menu);
}

QWidget* ConnectionsPage::makeTable() {
  auto* card = new Card(stack_);
  auto* filter = new QLineEdit(card);
  filter->setPlaceholderText(QStringLiteral("Filter: an address, a listener, HTTP/1.1, draining"));
  filter->setClearButtonEnabled(true);
  filter->setAccessibleName(QStringLiteral("Filter of the connections"));
  withEnded_ = new QCheckBox(QStringLiteral("Ended ones, too"), card);
  withEnded_->setChecked(true);
  withEnded_->setToolTip(QStringLiteral("The last connections that ended, here and in the matrix below"));
  auto* line = new QHBoxLayout;
  line->setContentsMargins(10, 8, 10, 8);
  line->setSpacing(12);
  line->addWidget(filter, 1);
  line->addWidget(withEnded_);
  auto* inside = new QVBoxLayout(card);
  inside->setContentsMargins(1, 1, 1, 1);
  inside->setSpacing(0);
  inside->addLayout(line);
  inside->addWidget(table_, 1);
  connect(filter, &QLineEdit::textChanged, this, [this](const QString& text) {
    table_->setFilter(text);
    showMatrix();
  });
  connect(withEnded_, &QCheckBox::toggled, this, &ConnectionsPage::showConnections);
  return card;
}

QWidget* ConnectionsPage::makeMatrix() {
  auto* card = new Card(stack_);
  auto* title = new QLabel(QStringLiteral("Streams of each client's connection by target"), card);
  QFont bold = title->font();
  bold.setWeight(QFont::DemiBold);
  title->setFont(bold);
  sentence_ = new QLabel(card);
  sentence_->setTextFormat(Qt::PlainText);
  sentence_->setWordWrap(true);
  sentence_->setTextInteractionFlags(Qt::TextSelectableByMouse);
  auto* words = new QVBoxLayout;
  words->setContentsMargins(14, 10, 14, 8);
  words->setSpacing(4);
  words->addWidget(title);
  words->addWidget(sentence_);
  auto* column = new QVBoxLayout(card);
  column->setContentsMargins(1, 1, 1, 1);
  column->setSpacing(0);
  column->addLayout(words);
  column->addWidget(matrix_, 1);
  connect(matrix_, &MatrixView::cellOpened, this, [this](const QString& client, const QString& target) {
    Q_EMIT logRequested(QStringLiteral("%1 and target = \"%2\"").arg(requestsOfClient(client), target));
  });
  return card;
}

QWidget* ConnectionsPage::makeEmptyState() {
  empty_ = new EmptyState(QStringLiteral("No client is connected"), {}, stack_);
  copyAddress_ = empty_->addButton(QStringLiteral("Copy the address"));
  connect(copyAddress_, &QPushButton::clicked, this,
          [this] { QGuiApplication::clipboard()->setText(firstAddress()); });
  return empty_;
}

void ConnectionsPage::showEvent(QShowEvent* event) {
  QWidget::showEvent(event);
  refresh();
  poll_.start(kFirstAnswer);
}

void ConnectionsPage::hideEvent(QHideEvent* event) {
  poll_.stop();
  QWidget::hideEvent(event);
}

void ConnectionsPage::refresh() {
  observe::ConnectionList list = bridge_.connections();
  if (!list.isTold) return;
  poll_.setInterval(kRhythm);
  list_ = std::move(list);
  sortConnections(list_.connections);
  showConnections();
}

void ConnectionsPage::showConnections() {
  Statuses shown = list_.connections;
  if (!withEnded_->isChecked()) std::erase_if(shown, [](const auto& c) { return !isLive(*c); });
  std::uint64_t open = 0, streams = 0;
  std::vector<TableRow> rows;
  rows.reserve(shown.size());
  const WallTime now = wallNow();
  for (const auto& connection : shown) {
    rows.push_back(connectionRow(*connection, now));
    if (isLive(*connection)) ++open;
    if (connection->side == ConnectionSide::Client) streams += connection->openStreams;
  }
  stack_->setCurrentIndex(shown.empty() ? 1 : 0);
  if (shown.empty()) showEmptyWords();
  QString words = QStringLiteral("%1 open · %2 of clients")
                      .arg(countText(open), countOf(streams, QStringLiteral("open stream")));
  if (list_.untold > 0) words += QStringLiteral(" · %1 more are not listed").arg(countText(list_.untold));
  header_->setWords(shown.empty() ? QString() : words);
  table_->setRows(std::move(rows));
  showMatrix();
  updateActions();
}

/// Of the connections that stand in the table.
void ConnectionsPage::showMatrix() {
  std::vector<TargetId> registered;
  for (const TargetStatus& target : bridge_.targets())
    registered.push_back(target.id);
  ConnectionMatrix matrix = matrixOf(connectionsOf(table_->shownKeys()), registered);
  sentence_->setText(matrixSentence(matrix));
  matrix_->showMatrix(std::move(matrix));
}

/// Where to connect, and why the last one that tried did not get in.
void ConnectionsPage::showEmptyWords() {
  const QString address = firstAddress();
  QString words = address.isEmpty()
                      ? QStringLiteral("A load balancer's listener waits for connections; there is none yet.")
                      : QStringLiteral("Clients connect to %1.").arg(address);
  const auto failed = std::ranges::find_if(list_.connections, [](const auto& c) {
    return c->side == ConnectionSide::Client && c->hasTls && c->protocol.empty() && c->ended;
  });
  if (failed != list_.connections.end()) {
    words += QStringLiteral("\n\nThe last handshake that failed: %1 at %2. %3")
                 .arg(QString::fromStdString((*failed)->peer), clockText(*(*failed)->ended),
                      QString::fromStdString((*failed)->endedBecause));
  }
  empty_->setWords(words);
  copyAddress_->setVisible(!address.isEmpty());
}

QString ConnectionsPage::firstAddress() const {
  for (const auto& balancer : workspace_.document().loadBalancers)
    for (const auto& listener : balancer.listeners)
      return addressOf(listener, bridge_.listeners(), balancer.name);
  return {};
}

Statuses ConnectionsPage::selected() const {
  return connectionsOf(table_->selectedKeys());
}

Statuses ConnectionsPage::connectionsOf(const QStringList& keys) const {
  const std::set<QString> wanted(keys.begin(), keys.end());
  Statuses found;
  for (const auto& connection : list_.connections) {
    if (wanted.contains(QString::number(connection->id))) found.push_back(connection);
  }
  return found;
}

void ConnectionsPage::updateActions() {
  const Statuses chosen = selected();
  const bool canEnd = std::ranges::any_of(chosen, [](const auto& c) { return isLive(*c); });
  const bool isHttp1 =
      !chosen.empty() && std::ranges::all_of(chosen, [](const auto& c) { return c->protocol == "HTTP/1.1"; });
  requests_->setEnabled(!chosen.empty());
  close_->setEnabled(canEnd);
  goaway_->setEnabled(canEnd);
  goaway_->setText(isHttp1 ? QStringLiteral("Close when idle") : QStringLiteral("Send GOAWAY"));
  goaway_->setToolTip(isHttp1
                          ? QStringLiteral("Closes it when the request that runs has its answer (Del)")
                          : QStringLiteral("No new streams; it closes when those that run have ended (Del)"));
}

void ConnectionsPage::endSelected(ConnectionEnd how) {
  for (const auto& connection : selected())
    bridge_.endConnection(connection->id, how);
}

void ConnectionsPage::showRequests() {
  const QStringList keys = table_->selectedKeys();
  for (const auto& connection : selected()) {
    if (QString::number(connection->id) == keys.front()) return Q_EMIT logRequested(requestsOf(*connection));
  }
}

}  // namespace spillway::ui

// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/top_bar.h"

#include <QAbstractItemView>
#include <QAction>
#include <QClipboard>
#include <QCompleter>
#include <QEvent>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QStandardItemModel>
#include <QTimer>

#include "ui/theme/theme.h"

namespace spillway::ui {

namespace {
constexpr int kCommandWidth = 250, kLeastCommandWidth = 110, kNameWidth = 190;
constexpr int kActionRole = Qt::UserRole;
}  // namespace

TopBar::TopBar(QMenu* createMenu, QWidget* parent)
    : QFrame(parent),
      state_(new QLabel(this)),
      name_(new QLabel(this)),
      address_(new QPushButton(this)),
      client_(new QPushButton(this)),
      create_(new QPushButton(QStringLiteral("+ Create"), this)),
      send_(new QPushButton(QStringLiteral("Send demo calls"), this)),
      commands_(new QLineEdit(this)),
      found_(new QStandardItemModel(this)) {
  setObjectName(QStringLiteral("topBar"));
  state_->setObjectName(QStringLiteral("statePill"));
  QFont bold = name_->font();
  bold.setWeight(QFont::DemiBold);
  name_->setFont(bold);
  name_->setTextFormat(Qt::PlainText);
  address_->setProperty("role", QByteArray("address"));
  address_->setToolTip(QStringLiteral("Copy this address"));
  connect(address_, &QPushButton::clicked, this,
          [this] { QGuiApplication::clipboard()->setText(address_->text()); });
  create_->setProperty("role", QByteArray("primary"));
  create_->setProperty("hasMenu", true);
  create_->setMenu(createMenu);
  send_->setToolTip(QStringLiteral("Make the four route guide calls through the balancer, once"));
  makeCommands();
  auto* line = new QHBoxLayout(this);
  line->setContentsMargins(12, 7, 12, 7);
  line->setSpacing(10);
  line->addWidget(state_);
  line->addWidget(name_);
  line->addWidget(address_);
  line->addStretch(1);
  for (QWidget* widget : {client_, create_, send_})
    line->addWidget(widget);
  line->addWidget(commands_, 1000);  // as wide as it may be, before there is any room between
  showBalancer(State::Stopped, {}, {});
}

void TopBar::makeCommands() {
  commands_->setProperty("role", QByteArray("command"));
  commands_->setMinimumWidth(kLeastCommandWidth);
  commands_->setMaximumWidth(kCommandWidth);
  commands_->setPlaceholderText(QStringLiteral("Search or run a command   Ctrl+K"));
  commands_->setAccessibleName(QStringLiteral("Search or run a command"));
  commands_->addAction(Theme::icon(QStringLiteral("search")), QLineEdit::LeadingPosition);
  auto* completer = new QCompleter(found_, this);
  completer->setCaseSensitivity(Qt::CaseInsensitive);
  completer->setFilterMode(Qt::MatchContains);
  completer->setMaxVisibleItems(24);
  completer->popup()->setObjectName(QStringLiteral("commandPopup"));
  commands_->setCompleter(completer);
  const auto run = [this](const QModelIndex& index) {
    auto* action = index.data(kActionRole).value<QAction*>();
    // The completer still writes the text after this signal.
    QTimer::singleShot(0, commands_, [this] { commands_->clear(); });
    if (action && action->isEnabled()) QTimer::singleShot(0, action, &QAction::trigger);
  };
  connect(completer, qOverload<const QModelIndex&>(&QCompleter::activated), this, run);
  connect(commands_, &QLineEdit::returnPressed, this, [completer, run] {
    if (completer->completionCount() > 0 && !completer->popup()->isVisible())
      run(completer->completionModel()->index(0, 0));
  });
}

void TopBar::showBalancer(State state, const QString& name, const QString& address) {
  stateShown_ = state;
  name_->setText(name_->fontMetrics().elidedText(name, Qt::ElideMiddle, kNameWidth));
  name_->setToolTip(name.toHtmlEscaped());
  address_->setText(address);
  address_->setVisible(!address.isEmpty());
  showState();
}

void TopBar::showState() {
  const bool runs = stateShown_ == State::Running;
  const QColor dot = runs ? Theme::colors().good : Theme::colors().mutedText;
  const QString word = runs ? QStringLiteral("Running") : QStringLiteral("Stopped");
  state_->setText(QStringLiteral("<span style='color:%1'>%2</span>&nbsp; %3")
                      .arg(dot.name(), runs ? QStringLiteral("●") : QStringLiteral("○"), word));
  state_->setAccessibleName(QStringLiteral("Balancer: ") + word);
  state_->setToolTip(runs ? QStringLiteral("Listeners accept connections")
                          : QStringLiteral("No listener accepts connections"));
}

void TopBar::setCommands(const QList<QAction*>& actions) {
  found_->clear();
  for (QAction* action : actions) {
    const QString keys = action->shortcut().toString(QKeySequence::NativeText);
    const QString words = action->text().remove(QLatin1Char('&'));
    auto* item = new QStandardItem(keys.isEmpty() ? words : words + QStringLiteral("   ") + keys);
    item->setData(QVariant::fromValue(action), kActionRole);
    item->setEditable(false);
    found_->appendRow(item);
  }
}

void TopBar::focusCommands() {
  commands_->setFocus(Qt::ShortcutFocusReason);
  commands_->selectAll();
  commands_->completer()->setCompletionPrefix(commands_->text());
  commands_->completer()->complete();
}

void TopBar::changeEvent(QEvent* event) {
  QFrame::changeEvent(event);
  if (event->type() == QEvent::PaletteChange) showState();
}

}  // namespace spillway::ui

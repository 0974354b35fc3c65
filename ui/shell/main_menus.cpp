// SPDX-License-Identifier: GPL-3.0-or-later
#include <QActionGroup>
#include <QMenuBar>
#include <QMessageBox>
#include <QSettings>

#include "ui/shell/main_window.h"
#include "ui/shell/message_bar.h"
#include "ui/shell/settings_dialog.h"
#include "ui/shell/size_setting.h"
#include "ui/shell/theme_setting.h"
#include "ui/shell/top_bar.h"

namespace spillway::ui {

/// The window's menus; every action of them is found by the command line too.
void MainWindow::buildMenus() {
  buildFileMenu();
  QMenu* edit = menuBar()->addMenu(QStringLiteral("&Edit"));
  QAction* undo = workspace_.undoStack().createUndoAction(this, QStringLiteral("Undo"));
  undo->setShortcuts(QKeySequence::Undo);
  QAction* redo = workspace_.undoStack().createRedoAction(this, QStringLiteral("Redo"));
  redo->setShortcuts({QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_Z), QKeySequence(Qt::CTRL | Qt::Key_Y)});
  edit->addActions({undo, redo});
  edit->addSeparator();
  QAction* settings = edit->addAction(QStringLiteral("Settings…"), this, &MainWindow::openSettings);
  settings->setShortcut(QKeySequence(Qt::CTRL | Qt::Key_Comma));
  buildViewMenu();
  QMenu* help = menuBar()->addMenu(QStringLiteral("&Help"));
  help->addAction(QStringLiteral("About Spillway"), this, &MainWindow::about);
  QList<QAction*> commands;
  for (const QAction* menu : menuBar()->actions())
    for (QAction* action : menu->menu()->actions())
      if (!action->isSeparator() && !action->menu()) commands.push_back(action);
  topBar_->setCommands(commands);
}

void MainWindow::buildFileMenu() {
  QMenu* file = menuBar()->addMenu(QStringLiteral("&File"));
  newAction_ = file->addAction(QStringLiteral("New load balancer…"), this, &MainWindow::createLoadBalancer);
  newAction_->setShortcut(QKeySequence::New);
  demoAction_ = file->addAction(QStringLiteral("Run the route guide demo"), this, &MainWindow::runDemo);
  sendAction_ = file->addAction(QStringLiteral("Send the four demo calls"), &demo_, &DemoTraffic::sendOnce);
  sendAction_->setShortcut(QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_Return));
  clientAction_ = file->addAction(QStringLiteral("Pause the demo client"), this,
                                  [this] { demo_.setWanted(!demo_.isWanted()); });
  QAction* again = file->addAction(QStringLiteral("Try to start the listeners again"), this, [this] {
    messages_->hide();
    workspace_.applyAgain();
  });
  again->setShortcut(QKeySequence(Qt::CTRL | Qt::Key_E));
  file->addSeparator();
  QAction* open = file->addAction(QStringLiteral("Open workspace…"), this, &MainWindow::chooseWorkspace);
  open->setShortcut(QKeySequence::Open);
  QAction* copy = file->addAction(QStringLiteral("Save a copy…"), this, &MainWindow::saveCopy);
  copy->setShortcut(QKeySequence::SaveAs);
  file->addSeparator();
  file->addAction(QStringLiteral("Schemas…"), this, &MainWindow::openSchemas);
  file->addSeparator();
  QAction* quit = file->addAction(QStringLiteral("Quit"), this, &QWidget::close);
  quit->setShortcut(QKeySequence(Qt::CTRL | Qt::Key_Q));
  createMenu_->addAction(newAction_);
  createMenu_->addAction(demoAction_);
}

void MainWindow::buildViewMenu() {
  QMenu* view = menuBar()->addMenu(QStringLiteral("&View"));
  const char* group = kRooms.front().group;
  for (const RoomEntry& entry : kRooms) {
    if (QLatin1String(group) != QLatin1String(entry.group)) view->addSeparator();
    group = entry.group;
    QAction* action = view->addAction(titleOf(entry.room), this, [this, &entry] { openRoom(entry.room); });
    const int place = static_cast<int>(entry.room) + 1;
    if (place <= 10)
      action->setShortcut(QKeySequence(Qt::CTRL | static_cast<Qt::Key>(Qt::Key_0 + place % 10)));
  }
  view->addSeparator();
  QAction* command =
      view->addAction(QStringLiteral("Search or run a command"), topBar_, &TopBar::focusCommands);
  command->setShortcuts({QKeySequence(Qt::CTRL | Qt::Key_K), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_P)});
  buildThemeMenu(view);
  buildSizeMenu(view);
}

void MainWindow::buildSizeMenu(QMenu* view) {
  QMenu* sizes = view->addMenu(QStringLiteral("Size"));
  auto* group = new QActionGroup(this);
  for (const auto& [percent, words] : sizeChoices()) {
    QAction* action = sizes->addAction(words, this, [this, percent = percent] {
      chooseSize(percent);
      messages_->say(QStringLiteral("Spillway is shown at %1 % from its next start on.").arg(percent));
    });
    action->setCheckable(true);
    action->setChecked(savedSize() == percent);
    group->addAction(action);
  }
}

void MainWindow::buildThemeMenu(QMenu* view) {
  QMenu* themes = view->addMenu(QStringLiteral("Theme"));
  auto* group = new QActionGroup(this);
  for (const auto& [mode, words] : themeChoices()) {
    QAction* action = themes->addAction(words, this, [mode = mode] { chooseTheme(mode); });
    action->setCheckable(true);
    // The settings may have changed it meanwhile.
    connect(themes, &QMenu::aboutToShow, action,
            [action, mode = mode] { action->setChecked(savedTheme() == mode); });
    group->addAction(action);
  }
}

void MainWindow::openSettings() {
  SettingsDialog(bridge_, this).exec();
}

void MainWindow::about() {
  QMessageBox::about(
      this, QStringLiteral("About Spillway"),
      QStringLiteral(
          "<h3>Spillway %1</h3><p>A load balancer on your desk that behaves like AWS's Application "
          "Load Balancer, and shows what passes through it.</p><p>Free software under the GNU General "
          "Public License, version 3 or later.</p>")
          .arg(QLatin1String(SPILLWAY_VERSION)));
}

}  // namespace spillway::ui

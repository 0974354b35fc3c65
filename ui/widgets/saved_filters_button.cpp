// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/saved_filters_button.h"

#include <QMenu>

#include "engine/history/filter_fields.h"
#include "ui/widgets/filter_name_dialog.h"

namespace spillway::ui {

namespace {

/// The fields that people ask for most; all others are offered while one types.
constexpr const char* kFields[]{"status",   "grpc.status", "path",      "service",    "method",
                                "target",   "client",      "duration",  "bytes.sent", "error_reason",
                                "listener", "rule",        "group",     "time",       "outcome",
                                "ended_by", "authority",   "user_agent"};

/// In a menu & would mark a key.
QString inMenu(QString text) {
  return text.replace(QLatin1Char('&'), QLatin1String("&&"));
}

}  // namespace

SavedFiltersButton::SavedFiltersButton(QWidget* parent)
    : QPushButton(QStringLiteral("Saved filters"), parent) {
  setProperty("hasMenu", true);
  auto* menu = new QMenu(this);
  menu->setToolTipsVisible(true);
  setMenu(menu);
  connect(menu, &QMenu::aboutToShow, this, &SavedFiltersButton::fill);
}

void SavedFiltersButton::fill() {
  menu()->clear();
  addFields();
  menu()->addSeparator();
  const QList<SavedFilter> saved = savedFilters();
  for (const SavedFilter& one : saved) {
    QAction* take = menu()->addAction(inMenu(one.name), this, [this, one] { Q_EMIT chosen(one.filter); });
    take->setToolTip(one.filter);
    take->setCheckable(true);
    take->setChecked(one.filter == present_);
  }
  if (saved.isEmpty()) menu()->addAction(QStringLiteral("No filter is saved yet"))->setEnabled(false);
  menu()->addSeparator();
  QAction* save = menu()->addAction(QStringLiteral("Save this filter…"), this, [this] {
    askForName(QStringLiteral("Save this filter"), {QString(), present_});
  });
  save->setEnabled(!present_.isEmpty());
  addChanges(saved);
}

void SavedFiltersButton::addFields() {
  QMenu* fields = menu()->addMenu(QStringLiteral("Add a condition"));
  fields->setToolTipsVisible(true);
  for (const char* name : kFields) {
    const QString field = QLatin1String(name);
    QAction* begin = fields->addAction(field, this, [this, field] { Q_EMIT fieldChosen(field); });
    const std::string_view words = history::findField(name)->words;
    begin->setToolTip(QString::fromUtf8(words.data(), static_cast<qsizetype>(words.size())));
  }
}

void SavedFiltersButton::addChanges(const QList<SavedFilter>& saved) {
  if (!saved.isEmpty()) {
    QMenu* rename = menu()->addMenu(QStringLiteral("Rename"));
    QMenu* removal = menu()->addMenu(QStringLiteral("Remove"));
    for (const SavedFilter& one : saved) {
      rename->addAction(inMenu(one.name), this,
                        [this, one] { askForName(QStringLiteral("Rename this filter"), one, one.name); });
      removal->addAction(inMenu(one.name), this, [this, one] { remove(one); });
    }
  }
  if (removed_.name.isEmpty() || isSavedFilter(removed_.name)) return;
  menu()->addAction(QStringLiteral("Bring back “%1”").arg(inMenu(removed_.name)), this,
                    [this] { saveFilter(removed_); });
}

void SavedFiltersButton::remove(const SavedFilter& filter) {
  removed_ = filter;
  removeSavedFilter(filter.name);
}

void SavedFiltersButton::askForName(const QString& title, const SavedFilter& filter, const QString& before) {
  auto* dialog = new FilterNameDialog(title, filter, this);
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  connect(dialog, &QDialog::accepted, this, [dialog, filter, before] {
    if (!before.isEmpty()) removeSavedFilter(before);
    saveFilter({dialog->name(), filter.filter});
  });
  dialog->open();
}

}  // namespace spillway::ui

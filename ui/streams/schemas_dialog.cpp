// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/streams/schemas_dialog.h"

#include <QDialogButtonBox>
#include <QFileDialog>
#include <QFileInfo>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QShortcut>
#include <QTreeWidget>
#include <QVBoxLayout>
#include <algorithm>

#include "ui/bridge/schema_store.h"
#include "ui/models/words.h"
#include "ui/theme/theme.h"

namespace spillway::ui {

namespace {

enum Column { Name, Told, Place };

/// "server reflection on 127.0.0.1:50061"
constexpr auto kOn = QLatin1String(" on ");

QString toldBy(const grpc::Schema& schema) {
  std::size_t methods = 0;
  for (const grpc::Service& service : schema.services())
    methods += service.methods.size();
  QString words = QStringLiteral("%1, %2").arg(countOf(schema.services().size(), QStringLiteral("service")),
                                               countOf(methods, QStringLiteral("method")));
  if (!schema.problems().empty())
    words += QStringLiteral(" · ▲ ") + QString::fromStdString(schema.problems().front().text());
  return words;
}

}  // namespace

void chooseSchemas(QWidget* parent, SchemaStore& schemas) {
  auto* dialog = new QFileDialog(parent, QStringLiteral("Add schemas"));
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  dialog->setFileMode(QFileDialog::ExistingFiles);
  dialog->setNameFilters({QStringLiteral("Schemas (%1)").arg(schemaFilePatterns().join(QLatin1Char(' '))),
                          QStringLiteral("All files (*)")});
  QObject::connect(dialog, &QFileDialog::filesSelected, parent,
                   [&schemas](const QStringList& files) { schemas.addFiles(files); });
  dialog->open();
}

SchemasDialog::SchemasDialog(SchemaStore& schemas, QWidget* parent)
    : QDialog(parent), schemas_(schemas), list_(new QTreeWidget(this)), nothing_(new QLabel(this)) {
  setWindowTitle(QStringLiteral("Schemas"));
  auto* words = new QLabel(
      QStringLiteral(
          "Schemas give messages their names. Targets that have server reflection are asked by themselves; "
          ".proto files, folders of them and descriptor sets are added here, or dropped anywhere on the "
          "window. The latest one counts where two know the same call."),
      this);
  words->setWordWrap(true);
  list_->setAccessibleName(QStringLiteral("Schemas"));
  list_->setHeaderLabels(
      {QStringLiteral("Schema"), QStringLiteral("What it tells"), QStringLiteral("Where it is")});
  list_->setRootIsDecorated(false);
  list_->setUniformRowHeights(true);
  list_->setSortingEnabled(true);
  list_->sortByColumn(Name, Qt::AscendingOrder);
  list_->setSelectionMode(QAbstractItemView::ExtendedSelection);
  list_->setStyleSheet(QStringLiteral("QTreeView::item { padding: 3px 4px }"));
  list_->setColumnWidth(Name, 170);
  list_->setColumnWidth(Place, 200);
  list_->header()->setStretchLastSection(false);
  list_->header()->setSectionResizeMode(Told, QHeaderView::Stretch);
  nothing_->setText(QStringLiteral("No schema is known yet: messages are shown by their wire format."));
  nothing_->setAlignment(Qt::AlignCenter);
  nothing_->setProperty("role", "muted");
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(18, 16, 18, 14);
  column->addWidget(words);
  column->addSpacing(6);
  column->addWidget(list_, 1);
  column->addWidget(nothing_, 1);
  column->addSpacing(6);
  column->addWidget(makeButtons());
  connect(list_, &QTreeWidget::itemSelectionChanged, this, &SchemasDialog::showWhatCanGo);
  connect(new QShortcut(QKeySequence::Delete, list_), &QShortcut::activated, this,
          &SchemasDialog::removeChosen);
  connect(&schemas_, &SchemaStore::changed, this, &SchemasDialog::showSchemas);
  showSchemas();
  resize(760, 380);
}

QWidget* SchemasDialog::makeButtons() {
  auto* box = new QDialogButtonBox(QDialogButtonBox::Close, this);
  auto* add = box->addButton(QStringLiteral("Add files…"), QDialogButtonBox::ActionRole);
  auto* folder = box->addButton(QStringLiteral("Add a folder…"), QDialogButtonBox::ActionRole);
  remove_ = box->addButton(QStringLiteral("Remove"), QDialogButtonBox::ActionRole);
  remove_->setToolTip(QStringLiteral("Forgets the chosen files; the files themselves stay (Del)"));
  remove_->setEnabled(false);
  connect(add, &QPushButton::clicked, this, [this] { chooseSchemas(this, schemas_); });
  connect(folder, &QPushButton::clicked, this, &SchemasDialog::addFolder);
  connect(remove_, &QPushButton::clicked, this, &SchemasDialog::removeChosen);
  connect(box, &QDialogButtonBox::rejected, this, &QDialog::reject);
  return box;
}

void SchemasDialog::showSchemas() {
  list_->clear();
  const auto add = [this](const QString& origin, const QString& told, bool isFile) {
    const QString name = isFile ? QFileInfo(origin).fileName() : origin.section(kOn, 1);
    auto* item = new QTreeWidgetItem(list_, {name, told, isFile ? origin : origin.section(kOn, 0, 0)});
    if (isFile) item->setData(Name, Qt::UserRole, origin);
    item->setToolTip(Told, told);
    item->setToolTip(Place, origin);
  };
  const QStringList files = schemas_.files();
  for (const auto& schema : schemas_.schemas().all()) {
    const QString origin = QString::fromStdString(schema->origin());
    add(origin, toldBy(*schema), files.contains(origin));
  }
  for (const QString& file : files) {
    const auto& all = schemas_.schemas().all();
    if (std::ranges::any_of(all, [&](const auto& each) { return each->origin() == file.toStdString(); }))
      continue;
    const QString why = schemas_.problemOf(file.toStdString());
    add(file, why.isEmpty() ? QStringLiteral("being read…") : QStringLiteral("✖ ") + why, true);
  }
  const bool isEmpty = list_->topLevelItemCount() == 0;
  list_->setVisible(!isEmpty);
  nothing_->setVisible(isEmpty);
  showWhatCanGo();
}

/// What targets told goes with them.
void SchemasDialog::showWhatCanGo() {
  const auto chosen = list_->selectedItems();
  remove_->setEnabled(std::ranges::any_of(
      chosen, [](const QTreeWidgetItem* item) { return !item->data(Name, Qt::UserRole).isNull(); }));
}

void SchemasDialog::addFolder() {
  auto* dialog = new QFileDialog(this, QStringLiteral("Add a folder of .proto files"));
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  dialog->setFileMode(QFileDialog::Directory);
  connect(dialog, &QFileDialog::fileSelected, this,
          [this](const QString& folder) { schemas_.addFiles({folder}); });
  dialog->open();
}

void SchemasDialog::removeChosen() {
  QStringList files;
  for (const QTreeWidgetItem* item : list_->selectedItems())
    if (const QVariant file = item->data(Name, Qt::UserRole); !file.isNull()) files << file.toString();
  for (const QString& file : files)
    schemas_.removeFile(file);
}

}  // namespace spillway::ui

// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/export/save_dialog.h"

#include <QFileDialog>
#include <QFileInfo>
#include <QMessageBox>
#include <QSaveFile>

namespace spillway::ui {

void tellNotSaved(QWidget* parent, const QString& file, const QString& reason) {
  auto* box = new QMessageBox(QMessageBox::Warning, QStringLiteral("Not saved"),
                              QStringLiteral("%1 could not be written: %2.").arg(file, reason),
                              QMessageBox::Close, parent);
  box->setTextFormat(Qt::PlainText);
  box->setAttribute(Qt::WA_DeleteOnClose);
  box->open();
}

void askForFile(QWidget* parent, const SaveOffer& offer, std::function<void(const QString&)> chosen) {
  auto* dialog = new QFileDialog(parent, offer.title);
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  dialog->setAcceptMode(QFileDialog::AcceptSave);
  dialog->setNameFilter(offer.fileType);
  dialog->setDefaultSuffix(QFileInfo(offer.fileName).suffix());
  dialog->selectFile(offer.fileName);
  QObject::connect(dialog, &QFileDialog::fileSelected, parent, std::move(chosen));
  dialog->open();
}

void saveWithDialog(QWidget* parent, const SaveOffer& offer, std::function<void(QIODevice&)> write) {
  askForFile(parent, offer, [parent, write = std::move(write)](const QString& name) {
    QSaveFile file(name);
    if (file.open(QIODevice::WriteOnly)) write(file);
    if (!file.isOpen() || !file.commit()) tellNotSaved(parent, name, file.errorString());
  });
}

}  // namespace spillway::ui

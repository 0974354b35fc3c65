// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/lab/lesson_choice.h"

#include <QDialogButtonBox>
#include <QLabel>
#include <QListWidget>
#include <QVBoxLayout>
#include <algorithm>

namespace spillway::ui {

LessonChoice::LessonChoice(const Lessons& lessons, const std::vector<std::string>& chosen, QWidget* parent)
    : QDialog(parent), list_(new QListWidget(this)) {
  setWindowTitle(QStringLiteral("Lessons of this workspace"));
  auto* words = new QLabel(
      QStringLiteral("Whoever opens this workspace's file sees the ticked lessons, and no others."), this);
  words->setWordWrap(true);
  list_->setAccessibleName(QStringLiteral("Lessons"));
  list_->setSpacing(3);
  for (const Lesson& lesson : lessons.lessons) {
    auto* item = new QListWidgetItem(lesson.title, list_);
    const bool isIn = chosen.empty() || std::ranges::find(chosen, lesson.id.toStdString()) != chosen.end();
    item->setCheckState(isIn ? Qt::Checked : Qt::Unchecked);
    item->setData(Qt::UserRole, lesson.id);
  }
  auto* buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel, this);
  connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
  connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
  auto* column = new QVBoxLayout(this);
  column->addWidget(words);
  column->addWidget(list_, 1);
  column->addWidget(buttons);
  resize(380, 560);
}

std::vector<std::string> LessonChoice::chosen() const {
  std::vector<std::string> ids;
  for (int row = 0; row < list_->count(); ++row) {
    if (list_->item(row)->checkState() == Qt::Checked)
      ids.push_back(list_->item(row)->data(Qt::UserRole).toString().toStdString());
  }
  if (static_cast<int>(ids.size()) == list_->count()) ids.clear();
  return ids;
}

}  // namespace spillway::ui

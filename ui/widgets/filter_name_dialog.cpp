// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/filter_name_dialog.h"

#include <QDialogButtonBox>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QVBoxLayout>

#include "ui/theme/theme.h"

namespace spillway::ui {

namespace {

constexpr int kWidth = 360;
constexpr int kLongestName = 60;

}  // namespace

FilterNameDialog::FilterNameDialog(const QString& title, const SavedFilter& filter, QWidget* parent)
    : QDialog(parent),
      before_(filter.name),
      edit_(new QLineEdit(filter.name, this)),
      words_(new QLabel(this)) {
  setWindowTitle(title);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(18, 16, 18, 14);
  auto* text = new QLabel(filter.filter, this);
  text->setTextFormat(Qt::PlainText);
  text->setWordWrap(true);
  text->setFont(Theme::fixedFont());
  text->setProperty("role", "code");
  text->setFixedWidth(kWidth);
  edit_->setPlaceholderText(QStringLiteral("A name: Slow calls"));
  edit_->setAccessibleName(QStringLiteral("Name of the filter"));
  edit_->setMaxLength(kLongestName);
  words_->setProperty("role", "problem");
  words_->setTextFormat(Qt::PlainText);
  words_->setWordWrap(true);
  auto* buttons = new QDialogButtonBox(QDialogButtonBox::Cancel, this);
  QPushButton* save = buttons->addButton(QStringLiteral("Save"), QDialogButtonBox::AcceptRole);
  save->setProperty("role", "primary");
  save->setDefault(true);
  connect(buttons, &QDialogButtonBox::accepted, this, &FilterNameDialog::accept);
  connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
  connect(edit_, &QLineEdit::textChanged, words_, &QLabel::clear);
  for (QWidget* part : std::initializer_list<QWidget*>{text, edit_, words_, buttons})
    column->addWidget(part);
}

QString FilterNameDialog::name() const {
  return edit_->text().trimmed();
}

QString FilterNameDialog::mistake() const {
  if (name().isEmpty()) return QStringLiteral("✖ A saved filter needs a name.");
  if (name() != before_ && isSavedFilter(name()))
    return QStringLiteral("✖ There is a filter “%1” already. Take another name, or remove that one first.")
        .arg(name());
  return {};
}

void FilterNameDialog::accept() {
  words_->setText(mistake());
  if (words_->text().isEmpty()) return QDialog::accept();
  edit_->setFocus();
}

}  // namespace spillway::ui

// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/wizards/number_edit.h"

namespace spillway::ui {

NumberEdit::NumberEdit(const QString& unit, QWidget* parent) : QLineEdit(parent), unit_(unit) {
  connect(this, &QLineEdit::textEdited, this, [this] {
    if (const auto number = value()) shown_ = number;
    Q_EMIT valueEdited();
  });
  connect(this, &QLineEdit::editingFinished, this, [this] {
    if (const auto number = value(); number && !unit_.isEmpty())
      setText(QStringLiteral("%1 %2").arg(*number).arg(unit_));
  });
}

std::optional<std::uint32_t> NumberEdit::value() const {
  QString number = text().trimmed();
  if (!unit_.isEmpty() && number.endsWith(unit_)) number.chop(unit_.size());
  bool isNumber = false;
  const std::uint32_t value = number.trimmed().toUInt(&isNumber);
  return isNumber ? std::optional(value) : std::nullopt;
}

QString NumberEdit::problem() const {
  if (value()) return {};
  const QString typed = text().trimmed();
  return typed.isEmpty() ? QStringLiteral("A number is missing.")
                         : QStringLiteral("“%1” is not a whole number.").arg(typed);
}

void NumberEdit::setValue(std::uint32_t value) {
  if (shown_ == value) return;
  shown_ = value;
  setText(unit_.isEmpty() ? QString::number(value) : QStringLiteral("%1 %2").arg(value).arg(unit_));
}

}  // namespace spillway::ui

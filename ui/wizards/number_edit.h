// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLineEdit>
#include <cstdint>
#include <optional>

namespace spillway::ui {

/// A field for a whole number with its unit ("30 s"). It takes any text, so that a wrong one can be shown as
/// wrong.
class NumberEdit : public QLineEdit {
  Q_OBJECT

 public:
  /// `unit` may be empty.
  explicit NumberEdit(const QString& unit, QWidget* parent = nullptr);

  /// The number as typed, with or without the unit.
  std::optional<std::uint32_t> value() const;
  /// Why there is no value(), as one sentence; "" = there is one.
  QString problem() const;
  /// Shows `value`, unless it is what was shown last: text that is no number stays to be corrected.
  void setValue(std::uint32_t value);

 signals:
  void valueEdited();

 private:
  QString unit_;
  std::optional<std::uint32_t> shown_;
};

}  // namespace spillway::ui

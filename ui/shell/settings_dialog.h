// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>
#include <cstdint>
#include <optional>

#include "engine/history/store.h"
#include "ui/theme/theme.h"

class QCheckBox;
class QComboBox;
class QVBoxLayout;

namespace spillway::ui {

class EngineBridge;
class FactList;
class FormField;
class NumberEdit;

/// What holds for this program whatever workspace is open: the bounds of the history, notifications, the
/// theme. Nothing changes before Save; then all of it at once, in the running engine too.
class SettingsDialog : public QDialog {
  Q_OBJECT

 public:
  explicit SettingsDialog(EngineBridge& bridge, QWidget* parent = nullptr);

 public slots:
  void accept() override;

 private:
  /// A whole number of units, and where it is typed.
  struct Amount {
    NumberEdit* number = nullptr;
    QComboBox* unit = nullptr;  ///< its data: how much one unit is
    FormField* field = nullptr;
    std::uint64_t least = 0, most = 0;
    QString range;  ///< least and most in words
  };
  void addHistory(QVBoxLayout& column);
  void addRest(QVBoxLayout& column);
  void addButtons(QVBoxLayout& column);
  void addAmount(Amount& amount, const char* name, const QString& label, const QString& hint);
  static void showAmount(Amount& amount, std::uint64_t value);
  /// nullopt: what is typed is no number or out of range, as the field then says.
  static std::optional<std::uint64_t> readAmount(const Amount& amount);
  void showValues(const history::Bounds& bounds, bool notifies, ThemeMode theme);
  void judge();
  void showFacts();

  EngineBridge& bridge_;
  Amount size_, age_;
  FactList* facts_;
  QCheckBox* notifies_;
  QComboBox* theme_;
};

}  // namespace spillway::ui

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>
#include <vector>

class QGridLayout;
class QLabel;

namespace spillway::ui {

/// One line of a fact list.
struct Fact {
  QString name, value;
  enum class Style { Plain, Fixed } style = Style::Plain;  ///< Fixed: addresses and ids in the fixed font
  QString tip;
};

/// Names and values under each other, with a line between; values can be selected and copied. Plain text
/// only.
class FactList : public QWidget {
  Q_OBJECT

 public:
  explicit FactList(QWidget* parent = nullptr);
  void showFacts(const std::vector<Fact>& facts);

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  struct Line {
    QLabel *name = nullptr, *value = nullptr;
  };
  Line addLine();

  QGridLayout* grid_;
  std::vector<Line> lines_;
};

}  // namespace spillway::ui

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QRect>
#include <QStringList>
#include <QWidget>
#include <vector>

namespace spillway::ui {

/// Short words in tinted pills, wrapped into as many lines as the width needs. Takes no room while empty.
class PillRow : public QWidget {
  Q_OBJECT

 public:
  PillRow();
  void setPills(const QStringList& pills);
  const QStringList& pills() const { return pills_; }
  QSize sizeHint() const override;
  int heightForWidth(int width) const override;

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  std::vector<QRect> arrange(int width) const;

  QStringList pills_;
};

}  // namespace spillway::ui

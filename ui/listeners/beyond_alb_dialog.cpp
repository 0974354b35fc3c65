// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/listeners/beyond_alb_dialog.h"

#include <QCheckBox>
#include <QDialogButtonBox>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

#include "ui/wizards/beyond_alb.h"
#include "ui/wizards/wizard_style.h"

namespace spillway::ui {

namespace {
constexpr int kTextWidth = 480;
}

BeyondAlbDialog::BeyondAlbDialog(const QString& loadBalancer, const config::BeyondAlb& now, QWidget* parent)
    : QDialog(parent) {
  setWindowTitle(QStringLiteral("Beyond ALB: %1").arg(loadBalancer));
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(18, 16, 18, 14);
  auto* words = new QLabel(
      QStringLiteral("What a desk needs and AWS's load balancer does not do. Each switch that is on makes "
                     "Spillway differ from AWS, and is marked “not on AWS” wherever it shows."),
      this);
  words->setWordWrap(true);
  words->setFixedWidth(kTextWidth);
  column->addWidget(words);
  column->addSpacing(8);
  for (const BeyondAlbSwitch& entry : beyondAlbSwitches()) {
    auto* box = new QCheckBox(QString::fromUtf8(entry.title), this);
    box->setObjectName(QString::fromUtf8(entry.name));
    box->setChecked(now.*entry.flag);
    box->setAccessibleDescription(QString::fromUtf8(entry.words));
    auto* about = new QLabel(QString::fromUtf8(entry.words), this);
    about->setWordWrap(true);
    about->setProperty("role", QByteArray("muted"));
    about->setContentsMargins(24, 0, 0, 6);
    about->setFixedWidth(kTextWidth);
    column->addWidget(box);
    column->addWidget(about);
    boxes_.push_back(box);
  }
  auto* buttons = new QDialogButtonBox(QDialogButtonBox::Cancel, this);
  QPushButton* apply = buttons->addButton(QStringLiteral("Apply"), QDialogButtonBox::AcceptRole);
  setRole(apply, "primary");
  apply->setDefault(true);
  connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
  connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
  column->addWidget(buttons);
}

config::BeyondAlb BeyondAlbDialog::chosen() const {
  config::BeyondAlb all;
  for (std::size_t i = 0; i < boxes_.size(); ++i)
    all.*(beyondAlbSwitches()[i].flag) = boxes_[i]->isChecked();
  return all;
}

}  // namespace spillway::ui

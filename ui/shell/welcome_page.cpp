// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/welcome_page.h"

#include <QIcon>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

#include "ui/theme/theme.h"

namespace spillway::ui {

namespace {

constexpr int kButtonWidth = 460;

/// A button of two lines: what it does, and what then happens.
class BigButton : public QPushButton {
 public:
  BigButton(const QString& icon, const QString& title, const QString& words, QWidget* parent)
      : QPushButton(parent) {
    setProperty("role", QByteArray("big"));
    setAccessibleName(title);
    setAccessibleDescription(words);
    setFixedWidth(kButtonWidth);
    setCursor(Qt::PointingHandCursor);
    auto* picture = new QLabel(this);
    picture->setPixmap(Theme::icon(icon).pixmap(22, 22));
    auto* heading = new QLabel(title, this);
    QFont font = heading->font();
    font.setWeight(QFont::DemiBold);
    font.setPointSizeF(font.pointSizeF() * 1.08);
    heading->setFont(font);
    auto* text = new QLabel(words, this);
    text->setProperty("role", QByteArray("muted"));
    for (QLabel* label : {picture, heading, text})
      label->setAttribute(Qt::WA_TransparentForMouseEvents);
    auto* grid = new QGridLayout(this);
    grid->setContentsMargins(18, 13, 18, 13);
    grid->setHorizontalSpacing(16);
    grid->setVerticalSpacing(2);
    grid->addWidget(picture, 0, 0, 2, 1);
    grid->addWidget(heading, 0, 1);
    grid->addWidget(text, 1, 1);
    grid->setColumnStretch(1, 1);
  }

  QSize sizeHint() const override { return layout()->sizeHint(); }
};

}  // namespace

WelcomePage::WelcomePage(QWidget* parent) : QWidget(parent) {
  auto* picture = new QLabel(this);
  picture->setPixmap(Theme::icon(QStringLiteral("spillway")).pixmap(64, 64));
  auto* name = new QLabel(QStringLiteral("Spillway"), this);
  QFont font = name->font();
  font.setPointSizeF(font.pointSizeF() * 2.2);
  font.setWeight(QFont::DemiBold);
  name->setFont(font);
  auto* words = new QLabel(
      QStringLiteral("A load balancer on your desk that behaves like AWS's Application Load Balancer,\n"
                     "and shows every request, stream and message that passes through it."),
      this);
  words->setAlignment(Qt::AlignCenter);
  words->setProperty("role", QByteArray("muted"));
  auto* demo =
      new BigButton(QStringLiteral("play"), QStringLiteral("Run the route guide demo"),
                    QStringLiteral("Two gRPC servers, an HTTPS listener and a client, at once"), this);
  auto* create = new BigButton(QStringLiteral("plus"), QStringLiteral("Create a load balancer…"),
                               QStringLiteral("Step by step, with your own servers as targets"), this);
  auto* open = new BigButton(QStringLiteral("folder"), QStringLiteral("Open a workspace…"),
                             QStringLiteral("A file named *.spillway.json"), this);
  auto* column = new QVBoxLayout(this);
  column->setSpacing(10);
  column->addStretch(2);
  column->addWidget(picture, 0, Qt::AlignCenter);
  column->addWidget(name, 0, Qt::AlignCenter);
  column->addWidget(words, 0, Qt::AlignCenter);
  column->addSpacing(18);
  for (QPushButton* button : {demo, create, open})
    column->addWidget(button, 0, Qt::AlignCenter);
  column->addStretch(3);
  connect(demo, &QPushButton::clicked, this, &WelcomePage::demoRequested);
  connect(create, &QPushButton::clicked, this, &WelcomePage::createRequested);
  connect(open, &QPushButton::clicked, this, &WelcomePage::openRequested);
}

}  // namespace spillway::ui

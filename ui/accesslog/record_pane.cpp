// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/accesslog/record_pane.h"

#include <QClipboard>
#include <QGridLayout>
#include <QGuiApplication>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QStackedWidget>
#include <QVBoxLayout>

#include "engine/history/filter_text.h"
#include "engine/observe/access_log_format.h"
#include "engine/observe/decision.h"
#include "ui/accesslog/access_log_model.h"
#include "ui/accesslog/time_bar.h"
#include "ui/models/words.h"
#include "ui/theme/theme.h"
#include "ui/widgets/fact_list.h"

namespace spillway::ui {

using observe::StreamRecord;

namespace {

QLabel* makeLabel(QWidget* parent) {
  auto* label = new QLabel(parent);
  label->setTextFormat(Qt::PlainText);
  label->setWordWrap(true);
  label->setTextInteractionFlags(Qt::TextSelectableByMouse);
  return label;
}

void embolden(QLabel* label) {
  QFont bold = label->font();
  bold.setWeight(QFont::DemiBold);
  label->setFont(bold);
}

void setColor(QLabel* label, const QColor& color) {
  QPalette palette = label->palette();
  palette.setColor(QPalette::WindowText, color);
  label->setPalette(palette);
}

QString titleOf(const StreamRecord& record) {
  const observe::StreamHead& head = *record.head;
  if (!head.isGrpc)
    return QString::fromStdString(head.method + ' ' + head.path) +
           QStringLiteral(" · %1").arg(record.elbStatus);
  const QString status =
      record.grpcStatus ? grpcStatusText(record.grpcStatus) : QStringLiteral("no gRPC status");
  return splitGrpcPath(head.path).second + QStringLiteral(" · ") + status;
}

QString causeOf(const StreamRecord& record) {
  const QString cause = causeText(record);
  if (record.fromBalancer && observe::isGood(record.outcome))
    return QStringLiteral("Answered by the balancer: %1.")
        .arg(QLatin1String(observe::toString(record.outcome)));
  if (record.fromBalancer) {
    QString lower = cause;
    lower[0] = lower[0].toLower();
    return QStringLiteral("✖ Answered by the balancer: ") + lower;
  }
  if (!observe::isGood(record.outcome)) return QStringLiteral("✖ ") + cause;
  return record.grpcMessage.empty() ? QString() : QString::fromStdString(record.grpcMessage);
}

QString routeOf(const StreamRecord& record) {
  if (record.rulePriority == "-") return QStringLiteral("No rule was reached");
  const QString rule = record.rulePriority == "0"
                           ? QStringLiteral("Default rule")
                           : QStringLiteral("Rule %1").arg(QString::fromStdString(record.rulePriority));
  QString words = QStringLiteral("%1 of %2").arg(rule, QString::fromStdString(record.head->listener));
  if (!record.head->targetGroup.empty()) {
    words += QStringLiteral(" → ") + QString::fromStdString(record.head->targetGroup);
  }
  if (record.failOpen) words += QStringLiteral(" · fail-open: no target was healthy");
  return words;
}

QString linesOf(const observe::Decision& decision) {
  QStringList lines;
  for (const std::string& line : observe::inWords(decision))
    lines += QString::fromStdString(line);
  return lines.join(QLatin1Char('\n'));
}

/// Whether the rule that it ends with is the record's.
bool isOfRule(const observe::Decision& decision, const StreamRecord& record) {
  return !decision.rules.empty() && std::to_string(decision.rules.back().priority) == record.rulePriority;
}

QString endedByOf(const StreamRecord& record) {
  const QString who = QString::fromLatin1(observe::toString(record.endedBy));
  return record.endedBecause.empty()
             ? who
             : QStringLiteral("%1 · %2").arg(who, QString::fromStdString(record.endedBecause));
}

std::vector<Fact> factsOf(const StreamRecord& record) {
  using Style = Fact::Style;
  std::vector<Fact> facts{
      {QStringLiteral("Client"), orDash(record.head->client), Style::Fixed},
      {QStringLiteral("Target"), orDash(record.target), Style::Fixed},
      {QStringLiteral("Path"), orDash(record.head->path)},
      {QStringLiteral("Host"), orDash(record.head->authority)},
      {QStringLiteral("HTTP"),
       QStringLiteral("%1 sent · %2 from the target")
           .arg(httpStatusText(record.elbStatus), httpStatusText(record.targetStatus)),
       Style::Plain, QStringLiteral("elb_status_code, target_status_code")},
      {QStringLiteral("TLS"), tlsText(record)},
      {QStringLiteral("Trace"), orDash(record.traceId), Style::Fixed, QStringLiteral("X-Amzn-Trace-Id")},
      {QStringLiteral("Received"), bytesText(record.receivedBytes), Style::Plain,
       QStringLiteral("received_bytes")},
      {QStringLiteral("Sent"), bytesText(record.sentBytes), Style::Plain, QStringLiteral("sent_bytes")},
      {QStringLiteral("User agent"), orDash(record.head->userAgent)},
  };
  for (const auto& [name, value] : record.head->keptFields) {
    facts.push_back({QString::fromStdString(name), QString::fromStdString(value), Style::Fixed,
                     QStringLiteral("header[\"%1\"]").arg(QString::fromStdString(name))});
  }
  if (record.endedBy != observe::EndedBy::Nobody) {
    facts.push_back({QStringLiteral("Ended by"), endedByOf(record)});
  }
  if (record.attempts > 1) {
    facts.push_back({QStringLiteral("Tried"), countOf(record.attempts, QStringLiteral("target"))});
  }
  return facts;
}

}  // namespace

RecordPane::RecordPane(QWidget* parent)
    : QWidget(parent),
      stack_(new QStackedWidget(this)),
      title_(makeLabel(this)),
      cause_(makeLabel(this)),
      route_(makeLabel(this)),
      whyTitle_(makeLabel(this)),
      why_(makeLabel(this)),
      facts_(new FactList(this)),
      times_(new TimeBar(this)) {
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->addWidget(stack_);
  auto* nothing = new QLabel(QStringLiteral("Select an entry to see what happened and why."), this);
  nothing->setAlignment(Qt::AlignCenter);
  nothing->setWordWrap(true);
  nothing->setMargin(16);
  nothing->setProperty("role", "muted");
  stack_->addWidget(nothing);
  stack_->addWidget(makeDetail());
  setMinimumWidth(260);
}

QWidget* RecordPane::makeDetail() {
  auto* scroll = new QScrollArea(this);
  scroll->setWidgetResizable(true);
  scroll->setFrameShape(QFrame::NoFrame);
  scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  auto* inside = new QWidget(scroll);
  auto* column = new QVBoxLayout(inside);
  column->setContentsMargins(14, 12, 14, 12);
  column->setSpacing(9);
  embolden(title_);
  auto* time = new QLabel(QStringLiteral("Time"), inside);
  embolden(time);
  column->addWidget(title_);
  column->addWidget(cause_);
  column->addWidget(route_);
  column->addWidget(facts_);
  column->addSpacing(8);
  column->addWidget(time);
  column->addWidget(times_);
  column->addSpacing(8);
  embolden(whyTitle_);
  whyTitle_->setText(QStringLiteral("Why this target"));
  whyTitle_->setToolTip(
      QStringLiteral("The rules in their order, and the targets that could be chosen. Up to 200 requests a "
                     "second are traced and kept in the history."));
  column->addWidget(whyTitle_);
  column->addWidget(why_);
  column->addSpacing(6);
  column->addWidget(makeButtons());
  column->addStretch();
  scroll->setWidget(inside);
  inside->setAutoFillBackground(false);
  return scroll;
}

QWidget* RecordPane::makeButtons() {
  auto* box = new QWidget(this);
  auto* grid = new QGridLayout(box);
  grid->setContentsMargins(0, 0, 0, 0);
  grid->setSpacing(8);
  grid->setColumnStretch(2, 1);
  auto* stream = new QPushButton(QStringLiteral("Show stream"), box);
  auto* copy = new QPushButton(QStringLiteral("Copy ALB line"), box);
  auto* like = new QPushButton(QStringLiteral("Filter like this"), box);
  copy->setToolTip(QStringLiteral("The entry as an ALB writes it to its access log"));
  grid->addWidget(stream, 0, 0);
  grid->addWidget(copy, 0, 1);
  grid->addWidget(like, 1, 0);
  connect(stream, &QPushButton::clicked, this, &RecordPane::showStreamRequested);
  connect(copy, &QPushButton::clicked, this, &RecordPane::copyLine);
  connect(like, &QPushButton::clicked, this, [this] { Q_EMIT filterRequested(filterLike(*record_)); });
  return box;
}

/// Empty: no rule was reached.
QString RecordPane::whyOf(const StreamRecord& record) const {
  if (record.decision) return linesOf(*record.decision);
  if (record.rulePriority.starts_with('-') || !explain_) return {};
  auto now = explain_(record);
  const QString untraced = QStringLiteral("No trace was kept of this request. ");
  if (!now) return untraced + QString::fromStdString(now.error().detail);
  now->choices.clear();
  if (!isOfRule(*now, record))
    return untraced + QStringLiteral("The rules were others then, or looked at headers that are not kept.");
  return untraced + QStringLiteral("By the rules as they are now:\n") + linesOf(*now);
}

void RecordPane::copyLine() {
  QGuiApplication::clipboard()->setText(QString::fromStdString(observe::formatAccessLogLine(*record_)));
}

void RecordPane::showRecord(std::shared_ptr<const StreamRecord> record) {
  record_ = std::move(record);
  stack_->setCurrentIndex(record_ ? 1 : 0);
  if (!record_) return;
  title_->setText(titleOf(*record_));
  const QString cause = causeOf(*record_);
  cause_->setText(cause);
  cause_->setVisible(!cause.isEmpty());
  const bool isAsWanted = record_->fromBalancer && observe::isGood(record_->outcome);
  setColor(cause_, isAsWanted ? Theme::colors().text : Theme::colors().bad);
  route_->setText(routeOf(*record_));
  setColor(route_, Theme::colors().mutedText);
  facts_->showFacts(factsOf(*record_));
  times_->showRecord(*record_);
  why_->setText(whyOf(*record_));
  for (QLabel* label : {whyTitle_, why_})
    label->setVisible(!why_->text().isEmpty());
}

void RecordPane::changeEvent(QEvent* event) {
  QWidget::changeEvent(event);
  if (event->type() == QEvent::PaletteChange && record_) showRecord(record_);
}

QString filterLike(const StreamRecord& record) {
  const auto clause = [&](const char* field) {
    return history::clauseOf(*history::findField(field), record);
  };
  return QString::fromStdString(
      history::bothOf(clause("path"), clause(record.grpcStatus ? "grpc.status" : "status")));
}

}  // namespace spillway::ui

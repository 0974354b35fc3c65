// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/lab/own_service.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QSpinBox>
#include <QVBoxLayout>
#include <algorithm>

#include "ui/bridge/schema_store.h"
#include "ui/calls/message_editor.h"
#include "ui/models/grpc_methods.h"

namespace spillway::ui {

namespace {

constexpr int kMostTimes = 1'000, kUsualTimes = 3;

QString toQt(const std::string& text) {
  return QString::fromStdString(text);
}

/// "Point" of "routeguide.Point"
QString shortName(const std::string& name) {
  return toQt(name).section(QLatin1Char('.'), -1);
}

QString shapeOf(const grpc::Method& method) {
  const bool streamsBack =
      method.kind == grpc::CallKind::ServerStreaming || method.kind == grpc::CallKind::Bidirectional;
  const auto word = [](bool isStream) { return isStream ? QStringLiteral("stream ") : QString(); };
  return QStringLiteral("%1%2 → %3%4")
      .arg(word(sendsMany(method)), shortName(method.request.name()), word(streamsBack),
           shortName(method.response.name()));
}

}  // namespace

OwnService::OwnService(EngineBridge& bridge, Workspace& workspace, SchemaStore& schemas, QWidget* parent)
    : QWidget(parent),
      bridge_(bridge),
      workspace_(workspace),
      schemas_(schemas),
      place_(new QComboBox(this)),
      times_(new QSpinBox(this)),
      message_(new MessageEditor(schemas, this)) {
  place_->setAccessibleName(QStringLiteral("Where to"));
  place_->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
  times_->setRange(1, kMostTimes);
  times_->setValue(kUsualTimes);
  times_->setSuffix(QStringLiteral(" times"));
  times_->setAccessibleName(QStringLiteral("How often the message is sent"));
  auto* to = new QLabel(QStringLiteral("&To"), this);
  to->setBuddy(place_);
  to->setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Preferred);
  auto* line = new QHBoxLayout;
  line->addWidget(to);
  line->addWidget(place_, 1);
  line->addWidget(times_);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(12, 0, 12, 0);
  column->addLayout(line);
  column->addWidget(message_);
  message_->setFixedHeight(190);
  connect(message_, &MessageEditor::checked, this, &OwnService::checked);
  connect(&bridge_, &EngineBridge::targetsChanged, this, &OwnService::fillPlaces);
  connect(&bridge_, &EngineBridge::applied, this, &OwnService::fillPlaces);
}

void OwnService::showEvent(QShowEvent* event) {
  QWidget::showEvent(event);
  fillPlaces();
}

/// The chosen place stays while it is there.
void OwnService::fillPlaces() {
  if (!isVisible()) return;
  auto places = callPlaces(bridge_, workspace_);
  const auto isSame = [](const CallPlace& a, const CallPlace& b) {
    return a.address == b.address && a.title == b.title;
  };
  if (std::ranges::equal(places, found_, isSame)) return;
  const QString before = place_->currentText();
  found_ = std::move(places);
  place_->clear();
  for (const CallPlace& place : found_)
    place_->addItem(place.title + QStringLiteral("  ·  ") + place.address);
  place_->setCurrentIndex(std::max(0, place_->findText(before)));
}

void OwnService::fillMenu(QMenu& menu) {
  menu.clear();
  struct Kind {
    grpc::CallKind kind;
    QString title;
  };
  const std::vector<grpc::Method> methods = methodsOf(schemas_.schemas());
  for (const Kind& kind : {Kind{grpc::CallKind::Unary, QStringLiteral("&Unary")},
                           Kind{grpc::CallKind::ServerStreaming, QStringLiteral("&Server streaming")},
                           Kind{grpc::CallKind::ClientStreaming, QStringLiteral("&Client streaming")},
                           Kind{grpc::CallKind::Bidirectional, QStringLiteral("&Bidirectional")}}) {
    QMenu* some = menu.addMenu(kind.title);
    for (const grpc::Method& method : methods) {
      if (method.kind == kind.kind)
        some->addAction(toQt(method.path).mid(1), this, [this, path = toQt(method.path)] { choose(path); });
    }
    some->setEnabled(!some->isEmpty());
  }
  if (methods.empty()) {
    menu.addAction(
            QStringLiteral("No schema yet: healthy gRPC targets are asked, .proto files can be dropped"))
        ->setEnabled(false);
  }
}

void OwnService::choose(const QString& path) {
  const auto found = schemas_.schemas().method(path.toStdString());
  if (!found) return;
  method_ = found->method;
  times_->setVisible(sendsMany(*method_));
  message_->setMethod(method_);
  Q_EMIT methodChosen();
}

Lesson OwnService::lesson(const Lesson& frame) const {
  Lesson lesson = frame;
  if (!method_) return lesson;
  const QString service = toQt(method_->path).section(QLatin1Char('/'), 1, 1).section(QLatin1Char('.'), -1);
  const auto fill = [&](QString& text) {
    text.replace(QLatin1String("{method}"), service + QLatin1Char('.') + toQt(method_->name));
    text.replace(QLatin1String("{kind}"), kindText(method_->kind));
    text.replace(QLatin1String("{line}"), toQt(method_->line));
    text.replace(QLatin1String("{shape}"), shapeOf(*method_));
  };
  lesson.method = toQt(method_->path);
  lesson.send = QStringList(sendsMany(*method_) ? times_->value() : 1, message_->json());
  for (QString* text : {&lesson.title, &lesson.shape, &lesson.idea, &lesson.explanation})
    fill(*text);
  return lesson;
}

std::optional<CallPlace> OwnService::place() const {
  const int at = place_->currentIndex();
  if (at < 0 || at >= static_cast<int>(found_.size())) return std::nullopt;
  return found_[static_cast<std::size_t>(at)];
}

bool OwnService::hasMistake() const {
  return message_->hasMistake();
}

}  // namespace spillway::ui

// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/bridge/workspace.h"

#include <QDir>
#include <QFileInfo>
#include <QSettings>
#include <QUndoCommand>
#include <algorithm>

#include "engine/config/document_json.h"
#include "engine/config/validate.h"
#include "ui/bridge/document_edits.h"

namespace spillway::ui {

namespace {

constexpr auto kLastFileKey = "workspace/file";
constexpr std::uint32_t kDemoPort = 50051;
constexpr std::uint32_t kDemoTasks = 2;

}  // namespace

/// One edit: the whole document before and after.
class EditCommand : public QUndoCommand {
 public:
  EditCommand(Workspace& workspace, const QString& words, config::Document after)
      : QUndoCommand(words), workspace_(workspace), before_(workspace.document()), after_(std::move(after)) {}

  void redo() override { workspace_.set(after_); }
  void undo() override { workspace_.set(before_); }
  const config::Document& before() const { return before_; }
  const config::Document& after() const { return after_; }

 private:
  Workspace& workspace_;
  config::Document before_, after_;
};

Workspace::Workspace(EngineBridge& bridge, QObject* parent) : QObject(parent), bridge_(bridge) {
  background_.setMaxThreadCount(1);
  connect(&bridge_, &EngineBridge::applied, this, &Workspace::onApplied);
}

Workspace::~Workspace() {
  background_.waitForDone();
}

bool Workspace::open(const QString& file) {
  const QString path = QFileInfo(file).absoluteFilePath();
  config::Document document;
  if (QFileInfo::exists(path)) {
    auto loaded = config::loadDocument(path.toStdString());
    if (!loaded) {
      Q_EMIT problem(
          QStringLiteral("%1 was not opened. %2").arg(path, problemWords(loaded.error(), FieldPath::Named)));
      return false;
    }
    document = std::move(*loaded);
  } else {
    QDir().mkpath(QFileInfo(path).absolutePath());
    if (const auto saved = config::saveDocument(document, path.toStdString()); !saved) {
      Q_EMIT problem(QString::fromStdString(saved.error().detail));
      return false;
    }
  }
  const auto servicesBefore = std::exchange(document_, std::move(document)).localServices;
  file_ = path;
  live_.reset();
  undoStack_.clear();
  QSettings().setValue(kLastFileKey, path);
  configureServices(servicesBefore);
  applyAgain();
  Q_EMIT fileChanged(file_);
  Q_EMIT documentChanged(document_);
  return true;
}

std::vector<config::Issue> Workspace::edit(const QString& words, const config::Document& document) {
  std::vector<config::Issue> issues = config::validate(document);
  if (config::hasErrors(issues)) return issues;
  if (document == document_) return {};
  undoStack_.push(new EditCommand(*this, words, document));
  Q_EMIT changed(words);
  return {};
}

void Workspace::addRouteGuideDemo() {
  const std::uint32_t port = service::firstFreePort(kDemoPort);
  auto demo = service::routeGuideDemo(port, kDemoTasks);
  if (!demo) {
    Q_EMIT problem(QString::fromStdString(demo.error().detail));
    return;
  }
  config::Document document = document_;
  mergeInto(document, std::move(*demo));
  const auto issues = edit(QStringLiteral("Add the route guide demo"), document);
  if (config::hasErrors(issues)) {
    Q_EMIT problem(problemWords(issues));
  } else if (port != kDemoPort) {
    Q_EMIT changed(QStringLiteral("Port %1 is in use, so the demo listens on %2").arg(kDemoPort).arg(port));
  }
}

QString Workspace::startFile() const {
  const QString last = QSettings().value(kLastFileKey).toString();
  if (!last.isEmpty() && QFileInfo::exists(last)) return last;
  return bridge_.dataDirectory() + QStringLiteral("/default.spillway.json");
}

void Workspace::set(const config::Document& document) {
  const auto servicesBefore = std::exchange(document_, document).localServices;
  configureServices(servicesBefore);
  applyAgain();
  save();
  Q_EMIT documentChanged(document_);
}

void Workspace::save() {
  background_.start([this, document = document_, file = file_.toStdString()] {
    const auto saved = config::saveDocument(document, file);
    if (saved) return;
    const QString words = QString::fromStdString(saved.error().detail);
    QMetaObject::invokeMethod(this, [this, words] { Q_EMIT problem(words); });
  });
}

/// New tasks start at once; what a person stopped stays stopped.
void Workspace::configureServices(const std::vector<config::LocalService>& before) {
  services_.configure(document_.localServices);
  for (const auto& service : document_.localServices) {
    const auto known = std::ranges::find(before, service.name, &config::LocalService::name);
    for (const std::uint32_t port : service.ports) {
      if (known != before.end() && std::ranges::find(known->ports, port) != known->ports.end()) continue;
      background_.start([this, name = service.name, port] { (void)services_.start(name, port); });
    }
  }
}

void Workspace::applyAgain() {
  (applying_ ? waiting_ : applying_) = document_;
  bridge_.apply(document_);
}

void Workspace::onApplied(const ApplyReport& report) {
  if (!applying_) return;
  const bool isNewest = !waiting_;
  if (report.applied) live_ = applying_;
  applying_ = std::exchange(waiting_, std::nullopt);
  if (!isNewest) return;
  if (!report.applied) {
    if (const QString words = problemWords(report.issues); !words.isEmpty()) Q_EMIT problem(words);
    goBackToLive();
  }
  Q_EMIT settled(report);
}

/// An edit that the engine could not take (a port in use, a key it cannot read) is taken back, so that what
/// is shown and saved is what runs.
void Workspace::goBackToLive() {
  if (!live_ || *live_ == document_) return;
  for (int i = undoStack_.count() - 1; i >= 0; --i) {
    const auto* command = static_cast<const EditCommand*>(undoStack_.command(i));
    if (command->before() == *live_) return undoStack_.setIndex(i);
    if (command->after() == *live_) return undoStack_.setIndex(i + 1);
  }
}

}  // namespace spillway::ui

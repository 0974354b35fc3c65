// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>
#include <optional>
#include <unordered_set>
#include <vector>

#include "engine/grpc/schema.h"
#include "ui/bridge/engine_bridge.h"
#include "ui/calls/call_runner.h"
#include "ui/lab/lesson.h"
#include "ui/models/stream_store.h"

class QComboBox;
class QLabel;
class QMenu;
class QPushButton;
class QStackedWidget;

namespace spillway::ui {

class Arrangement;
class CallPlayer;
class CallSeries;
class DemoTraffic;
struct CallPlace;
class LessonCard;
class LessonPane;
class OwnService;
class PageHeader;
class SchemaStore;
class SequenceView;
class StreamCapture;
class Workspace;

/// The teaching room: the four kinds of call, made for real through the balancer, and what happened to each.
class LabPage : public QWidget {
  Q_OBJECT

 public:
  LabPage(EngineBridge& bridge, Workspace& workspace, SchemaStore& schemas, DemoTraffic& demo,
          QWidget* parent = nullptr);

  CallPlayer& player();
  CallSeries& calls() { return *calls_; }
  /// What is changed at the target group for the experiment's calls.
  const Arrangement& arrangement() const { return *arrangement_; }
  SequenceView& sequence() { return *sequence_; }
  LessonPane& pane() { return *pane_; }
  /// The stream of the latest call, as the balancer saw it; nullptr: none yet.
  const StreamEntry* stream() const;
  /// The four kinds of call, then the experiments.
  void chooseLesson(int index);
  /// The lab pointed at a person's own service, once a method of it is chosen there.
  OwnService& own() { return *own_; }
  /// Of the workspace, which may show some of them only.
  bool isOffered(const Lesson& lesson) const;
  const Lessons& lessons() const { return lessons_; }

 signals:
  void demoRequested();

 protected:
  void showEvent(QShowEvent* event) override;
  void hideEvent(QHideEvent* event) override;

 private:
  QWidget* makeCards();
  QWidget* makeStage();
  QWidget* makeButtons();
  void makeHeader();
  void makeExperiments();
  void fillExperiments();
  void chooseOwn();
  void chooseLessons();
  void showLessons();
  void startOver();
  QComboBox* makeTargets();
  void chooseTargets();
  void showTargets();
  bool isOwn() const { return chosen_ < 0; }
  void connectAll();
  void takeEvents(const std::vector<observe::Event>& events);
  void run();
  void step();
  void begin(void (CallSeries::*how)());
  bool prepare();
  std::optional<CallPlace> place();
  bool isListener(const QString& address) const;
  CallRunner::Plan makePlan(const grpc::ChannelTarget& target, const grpc::Method& method, int call) const;
  QString filledIn(QString metadata, int call) const;
  std::vector<const TargetStatus*> targets() const;
  void onCallChanged();
  void arrange();
  void showStory();
  void showState();
  void showStream();
  void say(const QString& words);
  std::optional<QString> whyNot() const;
  const Lesson& lesson() const {
    return isOwn() ? ownLesson_ : lessons_.lessons[static_cast<std::size_t>(chosen_)];
  }

  EngineBridge& bridge_;
  Workspace& workspace_;
  SchemaStore& schemas_;
  DemoTraffic& demo_;
  Lessons lessons_;
  int chosen_ = 0;    ///< -1: a person's own service
  Lesson ownLesson_;  ///< as it was filled in when it was chosen or run
  CallSeries* calls_;
  Arrangement* arrangement_;
  void (CallSeries::*begin_)() = nullptr;  ///< how calls begin once it is made
  StreamCapture* capture_;                 ///< the frames of the latest call's stream
  StreamStore* streams_;                   ///< of the lab's own calls
  std::unordered_set<StreamId> ours_;      ///< those that are open
  std::optional<StreamId> shown_;          ///< of the latest call
  int awaited_ = 0;                        ///< calls that began whose streams were not seen yet
  std::string group_;                      ///< the target group that the calls go to
  std::vector<StreamId> made_;             ///< since the person began
  std::optional<grpc::CallKind> kind_;     ///< of the latest call
  PageHeader* header_;
  QMenu *experiments_, *services_;
  OwnService* own_;
  std::vector<LessonCard*> cards_;
  QStackedWidget* stack_;  ///< the lesson, or what is missing for it
  SequenceView* sequence_;
  LessonPane* pane_;
  QComboBox *pace_, *deadline_;
  QComboBox* targets_;  ///< how many there are, where a local service has them
  QPushButton *run_, *pause_, *step_, *cancel_;
  QLabel *line_, *hint_, *problem_;
};

}  // namespace spillway::ui

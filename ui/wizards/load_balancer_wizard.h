// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPushButton>
#include <QStackedWidget>
#include <QTimer>
#include <QWidget>
#include <vector>

#include "engine/config/model.h"
#include "ui/wizards/load_balancer_draft.h"
#include "ui/wizards/notice_bar.h"
#include "ui/wizards/review_page.h"
#include "ui/wizards/step_list.h"
#include "ui/wizards/target_probes.h"
#include "ui/wizards/try_it_panel.h"
#include "ui/wizards/wizard_page.h"

namespace spillway::ui {

/// The page on which a load balancer is made: steps, form, and what it will be. It changes nothing itself:
/// the finished document goes out with created(), and what the engine has against it comes back by
/// setProblems().
class LoadBalancerWizard : public QWidget {
  Q_OBJECT

 public:
  /// `document` is what the balancer is added to; `dataDirectory` is where the local CA lives.
  LoadBalancerWizard(const config::Document& document, const QString& dataDirectory,
                     QWidget* parent = nullptr);
  ~LoadBalancerWizard() override;

  /// Errors that applying the created document met, each shown at its field, or in a bar where no field fits.
  /// Paths are those of the created document.
  void setProblems(const std::vector<config::Issue>& problems);

 signals:
  /// `document` is the whole workspace with the new balancer `name` in it.
  void created(const spillway::config::Document& document, const QString& name);
  void cancelled();

 protected:
  void keyPressEvent(QKeyEvent* event) override;
  void changeEvent(QEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;

 private:
  QWidget* makeCard(const QString& dataDirectory);
  void addPages(const QString& dataDirectory);
  void addPage(WizardPage* page, const QString& step);
  QLayout* makeButtons();
  void addDiscardBar();
  void pageEdited(const WizardPage* page);
  void validateNow();
  void showUnplaced(const std::vector<config::Issue>& issues);
  /// The page whose field an issue belongs to; -1 = none.
  int pageOf(const config::Issue& issue) const;
  void goTo(int index);
  /// Checks the targets that have no answer yet, once the health check makes sense.
  void checkTargets();
  void next();
  void create();
  /// Opens the first page with an error, at its field. False: there is none.
  bool goToFirstError();
  void cancel();
  /// Takes the theme's colours of now.
  void restyle();
  void setCreating(bool isCreating);
  WizardPage* page(int index) const { return pages_[static_cast<std::size_t>(index)]; }
  int current() const { return stack_->currentIndex(); }
  int lastPage() const { return static_cast<int>(pages_.size()) - 1; }

  const config::Document document_;
  LoadBalancerDraft draft_;
  const LoadBalancerDraft untouched_;
  std::vector<config::Issue> applyProblems_;
  bool hasUnplacedError_ = false;
  TargetProbes probes_;
  QTimer pause_;
  std::vector<WizardPage*> pages_;
  QStringList steps_;
  ReviewPage* review_ = nullptr;
  StepList* stepList_;
  QStackedWidget* stack_;
  TryItPanel* panel_;
  NoticeBar* problems_;
  NoticeBar* discard_;
  QPushButton *back_, *next_, *create_, *cancel_;
};

}  // namespace spillway::ui

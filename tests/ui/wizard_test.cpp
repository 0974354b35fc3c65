// SPDX-License-Identifier: GPL-3.0-or-later
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>
#include <QAbstractButton>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QTableWidget>
#include <QTest>
#include <memory>

#include "engine/config/validate.h"
#include "ui/theme/theme.h"
#include "ui/wizards/load_balancer_wizard.h"
#include "ui/wizards/target_text.h"

using spillway::config::Document;
using spillway::config::Issue;
using spillway::config::Protocol;
using spillway::config::ProtocolVersion;
using spillway::ui::LoadBalancerWizard;
using spillway::ui::parseTargets;

namespace {

/// A port of this machine that refuses connections, or takes them and never says a word.
class LocalPort {
 public:
  enum class State { Refusing, Silent };

  explicit LocalPort(State state) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    address_.sin_family = AF_INET;
    address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address_;
    auto* general = reinterpret_cast<sockaddr*>(&address_);
    if (::bind(socket_, general, size) != 0 || ::getsockname(socket_, general, &size) != 0)
      qFatal("no free port");
    if (state == State::Silent && ::listen(socket_, 4) != 0) qFatal("cannot listen");
  }
  ~LocalPort() { ::close(socket_); }
  LocalPort(const LocalPort&) = delete;
  LocalPort& operator=(const LocalPort&) = delete;
  int number() const { return ntohs(address_.sin_port); }

 private:
  int socket_;
  sockaddr_in address_{};
};

}  // namespace

/// The wizard as a person meets it: typing, pressing, reading.
class WizardTest : public QObject {
  Q_OBJECT

 private slots:
  void init() { open({}); }
  void cleanup() { wizard_.reset(); }

  void onlyTargetsTypedMakesAWorkingGrpcBalancer();
  void aSecondBalancerTakesFreeNamesAndPort();
  void wrongValuesAreSaidBesideTheirField_data();
  void wrongValuesAreSaidBesideTheirField();
  void timeoutNotShorterThanIntervalIsSaidAtBoth();
  void duplicateNameIsRefused();
  void clearTextGrpcOffersTwoWaysOut();
  void nextJumpsToTheFirstError();
  void createOpensThePageWithTheError();
  void backKeepsWhatWasTyped();
  void newProtocolVersionRewritesTheHealthCheckUndoably();
  void grpcHealthAndDeskSpeedFillTheirFields();
  void duplicatesAndLoopsAreNotTaken();
  void removedTargetIsGone();
  void deadTargetIsToldBeforeAnythingIsCreated();
  void checksCanBeCancelled();
  void missingPemFileIsSaid();
  void reviewListsEverything();
  void problemsOfApplyAppearAtTheirFields();
  void escapeAsksOnlyWhenSomethingWasTyped();
  void arrowKeysWalkTheSteps();
  void tabVisitsTheFieldsThenTheButtons();
  void themeCanChangeWhileItIsOpen();
  void targetTextIsRead_data();
  void targetTextIsRead();

 private:
  void open(const Document& document);
  template <class Widget>
  Widget* find(const char* name) const {
    auto* widget = wizard_->findChild<Widget*>(name);
    if (!widget) qFatal("there is no %s", name);
    return widget;
  }
  void press(const char* name) const { find<QAbstractButton>(name)->click(); }
  void type(const char* name, const QString& text) const;
  void choose(const char* name, int index) const { find<QComboBox>(name)->setCurrentIndex(index); }
  QString text(const char* name) const { return find<QLineEdit>(name)->text(); }
  /// The words beside a field; waits out the pause after a keystroke.
  QString message(const char* field) const;
  QString messageNow(const char* field) const {
    return find<QLabel>((QByteArray(field) + ".message").constData())->text();
  }
  bool isOpen(const char* field) const { return find<QWidget>(field)->isVisible(); }
  /// Presses Create; the document that goes out, or nothing when none does.
  std::optional<Document> create() const;

  std::unique_ptr<LoadBalancerWizard> wizard_;
};

void WizardTest::open(const Document& document) {
  wizard_ = std::make_unique<LoadBalancerWizard>(document, QStringLiteral("/home/somebody/spillway"));
  wizard_->resize(1172, 786);
  wizard_->show();
  QVERIFY(QTest::qWaitForWindowActive(wizard_.get()));
}

void WizardTest::type(const char* name, const QString& text) const {
  auto* edit = find<QLineEdit>(name);
  edit->setFocus();
  edit->selectAll();
  QTest::keyClick(edit, Qt::Key_Delete);
  QTest::keyClicks(edit, text);
}

QString WizardTest::message(const char* field) const {
  const bool isSaid = QTest::qWaitFor([&] { return messageNow(field).startsWith("✖"); }, 2000);
  return isSaid ? messageNow(field) : QStringLiteral("nothing wrong was said");
}

std::optional<Document> WizardTest::create() const {
  QSignalSpy created(wizard_.get(), &LoadBalancerWizard::created);
  press("nav.create");
  if (created.isEmpty()) return std::nullopt;
  return created.front().front().value<Document>();
}

void WizardTest::onlyTargetsTypedMakesAWorkingGrpcBalancer() {
  for (const char* field :
       {"listener.port", "security.policy", "group.name", "health.path", "targets.input"}) {
    press("nav.next");
    QVERIFY2(isOpen(field), field);
  }
  type("targets.input", "127.0.0.1:50061-50062");
  press("nav.next");
  QSignalSpy created(wizard_.get(), &LoadBalancerWizard::created);
  press("nav.create");
  QCOMPARE(created.size(), 1);
  QCOMPARE(created.front().at(1).toString(), "my-balancer");
  const auto document = created.front().front().value<Document>();
  QVERIFY(!spillway::config::hasErrors(spillway::config::validate(document)));

  const auto& balancer = document.loadBalancers.at(0);
  QCOMPARE(balancer.name, "my-balancer");
  QVERIFY(balancer.scheme == spillway::config::Scheme::Internal);
  QVERIFY(balancer.beyondAlb == spillway::config::BeyondAlb());
  const auto& listener = balancer.listeners.at(0);
  QVERIFY(listener.protocol == Protocol::Https);
  QCOMPARE(listener.port, 50051u);
  QVERIFY(listener.certificates.at(0) == spillway::config::Certificate());
  QCOMPARE(listener.defaultActions.at(0).targetGroups.at(0).targetGroup, "my-balancer-targets");
  const auto& group = document.targetGroups.at(0);
  QCOMPARE(group.name, "my-balancer-targets");
  QVERIFY(group.protocol == Protocol::Http && group.protocolVersion == ProtocolVersion::Grpc);
  QVERIFY(group.healthCheck == spillway::config::HealthCheck());
  const std::vector<spillway::config::Target> targets{{"127.0.0.1", 50061}, {"127.0.0.1", 50062}};
  QVERIFY(group.targets == targets);
}

void WizardTest::aSecondBalancerTakesFreeNamesAndPort() {
  press("nav.next");
  open(*create());
  QCOMPARE(text("basics.name"), "my-balancer-2");
  QCOMPARE(text("listener.port"), "50052");
  type("basics.name", "shop");
  QCOMPARE((press("step.group"), text("group.name")), "shop-targets");
  const auto both = create();
  QVERIFY(both);
  QCOMPARE(both->loadBalancers.size(), 2u);
  QCOMPARE(both->loadBalancers.at(1).name, "shop");
  QVERIFY(!spillway::config::hasErrors(spillway::config::validate(*both)));
}

// clang-format off
void WizardTest::wrongValuesAreSaidBesideTheirField_data() {
  QTest::addColumn<QString>("step");
  QTest::addColumn<QString>("field");
  QTest::addColumn<QString>("typed");
  QTest::addColumn<QString>("said");
  QTest::newRow("name empty") << "basics" << "basics.name" << "" << "name";
  QTest::newRow("name ends with a hyphen") << "basics" << "basics.name" << "shop-" << "hyphen";
  QTest::newRow("port too high") << "listeners" << "listener.port" << "70000" << "65535";
  QTest::newRow("port no number") << "listeners" << "listener.port" << "abc" << "“abc” is not a whole number";
  QTest::newRow("port empty") << "listeners" << "listener.port" << "" << "missing";
  QTest::newRow("certificate name") << "security" << "security.names" << "ok.test, not_a_name!" << "DNS name";
  QTest::newRow("group name") << "group" << "group.name" << "no good" << "hyphen";
  QTest::newRow("matcher words") << "health" << "health.codes" << "abc" << "abc";
  QTest::newRow("matcher backwards") << "health" << "health.codes" << "100-5" << "0-99";
  QTest::newRow("health path") << "health" << "health.path" << "nothing" << "/";
  QTest::newRow("threshold") << "health" << "health.healthyThreshold" << "11" << "2-10";
  QTest::newRow("target port") << "targets" << "targets.input" << "here:70000" << "1-65535";
}
// clang-format on

void WizardTest::wrongValuesAreSaidBesideTheirField() {
  QFETCH(QString, step);
  QFETCH(QString, field);
  QFETCH(QString, typed);
  QFETCH(QString, said);
  press(("step." + step.toLatin1()).constData());
  const QByteArray name = field.toLatin1();
  type(name.constData(), typed);
  const QString words = message(name.constData());
  QVERIFY2(words.contains(said), qPrintable(words));
  QVERIFY(!find<QAbstractButton>(("step." + step.toLatin1()).constData())->accessibleDescription().isEmpty());
  press("step.review");
  QVERIFY(!create());
  QVERIFY(isOpen(name.constData()));
}

void WizardTest::timeoutNotShorterThanIntervalIsSaidAtBoth() {
  press("step.health");
  type("health.timeout", "30");
  QVERIFY(message("health.timeout").contains("30"));
  QVERIFY(message("health.interval").contains("30"));
  type("health.interval", "31 s");
  QTRY_VERIFY(!messageNow("health.timeout").contains("✖"));
  QVERIFY(!messageNow("health.interval").contains("✖"));
}

void WizardTest::duplicateNameIsRefused() {
  press("nav.next");
  const auto first = create();
  QVERIFY(first);
  open(*first);
  type("basics.name", "my-balancer");
  QVERIFY(message("basics.name").contains("taken"));
}

void WizardTest::clearTextGrpcOffersTwoWaysOut() {
  press("step.listeners");
  choose("listener.protocol", 0);
  QVERIFY(message("listener.protocol").contains("Listener protocol 'HTTP' is not supported"));
  QVERIFY(isOpen("listener.needsHttps"));
  press("listener.switchToHttps");
  QVERIFY(!isOpen("listener.needsHttps"));
  QCOMPARE(find<QComboBox>("listener.protocol")->currentIndex(), 1);

  choose("listener.protocol", 0);
  press("listener.allowClearText");
  QVERIFY(!isOpen("listener.needsHttps"));
  const auto document = create();
  QVERIFY(document);
  QVERIFY(document->loadBalancers.at(0).beyondAlb.plaintextHttp2);
  QVERIFY(document->loadBalancers.at(0).listeners.at(0).certificates.empty());
}

void WizardTest::nextJumpsToTheFirstError() {
  press("step.health");
  type("health.path", "");
  type("health.interval", "4");
  QVERIFY(find<QAbstractButton>("nav.next")->isEnabled());
  press("nav.next");
  QVERIFY(isOpen("health.path"));
  QCOMPARE(wizard_->focusWidget(), find<QWidget>("health.path"));
}

void WizardTest::createOpensThePageWithTheError() {
  press("step.listeners");
  type("listener.port", "70000");
  press("step.review");
  QVERIFY(!create());
  QVERIFY(isOpen("listener.port"));
  QCOMPARE(text("listener.port"), "70000");
}

void WizardTest::backKeepsWhatWasTyped() {
  type("basics.name", "shop");
  press("nav.next");
  type("listener.port", "6x");
  press("nav.back");
  QCOMPARE(text("basics.name"), "shop");
  press("step.targets");
  type("targets.input", "10.0.0.5:7000");
  press("nav.back");
  QVERIFY(isOpen("health.path"));
  press("nav.next");
  QCOMPARE(find<QTableWidget>("targets.table")->rowCount(), 1);
  press("step.listeners");
  QCOMPARE(text("listener.port"), "6x");
}

void WizardTest::newProtocolVersionRewritesTheHealthCheckUndoably() {
  press("step.health");
  type("health.path", "/shop.Health/Check");
  type("health.codes", "0,5");
  press("step.group");
  choose("group.protocolVersion", 1);
  QVERIFY(isOpen("group.rewritten"));
  press("step.health");
  QCOMPARE(text("health.path"), "/");
  QCOMPARE(text("health.codes"), "200");
  press("step.group");
  choose("group.protocolVersion", 0);
  press("step.health");
  QCOMPARE(text("health.path"), "/AWS.ALB/healthcheck");
  QCOMPARE(text("health.codes"), "12");

  type("health.path", "/shop.Health/Check");
  press("step.group");
  choose("group.protocolVersion", 1);
  press("group.undo");
  QVERIFY(!isOpen("group.rewritten"));
  press("step.health");
  QCOMPARE(text("health.path"), "/shop.Health/Check");
}

void WizardTest::grpcHealthAndDeskSpeedFillTheirFields() {
  press("step.health");
  QCOMPARE(text("health.codeNames"), "12 UNIMPLEMENTED");
  press("health.useGrpcHealth");
  QCOMPARE(text("health.path"), "/grpc.health.v1.Health/Check");
  QCOMPARE(text("health.codes"), "0");
  QCOMPARE(text("health.codeNames"), "0 OK");
  press("health.deskSpeed");
  const auto document = create();
  QVERIFY(document);
  const auto& check = document->targetGroups.at(0).healthCheck;
  QCOMPARE(check.healthyThresholdCount, 2u);
  QCOMPARE(check.unhealthyThresholdCount, 2u);
  QCOMPARE(check.timeoutSeconds, 2u);
  QCOMPARE(check.intervalSeconds, 5u);
}

void WizardTest::duplicatesAndLoopsAreNotTaken() {
  press("step.targets");
  QVERIFY(isOpen("targets.empty"));
  type("targets.input", "127.0.0.1:50061, other.test");
  QTest::keyClick(find<QLineEdit>("targets.input"), Qt::Key_Return);
  auto* table = find<QTableWidget>("targets.table");
  QCOMPARE(table->rowCount(), 2);
  QCOMPARE(table->item(1, 0)->text(), "other.test");
  QCOMPARE(table->item(1, 1)->text(), "50061");
  QVERIFY(!isOpen("targets.empty"));
  QVERIFY(text("targets.input").isEmpty());

  type("targets.input", "127.0.0.1:50060-50061");
  press("targets.add");
  QVERIFY(message("targets.input").contains("127.0.0.1:50061 is in the list already"));
  type("targets.input", "localhost:50051");
  QTRY_VERIFY(messageNow("targets.input").contains("loop"));
  press("targets.add");
  QCOMPARE(table->rowCount(), 2);
}

void WizardTest::removedTargetIsGone() {
  press("step.targets");
  type("targets.input", "127.0.0.1:50061-50063");
  press("targets.add");
  press("targets.remove2");
  auto* table = find<QTableWidget>("targets.table");
  QTRY_COMPARE(table->rowCount(), 2);
  table->setFocus();
  table->selectRow(0);
  QTest::keyClick(table, Qt::Key_Delete);
  QTRY_COMPARE(table->rowCount(), 1);
  QCOMPARE(table->item(0, 1)->text(), "50063");
}

void WizardTest::deadTargetIsToldBeforeAnythingIsCreated() {
  const LocalPort dead(LocalPort::State::Refusing);
  press("step.targets");
  type("targets.input", QStringLiteral("127.0.0.1:%1").arg(dead.number()));
  press("targets.add");
  const auto* list = find<QTableWidget>("targets.table");
  const auto* panel = find<QTableWidget>("try.table");
  QTRY_VERIFY(list->item(0, 2)->text().startsWith("✖"));
  QVERIFY(panel->item(0, 1)->text().startsWith("✖"));
  QCOMPARE(find<QPushButton>("try.check")->text(), "Check again");
  QVERIFY(create());
}

void WizardTest::checksCanBeCancelled() {
  const LocalPort silent(LocalPort::State::Silent);
  press("step.targets");
  type("targets.input", QStringLiteral("127.0.0.1:%1").arg(silent.number()));
  press("targets.add");
  const auto* panel = find<QTableWidget>("try.table");
  QCOMPARE(panel->item(0, 1)->text(), "◌ checking…");
  QCOMPARE(find<QPushButton>("try.check")->text(), "Cancel check");
  press("try.check");
  QCOMPARE(panel->item(0, 1)->text(), "– cancelled");
}

void WizardTest::missingPemFileIsSaid() {
  press("step.security");
  choose("security.source", 1);
  QVERIFY(message("security.certificateFile").contains("PEM"));
  type("security.certificateFile", "/nowhere/cert.pem");
  QTRY_VERIFY(messageNow("security.certificateFile").contains("There is no file “/nowhere/cert.pem”"));
  choose("security.source", 0);
  QVERIFY(create());
}

void WizardTest::reviewListsEverything() {
  type("basics.name", "shop");
  press("basics.beyond");
  press("beyond.fastHealthChecks");
  press("step.security");
  type("security.names", "shop.test");
  press("step.targets");
  type("targets.input", "10.0.0.5:7000, [fd00::1]:7001");
  press("step.review");
  QTRY_VERIFY(isOpen("review.edit.health"));
  QString all;
  for (const auto* label : wizard_->findChildren<QLabel*>())
    if (label->isVisible()) all += label->text() + '\n';
  for (const char* word :
       {"shop", "Internal", "IPv4", "HTTPS :50051", "forward to shop-targets",
        "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09", "local CA", "shop.test", "gRPC", "50061", "300 s",
        "/AWS.ALB/healthcheck", "12 UNIMPLEMENTED", "traffic port", "healthy after 5", "unhealthy after 2",
        "5 s / 30 s", "10.0.0.5:7000, [fd00::1]:7001"})
    QVERIFY2(all.contains(word), word);
  QVERIFY(find<QWidget>("review.pills")->accessibleName().contains("Fast health checks · not on AWS"));
  press("review.edit.health");
  QTRY_VERIFY(isOpen("health.path"));
}

void WizardTest::problemsOfApplyAppearAtTheirFields() {
  press("step.review");
  QVERIFY(create());
  QVERIFY(!find<QAbstractButton>("nav.create")->isEnabled());
  wizard_->setProblems(
      {{"loadBalancers[0].listeners[0].port", "50051", "Port 50051 is in use by another program."},
       {"", "", "The disk is full."}});
  QVERIFY(find<QAbstractButton>("nav.create")->isEnabled());
  QVERIFY(isOpen("listener.port"));
  QCOMPARE(messageNow("listener.port"), "✖ Port 50051 is in use by another program.");
  QVERIFY(isOpen("wizard.problems"));
  type("listener.port", "50052");
  QTRY_VERIFY(!messageNow("listener.port").contains("✖"));
  const auto again = create();
  QVERIFY(again);
  QCOMPARE(again->loadBalancers.at(0).listeners.at(0).port, 50052u);
}

void WizardTest::escapeAsksOnlyWhenSomethingWasTyped() {
  QSignalSpy cancelled(wizard_.get(), &LoadBalancerWizard::cancelled);
  type("basics.name", "shop");
  QTest::keyClick(find<QLineEdit>("basics.name"), Qt::Key_Escape);
  QCOMPARE(cancelled.size(), 0);
  QVERIFY(isOpen("wizard.discard"));
  press("discard.no");
  QVERIFY(!isOpen("wizard.discard"));
  type("basics.name", "my-balancer");
  QTest::keyClick(find<QLineEdit>("basics.name"), Qt::Key_Escape);
  QCOMPARE(cancelled.size(), 1);
}

void WizardTest::arrowKeysWalkTheSteps() {
  auto* first = find<QAbstractButton>("step.basics");
  first->setFocus();
  QTest::keyClick(first, Qt::Key_Down);
  QVERIFY(isOpen("listener.port"));
  QCOMPARE(wizard_->focusWidget(), find<QWidget>("step.listeners"));
  QTest::keyClick(wizard_->focusWidget(), Qt::Key_Up);
  QVERIFY(isOpen("basics.name"));
}

void WizardTest::tabVisitsTheFieldsThenTheButtons() {
  press("step.listeners");
  press("listener.add");
  QTRY_VERIFY(isOpen("listener2.protocol"));
  find<QWidget>("listener.protocol")->setFocus();
  for (const char* name :
       {"listener.port", "listener.remove", "listener2.protocol", "listener2.port", "listener2.remove",
        "listener.add", "nav.back", "nav.next", "nav.create", "nav.cancel"}) {
    QTest::keyClick(wizard_->focusWidget(), Qt::Key_Tab);
    QVERIFY2(wizard_->focusWidget() == find<QWidget>(name),
             qPrintable(wizard_->focusWidget()->objectName() + " instead of " + name));
  }
  find<QWidget>("listener.protocol")->setFocus();
  QTest::keyClick(wizard_->focusWidget(), Qt::Key_Backtab);
  QCOMPARE(wizard_->focusWidget(), find<QWidget>("step.listeners"));
}

void WizardTest::themeCanChangeWhileItIsOpen() {
  using spillway::ui::Theme;
  using spillway::ui::ThemeMode;
  Theme::apply(*qApp, ThemeMode::Light);
  press("step.review");
  QTRY_VERIFY(wizard_->styleSheet().contains(Theme::colors().border.name()));
  const QString light = wizard_->styleSheet();
  Theme::apply(*qApp, ThemeMode::Dark);
  QTRY_VERIFY(wizard_->styleSheet() != light);
  QVERIFY(wizard_->styleSheet().contains(Theme::colors().border.name()));
  QTRY_VERIFY(isOpen("review.edit.health"));
}

void WizardTest::targetTextIsRead_data() {
  QTest::addColumn<QString>("typed");
  QTest::addColumn<QStringList>("read");
  QTest::addColumn<bool>("isFine");
  QTest::newRow("host") << "one.test" << QStringList{"one.test 80"} << true;
  QTest::newRow("range") << "a:1-3" << QStringList{"a 1", "a 2", "a 3"} << true;
  QTest::newRow("several") << "a:1,b;c:2\nd" << QStringList{"a 1", "b 80", "c 2", "d 80"} << true;
  QTest::newRow("IPv6") << "::1, [::1]:90" << QStringList{"::1 80", "::1 90"} << true;
  QTest::newRow("no port after colon") << "a:" << QStringList() << false;
  QTest::newRow("port 0") << "a:0, b:1" << QStringList{"b 1"} << false;
  QTest::newRow("port too high") << "a:65536" << QStringList() << false;
  QTest::newRow("backwards") << "a:5-3" << QStringList() << false;
  QTest::newRow("endless") << "a:1-60000" << QStringList() << false;
  QTest::newRow("a URL") << "http://a:80/" << QStringList() << false;
}

void WizardTest::targetTextIsRead() {
  QFETCH(QString, typed);
  QFETCH(QStringList, read);
  QFETCH(bool, isFine);
  const auto result = parseTargets(typed, 80);
  QStringList targets;
  for (const auto& target : result.targets)
    targets += QStringLiteral("%1 %2").arg(QString::fromStdString(target.id)).arg(target.port);
  QCOMPARE(targets, read);
  QCOMPARE(result.problem.isEmpty(), isFine);
}

QTEST_MAIN(WizardTest)
#include "wizard_test.moc"

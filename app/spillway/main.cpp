// SPDX-License-Identifier: GPL-3.0-or-later
#include <QApplication>
#include <QCommandLineParser>
#include <QIcon>
#include <QTimer>

#include "ui/shell/history_setting.h"
#include "ui/shell/main_window.h"
#include "ui/shell/size_setting.h"
#include "ui/shell/theme_setting.h"

namespace {

/// Whether there is a display, or a platform that needs none was chosen. Qt itself would abort.
bool mayOpenWindow(const QStringList& words) {
  return words.contains(QStringLiteral("-platform")) || qEnvironmentVariableIsSet("QT_QPA_PLATFORM") ||
         !qEnvironmentVariableIsEmpty("DISPLAY") || !qEnvironmentVariableIsEmpty("WAYLAND_DISPLAY");
}

}  // namespace

int main(int argc, char** argv) {
  // Before the application object: --help and --version work without a display.
  QCoreApplication::setApplicationName(QStringLiteral("spillway"));
  QCoreApplication::setOrganizationName(QStringLiteral("Spillway"));
  QCoreApplication::setApplicationVersion(QStringLiteral(SPILLWAY_VERSION));
  QStringList words;
  for (int i = 0; i < argc; ++i)
    words.push_back(QString::fromLocal8Bit(argv[i]));
  QCommandLineParser parser;
  parser.setApplicationDescription(
      QStringLiteral("A load balancer on your desk that behaves like AWS's Application Load Balancer, with a "
                     "window that shows what passes through it."));
  const QCommandLineOption help(QStringList{"h", "help"}, QStringLiteral("Shows this text."));
  const QCommandLineOption version(QStringList{"v", "version"}, QStringLiteral("Shows the version."));
  const QCommandLineOption data(
      QStringLiteral("data"),
      QStringLiteral("Folder of the local CA, the history and the default workspace."),
      QStringLiteral("DIR"));
  parser.addOptions({help, version, data});
  parser.addPositionalArgument(QStringLiteral("workspace"), QStringLiteral("A *.spillway.json file to open."),
                               QStringLiteral("[workspace]"));
  // What the parser does not know may be Qt's own (-platform): it is judged once QApplication took that.
  parser.parse(words);
  if (parser.isSet(help)) {
    const QCoreApplication named(argc, argv);
    fputs(qPrintable(parser.helpText()), stdout);
    return 0;
  }
  if (parser.isSet(version)) return puts("spillway " SPILLWAY_VERSION) < 0 ? 1 : 0;
  if (!mayOpenWindow(words)) {
    fputs(
        "spillway: There is no display here, so the window cannot open; 'spillwayctl demo' runs the demo "
        "without one.\n",
        stderr);
    return 1;
  }
  spillway::ui::useSavedSize();
  QApplication app(argc, argv);
  if (!parser.parse(QApplication::arguments()) || parser.positionalArguments().size() > 1) {
    const QString problem =
        parser.errorText().isEmpty() ? QStringLiteral("One workspace file at the most.") : parser.errorText();
    fprintf(stderr, "spillway: %s\nTry 'spillway --help'.\n", qPrintable(problem));
    return 2;
  }
  using namespace spillway::ui;
  Theme::apply(app, savedTheme());
  QApplication::setWindowIcon(QIcon(QStringLiteral(":/icons/spillway.svg")));
  spillway::EngineOptions options;
  options.dataDirectory = parser.value(data).toStdString();
  options.keepsHistory = true;
  options.historyBounds = savedHistoryBounds();
  MainWindow window(std::move(options));
  window.openWorkspace(parser.positionalArguments().value(0));
  fitToScreen(window);
  window.show();
  return QApplication::exec();
}

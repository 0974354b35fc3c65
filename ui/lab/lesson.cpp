// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/lab/lesson.h"

#include <QDir>
#include <QFile>
#include <optional>

#include "engine/config/matcher.h"
#include "ui/calls/metadata_text.h"

namespace spillway::ui {

namespace {

constexpr const char* kIds[]{"unary",          "server-streaming",  "client-streaming", "bidirectional",
                             "cancel",         "deadline",          "target-killed",    "slow-reader",
                             "large-messages", "compression",       "metadata",         "trailers-only",
                             "status-codes",   "many-streams",      "per-connection",   "each-call-anew",
                             "slow-target",    "least-outstanding", "stickiness",       "draining",
                             "health-code"};
constexpr const char* kOwn = "own-service";
constexpr int kMostMillis = 60'000, kMostCalls = 100, kMostAtOnce = 32, kMostMessages = 10'000;
constexpr std::uint32_t kHighestGrpcCode = 99;
constexpr qint64 kLargestFile = 1'000'000;  // bytes

/// Reads a lesson's file line by line.
class LessonReader {
 public:
  explicit LessonReader(const QString& id) { lesson_.id = id; }

  tl::expected<Lesson, QString> read(const QString& text) {
    for (const QString& line : text.split(QLatin1Char('\n'))) {
      ++number_;
      if (!take(line)) return tl::unexpected(problem_);
    }
    endSection();
    for (const auto& [value, what] : {std::pair(&lesson_.title, "title (a line \"# …\")"),
                                      std::pair(&lesson_.method, "line \"method: /package.Service/Method\""),
                                      std::pair(&lesson_.idea, "section \"## Idea\"")}) {
      if (value->isEmpty()) return tl::unexpected(QStringLiteral("it has no %1").arg(QLatin1String(what)));
    }
    if (lesson_.send.isEmpty())
      return tl::unexpected(QStringLiteral("it has no line \"send: {…}\", a message as JSON"));
    return std::move(lesson_);
  }

 private:
  bool take(const QString& line) {
    if (!isInCode_ && line.startsWith(QLatin1String("## "))) {
      endSection();
      section_ = line.mid(3).trimmed();
      return isKnown(section_) || fail(QStringLiteral("there is no section \"%1\"").arg(*section_));
    }
    if (section_) {
      if (line.startsWith(QLatin1String("```"))) isInCode_ = !isInCode_;
      lines_ << line;
      return true;
    }
    if (line.startsWith(QLatin1String("# "))) {
      lesson_.title = line.mid(2).trimmed();
      return true;
    }
    return takeValue(line.trimmed());
  }

  bool takeValue(const QString& line) {
    if (line.isEmpty() || line.startsWith(QLatin1String("<!--"))) return true;
    const QString name = line.section(QLatin1Char(':'), 0, 0);
    const QString value = line.section(QLatin1Char(':'), 1).trimmed();
    if (name == QLatin1String("method")) {
      lesson_.method = value;
    } else if (name == QLatin1String("shape")) {
      lesson_.shape = value;
    } else if (name == QLatin1String("send")) {
      lesson_.send << value;
    } else {
      return takeSetting(name, value) ||
             fail(QStringLiteral("\"%1\" is no line of a lesson, or its value does not fit")
                      .arg(line.left(60)));
    }
    return true;
  }

  bool takeSetting(const QString& name, const QString& value) {
    LessonSettings& settings = lesson_.settings;
    return takeNumberNamed(name, value) || takeChoice(name, value) || takeFlag(name, value) ||
           (name == QLatin1String("metadata") && takeMetadata(value)) ||
           (name == QLatin1String("path") &&
            take(value, value.startsWith(QLatin1Char('/')), settings.path)) ||
           (name == QLatin1String("health-code") &&
            take(value, config::CodeMatcher::parse(value.toStdString(), 0, kHighestGrpcCode).has_value(),
                 settings.setup.healthCode));
  }

  bool takeNumberNamed(const QString& name, const QString& value) {
    LessonSettings& settings = lesson_.settings;
    if (name == QLatin1String("pace")) return takeNumber(value, 0, kMostMillis, settings.pace.emplace());
    if (name == QLatin1String("deadline"))
      return takeNumber(value, 0, kMostMillis, settings.deadline.emplace());
    if (name == QLatin1String("cancel-after"))
      return takeNumber(value, 0, kMostMessages, settings.cancelAfter);
    if (name == QLatin1String("hold-reading")) return takeNumber(value, 0, kMostMillis, settings.holdReading);
    if (name == QLatin1String("calls")) return takeNumber(value, 1, kMostCalls, settings.calls);
    if (name == QLatin1String("at-once")) return takeNumber(value, 1, kMostAtOnce, settings.atOnce);
    if (name == QLatin1String("kill-after"))
      return takeNumber(value, 0, kMostMessages, settings.setup.killAfter);
    if (name == QLatin1String("deregister-after"))
      return takeNumber(value, 0, kMostMessages, settings.setup.deregisterAfter);
    return false;
  }

  bool takeChoice(const QString& name, const QString& value) {
    const auto isOne = [&](const char* one, const char* other) {
      return value == QLatin1String(one) || value == QLatin1String(other);
    };
    if (name == QLatin1String("compression"))
      return take(value, isOne("gzip", "deflate"), lesson_.settings.compression);
    return name == QLatin1String("algorithm") &&
           take(value, isOne("round_robin", "least_outstanding_requests"), lesson_.settings.setup.algorithm);
  }

  bool takeFlag(const QString& name, const QString& value) {
    if (value != QLatin1String("yes")) return false;
    if (name == QLatin1String("direct")) return lesson_.settings.isDirect = true;
    return name == QLatin1String("sticky") && (lesson_.settings.setup.isSticky = true);
  }

  bool takeMetadata(const QString& value) {
    QString& metadata = lesson_.settings.metadata;
    metadata += value + QLatin1Char('\n');
    return metadataIn(metadata).has_value();
  }

  static bool take(const QString& value, bool fits, QString& setting) {
    setting = value;
    return fits;
  }

  static bool takeNumber(const QString& text, int least, int most, int& number) {
    bool isNumber = false;
    number = text.toInt(&isNumber);
    return isNumber && number >= least && number <= most;
  }

  static bool isKnown(const std::optional<QString>& section) {
    return section == QLatin1String("Idea") || section == QLatin1String("Explanation") ||
           section == QLatin1String("Try it") || section->startsWith(QLatin1String("Client in ")) ||
           section->startsWith(QLatin1String("Server in "));
  }

  void endSection() {
    if (!section_) return;
    if (*section_ == QLatin1String("Idea")) {
      lesson_.idea = lines_.join(QLatin1Char('\n')).trimmed();
    } else if (*section_ == QLatin1String("Explanation")) {
      lesson_.explanation = lines_.join(QLatin1Char('\n')).trimmed();
    } else if (*section_ == QLatin1String("Try it")) {
      for (const QString& line : lines_) {
        if (line.startsWith(QLatin1String("- "))) lesson_.tries << line.mid(2).trimmed();
      }
    } else {
      auto& codes = section_->startsWith(QLatin1String("Client")) ? lesson_.client : lesson_.server;
      codes[section_->section(QLatin1Char(' '), 2)] = code();
    }
    lines_.clear();
  }

  QString code() const {
    QStringList kept;
    for (const QString& line : lines_) {
      if (!line.startsWith(QLatin1String("```"))) kept << line;
    }
    QString text = kept.join(QLatin1Char('\n'));
    while (text.startsWith(QLatin1Char('\n')))
      text.remove(0, 1);
    while (text.endsWith(QLatin1Char('\n')))
      text.chop(1);
    return text;
  }

  bool fail(const QString& words) {
    problem_ = QStringLiteral("line %1: %2").arg(number_).arg(words);
    return false;
  }

  Lesson lesson_;
  std::optional<QString> section_;
  QStringList lines_;
  bool isInCode_ = false;
  int number_ = 0;
  QString problem_;
};

/// An error is empty when there is no such file.
tl::expected<Lesson, QString> readLesson(const QString& id, const QString& path) {
  QFile file(path);
  if (!file.exists()) return tl::unexpected(QString());
  if (!file.open(QIODevice::ReadOnly)) return tl::unexpected(file.errorString());
  if (file.size() > kLargestFile) return tl::unexpected(QStringLiteral("it is larger than 1 MB"));
  return parseLesson(id, QString::fromUtf8(file.readAll()));
}

}  // namespace

tl::expected<Lesson, QString> parseLesson(const QString& id, const QString& text) {
  return LessonReader(id).read(text);
}

Lessons readLessons(const QString& folder) {
  Lessons found;
  const auto read = [&](const QString& id) {
    const QString own = QStringLiteral("%1/%2.md").arg(folder, id);
    const QString builtIn = QStringLiteral(":/lessons/%1.md").arg(id);
    auto lesson = readLesson(id, own);
    if (!lesson && !lesson.error().isEmpty())
      found.problems << QStringLiteral("The lesson %1 cannot be used: %2.%3")
                            .arg(own, lesson.error(),
                                 QFile::exists(builtIn)
                                     ? QStringLiteral(" The built-in one stands in for it.")
                                     : QString());
    if (!lesson) lesson = readLesson(id, builtIn);
    return lesson;
  };
  if (auto own = read(QString::fromLatin1(kOwn))) found.own = *own;
  QStringList ids;
  for (const char* id : kIds)
    ids << QString::fromLatin1(id);
  for (const QString& name : QDir(folder).entryList({QStringLiteral("*.md")}, QDir::Files, QDir::Name)) {
    const QString id = name.chopped(3);
    if (!folder.isEmpty() && !ids.contains(id) && id != QLatin1String("README") && id != QLatin1String(kOwn))
      ids << id;
  }
  for (const QString& id : ids) {
    if (auto lesson = read(id)) found.lessons.push_back(*lesson);
  }
  return found;
}

}  // namespace spillway::ui

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QMap>
#include <QString>
#include <QStringList>
#include <optional>
#include <tl/expected.hpp>
#include <vector>

namespace spillway::ui {

/// What a lesson changes at the target group while its calls run. Zero or empty: nothing.
struct LessonSetup {
  QString algorithm;        ///< "round_robin" or "least_outstanding_requests"
  bool isSticky = false;    ///< by the balancer's cookie, which the client keeps
  QString healthCode;       ///< gRPC success code of the checks; the calls wait until they have decided
  int killAfter = 0;        ///< the call's target is killed after so many answers
  int deregisterAfter = 0;  ///< or deregistered
};

/// How a lesson wants its call made.
struct LessonSettings {
  std::optional<int> pace, deadline;  ///< milliseconds; nullopt: as the person has them
  int cancelAfter = 0;                ///< the client cancels after so many messages; 0: never
  int holdReading = 0;                ///< milliseconds in which the client reads nothing
  int calls = 1;
  int atOnce = 1;         ///< so many of them run at the same time
  bool isDirect = false;  ///< straight to one target, past the balancer
  QString compression;    ///< "gzip", "deflate"; empty: none
  QString path;           ///< called instead of the method, "/routeguide.RouteGuide/Nowhere"
  QString metadata;       ///< "name: value", a line each; {call} and {target} are filled in
  LessonSetup setup;
};

/// One call to learn from, as its file tells it. How such a file is written: resources/lessons/README.md.
struct Lesson {
  QString id;        ///< the file's name without its end: "unary"
  QString title;     ///< "Unary"
  QString method;    ///< "/routeguide.RouteGuide/GetFeature"
  QString shape;     ///< "Point → Feature"
  QStringList send;  ///< messages as JSON, in order
  LessonSettings settings;
  QString idea;         ///< Markdown
  QString explanation;  ///< Markdown, for after the call; may be empty
  QStringList tries;
  QMap<QString, QString> client, server;  ///< code by language
};

/// An error says what is wrong with the file, in words.
tl::expected<Lesson, QString> parseLesson(const QString& id, const QString& text);

struct Lessons {
  std::vector<Lesson> lessons;
  Lesson own;  ///< what is told about a person's own service, with {method}, {kind}, {line}, {shape}
  QStringList problems;  ///< of files that could not be used; the built-in ones stand in for them
};

/// How many of the lessons are the kinds of call; the others are experiments.
inline constexpr int kCallKinds = 4;

/// The four kinds of call, then the experiments: each from `folder` where a file of its name is there, else
/// the built-in one; then what else is in that folder.
Lessons readLessons(const QString& folder);

}  // namespace spillway::ui

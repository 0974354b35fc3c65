// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QMap>
#include <QString>
#include <QStringList>
#include <optional>
#include <tl/expected.hpp>
#include <vector>

namespace spillway::ui {

/// How a lesson wants its call made.
struct LessonSettings {
  std::optional<int> pace, deadline;  ///< milliseconds; nullopt: as the person has them
  int cancelAfter = 0;                ///< the client cancels after so many messages; 0: never
  int calls = 1;                      ///< one after the other
  QString compression;                ///< "gzip", "deflate"; empty: none
  QString path;                       ///< called instead of the method, "/routeguide.RouteGuide/Nowhere"
  QString metadata;                   ///< "name: value", a line each
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
  QStringList problems;  ///< of files that could not be used; the built-in ones stand in for them
};

/// How many of the lessons are the kinds of call; the others are experiments.
inline constexpr int kCallKinds = 4;

/// The four kinds of call, then the experiments: each from `folder` where a file of its name is there, else
/// the built-in one; then what else is in that folder.
Lessons readLessons(const QString& folder);

}  // namespace spillway::ui

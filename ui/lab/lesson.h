// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QMap>
#include <QString>
#include <QStringList>
#include <tl/expected.hpp>
#include <vector>

namespace spillway::ui {

/// One call to learn from, as its file tells it. How such a file is written: resources/lessons/README.md.
struct Lesson {
  QString id;        ///< the file's name without its end: "unary"
  QString title;     ///< "Unary"
  QString method;    ///< "/routeguide.RouteGuide/GetFeature"
  QString shape;     ///< "Point → Feature"
  QStringList send;  ///< messages as JSON, in order
  QString idea;      ///< Markdown
  QStringList tries;
  QMap<QString, QString> client, server;  ///< code by language
};

/// An error says what is wrong with the file, in words.
tl::expected<Lesson, QString> parseLesson(const QString& id, const QString& text);

struct Lessons {
  std::vector<Lesson> lessons;
  QStringList problems;  ///< of files that could not be used; the built-in ones stand in for them
};

/// The four kinds of call, each from `folder` where a file of its name is there, else the built-in one.
Lessons readLessons(const QString& folder);

}  // namespace spillway::ui

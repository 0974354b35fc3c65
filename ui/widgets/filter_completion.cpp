// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/filter_completion.h"

#include <algorithm>

#include "engine/history/filter_lexer.h"
#include "engine/history/filter_text.h"

namespace spillway::ui {

namespace {

using history::FieldInfo;
using history::FilterToken;
using Kind = FilterToken::Kind;
using Tokens = std::vector<FilterToken>;

QString toQt(std::string_view text) {
  return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

/// As the filter's lexer reads words.
bool isOfWord(QChar c) {
  return c.isLetterOrNumber() || QStringLiteral("._-:/*+%?@$^").contains(c);
}

/// The quote of a text that does not end before `cursor`; -1: there is none.
int openQuote(const QString& text, int cursor) {
  int open = -1;
  for (int at = 0; at < cursor; ++at) {
    if (text.at(at) == QLatin1Char('\\') && open >= 0) {
      ++at;
    } else if (text.at(at) == QLatin1Char('"')) {
      open = open < 0 ? at : -1;
    }
  }
  return open;
}

/// The field that the tokens up to `end` name: "path", header["host"].
const FieldInfo* fieldAt(const Tokens& tokens, std::size_t end) {
  if (end == 0) return nullptr;
  const FilterToken& last = tokens[end - 1];
  if (last.kind == Kind::Word) return history::findField(last.text);
  const bool isHeader = last.kind == Kind::CloseIndex && end >= 4 && tokens[end - 4].text == "header";
  return isHeader ? &history::headerField(tokens[end - 2].text) : nullptr;
}

bool isBeforeValue(const FilterToken& token) {
  return token.kind == Kind::Operator || (token.kind == Kind::Word && token.text == "contains");
}

/// The field whose value comes after the tokens up to `end`.
const FieldInfo* fieldComparedAt(const Tokens& tokens, std::size_t end) {
  if (end > 0 && isBeforeValue(tokens[end - 1])) return fieldAt(tokens, end - 1);
  // A list: status in (404, |
  while (end > 0 && (tokens[end - 1].kind == Kind::Comma || tokens[end - 1].kind == Kind::Word ||
                     tokens[end - 1].kind == Kind::String))
    --end;
  const bool isList = end >= 2 && tokens[end - 1].kind == Kind::Open && tokens[end - 2].text == "in";
  return isList ? fieldAt(tokens, end - 2) : nullptr;
}

}  // namespace

FilterPlace filterPlaceAt(const QString& text, int cursor) {
  FilterPlace place;
  const int quote = openQuote(text, cursor);
  place.begin = quote < 0 ? cursor : quote;
  while (quote < 0 && place.begin > 0 && isOfWord(text.at(place.begin - 1)))
    --place.begin;
  const int wordBegin = quote < 0 ? place.begin : quote + 1;
  place.word = text.mid(wordBegin, cursor - wordBegin);
  if (const auto tokens = history::readTokens(text.left(place.begin).toStdString())) {
    const std::size_t end = tokens->size() - 1;
    place.field = fieldComparedAt(*tokens, end);
    place.isHeader = end > 0 && (*tokens)[end - 1].kind == Kind::OpenIndex;
  }
  return place;
}

QStringList filterOffers(const FilterPlace& place, const QStringList& seen) {
  QStringList offers;
  if (place.field) {
    for (const history::FieldChoice& choice : place.field->choices)
      offers << toQt(history::asValue(choice.name));
    // A line of text cannot hold every value.
    const auto isWritable = [](QChar c) { return c.isPrint() && c != QChar::ReplacementCharacter; };
    for (const QString& value : seen) {
      if (std::all_of(value.begin(), value.end(), isWritable))
        offers << toQt(history::asValue(value.toStdString()));
    }
    return offers;
  }
  if (place.isHeader) {
    for (const char* name : {"user-agent", "host", "x-amzn-trace-id"})
      offers << toQt(history::inQuotes(name));
    return offers;
  }
  for (const FieldInfo& field : history::filterFields())
    offers << toQt(field.name);
  return offers << QStringLiteral("error") << QStringLiteral("since");
}

}  // namespace spillway::ui

// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/filter_edit.h"

#include <QAbstractItemView>
#include <QCompleter>
#include <QCoreApplication>
#include <QInputMethodEvent>
#include <QKeyEvent>
#include <QStringListModel>
#include <QTextCharFormat>

#include "engine/history/filter_fields.h"
#include "ui/theme/theme.h"

namespace spillway::ui {

namespace {

QString toQt(std::string_view text) {
  return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

bool isOfWord(QChar c) {
  return c.isLetterOrNumber() || c == QLatin1Char('.') || c == QLatin1Char('_');
}

/// Where the word begins that ends at `end`.
int wordBegin(const QString& text, int end) {
  int begin = end;
  while (begin > 0 && isOfWord(text.at(begin - 1)))
    --begin;
  return begin;
}

/// The field that a value at this place would be compared with: "grpc.status = |".
const history::FieldInfo* fieldBefore(const QString& text, int place) {
  int at = place;
  while (at > 0 && (text.at(at - 1).isSpace() || QStringLiteral("=!<>(,{").contains(text.at(at - 1))))
    --at;
  if (at == place || text.mid(at, place - at).trimmed().isEmpty()) return nullptr;
  return history::findField(text.mid(wordBegin(text, at), at - wordBegin(text, at)).toStdString());
}

QStringList offersAt(const QString& text, int place) {
  QStringList offers;
  if (const history::FieldInfo* field = fieldBefore(text, place)) {
    for (const history::FieldChoice& choice : field->choices) {
      const QString name = toQt(choice.name);
      offers << (name.contains(QLatin1Char(' ')) ? QLatin1Char('"') + name + QLatin1Char('"') : name);
    }
    return offers;
  }
  for (const history::FieldInfo& field : history::filterFields())
    offers << toQt(field.name);
  offers << QStringLiteral("error") << QStringLiteral("since");
  return offers;
}

}  // namespace

FilterEdit::FilterEdit(QWidget* parent)
    : QLineEdit(parent), completer_(new QCompleter(this)), offers_(new QStringListModel(this)) {
  setClearButtonEnabled(true);
  setAccessibleName(QStringLiteral("Filter"));
  completer_->setModel(offers_);
  completer_->setWidget(this);
  completer_->setCaseSensitivity(Qt::CaseInsensitive);
  completer_->setCompletionMode(QCompleter::PopupCompletion);
  connect(this, &QLineEdit::textEdited, this, &FilterEdit::offer);
  connect(completer_, qOverload<const QString&>(&QCompleter::activated), this, &FilterEdit::takeOver);
}

void FilterEdit::showMistake(const std::optional<history::FilterError>& mistake) {
  QList<QInputMethodEvent::Attribute> attributes;
  setToolTip(mistake ? QString::fromStdString(mistake->message) : QString());
  if (mistake) {
    // Positions are bytes of UTF-8. A place without length is the end.
    const QByteArray bytes = text().toUtf8();
    const auto from =
        static_cast<int>(QString::fromUtf8(bytes.left(static_cast<qsizetype>(mistake->position))).size());
    const int length =
        std::max(1, static_cast<int>(QString::fromUtf8(bytes.mid(static_cast<qsizetype>(mistake->position),
                                                                 static_cast<qsizetype>(mistake->length)))
                                         .size()));
    QTextCharFormat format;
    format.setUnderlineStyle(QTextCharFormat::WaveUnderline);
    format.setUnderlineColor(Theme::colors().bad);
    const int begin = std::min(from, static_cast<int>(text().size()) - 1);
    attributes.append({QInputMethodEvent::TextFormat, begin - cursorPosition(), length, format});
  }
  QInputMethodEvent event(QString(), attributes);
  QCoreApplication::sendEvent(this, &event);
}

void FilterEdit::keyPressEvent(QKeyEvent* event) {
  const bool isOpen = completer_->popup()->isVisible();
  const int key = event->key();
  if (isOpen &&
      (key == Qt::Key_Return || key == Qt::Key_Enter || key == Qt::Key_Tab || key == Qt::Key_Escape)) {
    event->ignore();  // the list's
    return;
  }
  QLineEdit::keyPressEvent(event);
}

void FilterEdit::offer() {
  const int end = cursorPosition();
  const int begin = wordBegin(text(), end);
  offers_->setStringList(offersAt(text(), begin));
  const QString word = text().mid(begin, end - begin);
  completer_->setCompletionPrefix(word);
  const bool isWhole = completer_->completionCount() == 1 &&
                       completer_->currentCompletion().compare(word, Qt::CaseInsensitive) == 0;
  if (word.isEmpty() || completer_->completionCount() == 0 || isWhole) return completer_->popup()->hide();
  const ThemeColors& colors = Theme::colors();
  completer_->popup()->setStyleSheet(
      QStringLiteral("QListView { border: 1px solid %1; background: %2; padding: 2px }")
          .arg(colors.border.name(), colors.surface.name()));
  completer_->complete({cursorRect().x(), 0, completer_->popup()->sizeHintForColumn(0) + 40, height() + 2});
}

void FilterEdit::takeOver(const QString& completion) {
  const int end = cursorPosition();
  const int begin = wordBegin(text(), end);
  setSelection(begin, end - begin);
  insert(completion);
}

}  // namespace spillway::ui

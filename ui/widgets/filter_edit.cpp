// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/filter_edit.h"

#include <QAbstractItemView>
#include <QCompleter>
#include <QCoreApplication>
#include <QInputMethodEvent>
#include <QKeyEvent>
#include <QPointer>
#include <QStringListModel>
#include <QStyle>
#include <QTextCharFormat>

#include "ui/theme/theme.h"
#include "ui/widgets/filter_completion.h"
#include "ui/widgets/kept_filters.h"

namespace spillway::ui {

FilterEdit::FilterEdit(QWidget* parent)
    : QLineEdit(parent), completer_(new QCompleter(this)), offers_(new QStringListModel(this)) {
  setClearButtonEnabled(true);
  setAccessibleName(QStringLiteral("Filter"));
  setFont(Theme::fixedFont());
  completer_->setModel(offers_);
  completer_->setWidget(this);
  completer_->setCaseSensitivity(Qt::CaseInsensitive);
  completer_->setFilterMode(Qt::MatchContains);
  completer_->setCompletionMode(QCompleter::PopupCompletion);
  connect(this, &QLineEdit::textEdited, this, [this] {
    recent_ = -1;
    offer();
  });
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
  const char* role = mistake ? "problem" : text().trimmed().isEmpty() ? "" : "valid";
  if (property("role").toString() == QLatin1String(role)) return;
  setProperty("role", role);
  style()->unpolish(this);
  style()->polish(this);
}

void FilterEdit::beginCondition(const QString& field) {
  const history::FieldInfo* info = history::findField(field.toStdString());
  if (!info) return;
  using enum history::FieldType;
  const bool isMeasured = info->type == Duration || info->type == Bytes || info->type == Time;
  const QString before = text().trimmed().isEmpty() ? QString() : text().trimmed() + QStringLiteral(" and ");
  setText(before + field + (isMeasured ? QStringLiteral(" > ") : QStringLiteral(" = ")));
  setFocus();
  offer(true);
}

void FilterEdit::keyPressEvent(QKeyEvent* event) {
  const bool isOpen = completer_->popup()->isVisible();
  const int key = event->key();
  const bool isEnter = key == Qt::Key_Return || key == Qt::Key_Enter;
  if (isOpen && (isEnter || key == Qt::Key_Tab || key == Qt::Key_Escape)) {
    event->ignore();  // the list's
    return;
  }
  if (key == Qt::Key_Space && event->modifiers() == Qt::ControlModifier) return offer(true);
  if (key == Qt::Key_Up || key == Qt::Key_Down) return goThroughRecent(key == Qt::Key_Up ? 1 : -1);
  QLineEdit::keyPressEvent(event);
}

void FilterEdit::goThroughRecent(int step) {
  const QStringList recent = recentFilters();
  if (recent_ < 0) typed_ = text();
  int next = recent_ + step;
  // Not the one that stands there already.
  if (recent_ < 0 && recent.value(next) == text()) next += step;
  if (next >= recent.size() || next < -1) return;
  recent_ = next;
  setText(next < 0 ? typed_ : recent[next]);
}

void FilterEdit::offer(bool evenIfEmpty) {
  const FilterPlace place = filterPlaceAt(text(), cursorPosition());
  askFor(place.field);
  offers_->setStringList(filterOffers(place, seen_));
  completer_->setCompletionPrefix(place.word);
  const bool isWhole = completer_->completionCount() == 1 &&
                       completer_->currentCompletion().compare(place.word, Qt::CaseInsensitive) == 0;
  const bool isWanted = evenIfEmpty || place.field || !place.word.isEmpty();
  if (!isWanted || completer_->completionCount() == 0 || isWhole) return completer_->popup()->hide();
  const ThemeColors& colors = Theme::colors();
  completer_->popup()->setStyleSheet(
      QStringLiteral("QListView { border: 1px solid %1; background: %2; padding: 2px }")
          .arg(colors.border.name(), colors.surface.name()));
  const int room = std::max(width() - cursorRect().x(), width() / 2);
  completer_->complete(
      {cursorRect().x(), 0, std::min(completer_->popup()->sizeHintForColumn(0) + 40, room), height() + 2});
}

void FilterEdit::askFor(const history::FieldInfo* field) {
  if (field == asked_) return;
  asked_ = field;
  seen_.clear();
  if (!field || !source_) return;
  isAsking_ = true;
  source_(*field, [self = QPointer(this), field](const QStringList& values) {
    if (self) self->takeValues(field, values);
  });
  isAsking_ = false;
}

/// What comes later is offered if it is still wanted.
void FilterEdit::takeValues(const history::FieldInfo* field, const QStringList& values) {
  if (asked_ != field) return;
  seen_ = values;
  if (!isAsking_ && hasFocus() && filterPlaceAt(text(), cursorPosition()).field == field) offer();
}

void FilterEdit::takeOver(const QString& completion) {
  const FilterPlace place = filterPlaceAt(text(), cursorPosition());
  int end = cursorPosition();
  const bool isQuoted = text().mid(place.begin, 1) == QLatin1String("\"");
  if (isQuoted && text().mid(end, 1) == QLatin1String("\"")) ++end;
  setSelection(place.begin, end - place.begin);
  insert(completion);
}

}  // namespace spillway::ui

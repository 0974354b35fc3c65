// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/calls/message_form_view.h"

#include <QComboBox>
#include <QHeaderView>
#include <QKeyEvent>
#include <QLabel>
#include <QPushButton>
#include <QShortcut>
#include <QStackedWidget>
#include <QStyledItemDelegate>
#include <QTreeWidget>
#include <QVBoxLayout>

#include "ui/models/words.h"
#include "ui/theme/theme.h"

namespace spillway::ui {

using grpc::FormField;
using grpc::FormKind;

namespace {

enum Column { NameColumn, ValueColumn, TypeColumn };
constexpr int kChoicesRole = Qt::UserRole + 1, kEditableRole = Qt::UserRole + 2;
constexpr int kRowPadding = 9;

QString toQt(const std::string& text) {
  return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

/// Values are edited, and the keys of maps; what is chosen of a few is chosen from a list.
class FormDelegate : public QStyledItemDelegate {
 public:
  using QStyledItemDelegate::QStyledItemDelegate;
  QWidget* createEditor(QWidget* parent, const QStyleOptionViewItem& option,
                        const QModelIndex& index) const override {
    if (!index.data(kEditableRole).toBool()) return nullptr;
    const QStringList choices = index.data(kChoicesRole).toStringList();
    if (choices.isEmpty()) return QStyledItemDelegate::createEditor(parent, option, index);
    auto* box = new QComboBox(parent);
    box->addItems(choices);
    connect(box, &QComboBox::activated, this, [this, box] {
      auto* self = const_cast<FormDelegate*>(this);
      Q_EMIT self->commitData(box);
      Q_EMIT self->closeEditor(box);
    });
    return box;
  }
};

bool holdsChildren(const FormField& field) {
  return field.kind == FormKind::Message || field.kind == FormKind::List || field.kind == FormKind::Map;
}

QString valueText(const FormField& field) {
  if (field.kind == FormKind::List || field.kind == FormKind::Map)
    return countOf(field.children.size(), QStringLiteral("element"));
  return toQt(field.value);
}

}  // namespace

MessageFormView::MessageFormView(QWidget* parent)
    : QWidget(parent),
      stack_(new QStackedWidget(this)),
      tree_(new QTreeWidget(this)),
      why_(new QLabel(this)),
      add_(new QPushButton(QStringLiteral("&Add element"), this)),
      remove_(new QPushButton(QStringLiteral("Re&move element"), this)) {
  tree_->setHeaderLabels({QStringLiteral("Field"), QStringLiteral("Value"), QStringLiteral("Type")});
  tree_->setAccessibleName(QStringLiteral("Message as a form"));
  tree_->setItemDelegate(new FormDelegate(tree_));
  tree_->setEditTriggers(QAbstractItemView::DoubleClicked | QAbstractItemView::EditKeyPressed |
                         QAbstractItemView::AnyKeyPressed | QAbstractItemView::SelectedClicked);
  tree_->setUniformRowHeights(true);
  tree_->setFrameShape(QFrame::NoFrame);
  tree_->header()->resizeSection(NameColumn, 170);
  tree_->header()->resizeSection(ValueColumn, 160);
  why_->setWordWrap(true);
  why_->setTextFormat(Qt::PlainText);
  why_->setAlignment(Qt::AlignCenter);
  why_->setMargin(16);
  stack_->addWidget(tree_);
  stack_->addWidget(why_);
  add_->setToolTip(QStringLiteral("To the list or map: Insert"));
  remove_->setToolTip(QStringLiteral("From its list or map: Delete"));
  auto* buttons = new QHBoxLayout;
  buttons->addWidget(add_);
  buttons->addWidget(remove_);
  buttons->addStretch();
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->addWidget(stack_, 1);
  column->addLayout(buttons);
  connect(tree_, &QTreeWidget::itemChanged, this, &MessageFormView::onItemChanged);
  connect(tree_, &QTreeWidget::currentItemChanged, this, &MessageFormView::showButtons);
  connect(tree_, &QTreeWidget::itemCollapsed, this,
          [this](QTreeWidgetItem* item) { closed_.insert(placeOf(item)); });
  connect(tree_, &QTreeWidget::itemExpanded, this,
          [this](QTreeWidgetItem* item) { closed_.erase(placeOf(item)); });
  connect(add_, &QPushButton::clicked, this, &MessageFormView::addElement);
  connect(remove_, &QPushButton::clicked, this, &MessageFormView::removeElement);
  for (const auto& [key, button] : {std::pair(Qt::Key_Insert, add_), std::pair(Qt::Key_Delete, remove_)}) {
    auto* shortcut = new QShortcut(QKeySequence(key), tree_);
    shortcut->setContext(Qt::WidgetShortcut);
    connect(shortcut, &QShortcut::activated, button, &QPushButton::click);
  }
  showButtons();
}

MessageFormView::~MessageFormView() = default;

void MessageFormView::showJson(const grpc::MessageType& type, const QString& json) {
  auto form = grpc::MessageForm::read(type, json.toStdString());
  why_->setText(form ? QString()
                     : toQt(form.error().detail) +
                           QStringLiteral("\nMend it in the JSON, then it stands here."));
  form_.reset();
  if (form) form_.emplace(std::move(*form));
  fill();
}

QString MessageFormView::problem() const {
  return why_->text();
}

MessageFormView::Place MessageFormView::placeOf(const QTreeWidgetItem* item) {
  Place place;
  for (; item; item = item->parent()) {
    const int at = item->parent()
                       ? item->parent()->indexOfChild(const_cast<QTreeWidgetItem*>(item))
                       : item->treeWidget()->indexOfTopLevelItem(const_cast<QTreeWidgetItem*>(item));
    place.insert(place.begin(), static_cast<std::size_t>(at));
  }
  return place;
}

/// The list or map that the item is, or is an element of.
std::optional<MessageFormView::Place> MessageFormView::listAt(const QTreeWidgetItem* item) const {
  if (!item || !form_) return std::nullopt;
  Place place = placeOf(item);
  const auto isList = [&] {
    const FormKind kind = form_->at(place).kind;
    return kind == FormKind::List || kind == FormKind::Map;
  };
  if (!isList() && form_->at(place).isElement) place.pop_back();
  return isList() ? std::optional(place) : std::nullopt;
}

void MessageFormView::onItemChanged(QTreeWidgetItem* item, int column) {
  if (isFilling_ || !form_) return;
  const Place place = placeOf(item);
  const FormField& field = form_->at(place);
  if (column == ValueColumn && !holdsChildren(field)) {
    form_->fill(place, item->text(ValueColumn).toStdString());
  } else if (column == NameColumn && field.isElement) {
    form_->renameKey(place, item->text(NameColumn).toStdString());
  } else if (column == NameColumn) {
    form_->set(place, item->checkState(NameColumn) == Qt::Checked);
  } else {
    return;
  }
  // Not now: the item that is being changed would go.
  QMetaObject::invokeMethod(this, &MessageFormView::apply, Qt::QueuedConnection);
}

void MessageFormView::addElement() {
  const auto list = listAt(tree_->currentItem());
  if (!list) return;
  form_->addElement(*list);
  closed_.erase(*list);
  apply();
}

void MessageFormView::removeElement() {
  if (!tree_->currentItem() || !form_->at(placeOf(tree_->currentItem())).isElement) return;
  form_->removeElement(placeOf(tree_->currentItem()));
  apply();
}

void MessageFormView::apply() {
  if (!form_) return;
  fill();
  Q_EMIT edited(toQt(form_->json()));
}

/// Anew; what is chosen and what is folded stay.
void MessageFormView::fill() {
  const Place before = tree_->currentItem() ? placeOf(tree_->currentItem()) : Place();
  const int column = std::max(0, tree_->currentColumn());
  isFilling_ = true;
  tree_->clear();
  if (form_) addItems(tree_->invisibleRootItem(), form_->whole(), {});
  isFilling_ = false;
  stack_->setCurrentIndex(form_ ? 0 : 1);
  QTreeWidgetItem* item = tree_->invisibleRootItem();
  for (const std::size_t at : before) {
    QTreeWidgetItem* child = item->child(std::min(static_cast<int>(at), item->childCount() - 1));
    if (!child) break;
    item = child;
  }
  if (item != tree_->invisibleRootItem()) tree_->setCurrentItem(item, column);
  showButtons();
}

void MessageFormView::addItems(QTreeWidgetItem* parent, const FormField& message, const Place& place) {
  for (std::size_t i = 0; i < message.children.size(); ++i) {
    Place own = place;
    own.push_back(i);
    auto* item = new QTreeWidgetItem(parent);
    showField(*item, message.children[i]);
    item->setData(NameColumn, kEditableRole, message.kind == FormKind::Map);
    addItems(item, message.children[i], own);
    item->setExpanded(!closed_.contains(own));
  }
}

void MessageFormView::showField(QTreeWidgetItem& item, const FormField& field) const {
  const QString oneof = field.oneof.empty() ? QString() : QStringLiteral(" · of ") + toQt(field.oneof);
  item.setText(NameColumn, toQt(field.name));
  item.setText(TypeColumn, toQt(field.type) + oneof);
  item.setText(ValueColumn, field.isSet ? valueText(field) : QString());
  const QString ticked = field.isElement ? QString() : QStringLiteral("\nTicked: it is in the message");
  item.setToolTip(NameColumn, toQt(field.name) + ticked);
  item.setToolTip(TypeColumn, toQt(field.type) + oneof);
  item.setSizeHint(NameColumn, QSize(0, tree_->fontMetrics().height() + kRowPadding));
  if (!field.isElement) item.setCheckState(NameColumn, field.isSet ? Qt::Checked : Qt::Unchecked);
  QStringList choices;
  for (const std::string& choice : field.choices)
    choices << toQt(choice);
  item.setData(ValueColumn, kChoicesRole, choices);
  item.setForeground(TypeColumn, Theme::colors().mutedText);
  item.setFont(ValueColumn, Theme::fixedFont());
  Qt::ItemFlags flags = Qt::ItemIsSelectable | Qt::ItemIsEnabled | Qt::ItemIsEditable;
  if (!field.isElement) flags |= Qt::ItemIsUserCheckable;
  item.setFlags(flags);
  item.setData(ValueColumn, kEditableRole, !holdsChildren(field));
  if (field.isSet && !grpc::isFilledRight(field)) {
    item.setForeground(ValueColumn, Theme::colors().bad);
    item.setText(TypeColumn, QStringLiteral("✖ no ") + toQt(field.type));
  }
}

void MessageFormView::showButtons() {
  const QTreeWidgetItem* item = tree_->currentItem();
  add_->setEnabled(listAt(item).has_value());
  remove_->setEnabled(form_ && item && form_->at(placeOf(item)).isElement);
}

}  // namespace spillway::ui

// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/navigation.h"

#include <QPainter>
#include <QStyledItemDelegate>

#include "ui/theme/theme.h"

namespace spillway::ui {

namespace {

constexpr int kWidth = 188;
enum ItemRole : int { RoomRole = Qt::UserRole, BadgeRole, ToneRole };

class NavigationDelegate : public QStyledItemDelegate {
 public:
  using QStyledItemDelegate::QStyledItemDelegate;

  QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override {
    const int line = option.fontMetrics.height();
    return {kWidth, index.data(RoomRole).isValid() ? line + 12 : line + 16};
  }

  void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override {
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    if (index.data(RoomRole).isValid()) {
      paintRoom(*painter, option, index);
    } else {
      paintHeading(*painter, option, index.data().toString());
    }
    painter->restore();
  }

 private:
  static void paintHeading(QPainter& painter, const QStyleOptionViewItem& option, const QString& text) {
    QFont font = option.font;
    font.setPointSizeF(font.pointSizeF() * 0.84);
    font.setWeight(QFont::DemiBold);
    font.setLetterSpacing(QFont::PercentageSpacing, 108);
    painter.setFont(font);
    painter.setPen(Theme::colors().mutedText);
    painter.drawText(option.rect.adjusted(14, 0, -8, -4), Qt::AlignLeft | Qt::AlignBottom, text);
  }

  static void paintRoom(QPainter& painter, const QStyleOptionViewItem& option, const QModelIndex& index) {
    const ThemeColors& colors = Theme::colors();
    const bool isCurrent = option.state & QStyle::State_Selected;
    if (isCurrent) {
      painter.fillRect(option.rect, colors.accentSoft);
      painter.fillRect(QRect(option.rect.topLeft(), QSize(3, option.rect.height())), colors.accent);
    } else if (option.state & QStyle::State_MouseOver) {
      QColor hover = colors.accentSoft;
      hover.setAlphaF(0.45F);
      painter.fillRect(option.rect, hover);
    }
    if (option.state & QStyle::State_HasFocus && isCurrent) {
      painter.setPen(QPen(colors.accent, 1));
      painter.drawRect(QRectF(option.rect).adjusted(0.5, 0.5, -1.5, -0.5));
    }
    QFont font = option.font;
    font.setWeight(isCurrent ? QFont::DemiBold : QFont::Normal);
    painter.setFont(font);
    painter.setPen(isCurrent ? (Theme::isDark() ? colors.text : colors.accent.darker(125)) : colors.text);
    painter.drawText(option.rect.adjusted(14, 0, -8, 0), Qt::AlignLeft | Qt::AlignVCenter,
                     index.data().toString());
    paintBadge(painter, option, index);
  }

  static void paintBadge(QPainter& painter, const QStyleOptionViewItem& option, const QModelIndex& index) {
    const QString text = index.data(BadgeRole).toString();
    if (text.isEmpty()) return;
    const ThemeColors& colors = Theme::colors();
    const bool isAlarm = index.data(ToneRole).toBool();
    QFont font = option.font;
    font.setPointSizeF(font.pointSizeF() * 0.86);
    painter.setFont(font);
    const QFontMetrics metrics(font);
    const int height = metrics.height() + 3;
    const int width = std::max(metrics.horizontalAdvance(text) + 14, height + 2);
    const QRectF pill(option.rect.right() - 14 - width, option.rect.center().y() - height / 2.0 + 0.5, width,
                      height);
    QColor ground = isAlarm ? colors.bad : colors.mutedText;
    ground.setAlphaF(isAlarm ? 0.18F : 0.17F);
    painter.setPen(Qt::NoPen);
    painter.setBrush(ground);
    painter.drawRoundedRect(pill, height / 2.0, height / 2.0);
    painter.setPen(isAlarm ? colors.bad : colors.mutedText);
    painter.drawText(pill, Qt::AlignCenter, text);
  }
};

}  // namespace

Navigation::Navigation(QWidget* parent) : QListWidget(parent) {
  setObjectName(QStringLiteral("navigation"));
  setAccessibleName(QStringLiteral("Rooms"));
  setFixedWidth(kWidth);
  setFrameShape(QFrame::NoFrame);
  setMouseTracking(true);
  setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  setItemDelegate(new NavigationDelegate(this));
  const char* group = "";
  for (const RoomEntry& entry : kRooms) {
    if (QLatin1String(group) != QLatin1String(entry.group)) {
      auto* heading = new QListWidgetItem(QString::fromLatin1(entry.group), this);
      heading->setFlags(Qt::NoItemFlags);
      group = entry.group;
    }
    auto* item = new QListWidgetItem(QString::fromLatin1(entry.title), this);
    item->setData(RoomRole, static_cast<int>(entry.room));
    item->setToolTip(QStringLiteral("%1 (Ctrl+%2)").arg(titleOf(entry.room)).arg(int(entry.room) + 1));
  }
  setCurrentRow(1);
  connect(this, &QListWidget::currentItemChanged, this, [this](QListWidgetItem* item) {
    if (item) Q_EMIT roomChosen(current());
  });
}

Room Navigation::current() const {
  return static_cast<Room>(currentItem()->data(RoomRole).toInt());
}

void Navigation::setCurrent(Room room) {
  setCurrentItem(itemOf(room));
}

void Navigation::setBadge(Room room, const QString& text, BadgeTone tone, const QString& meaning) {
  QListWidgetItem* item = itemOf(room);
  if (item->data(BadgeRole).toString() == text && item->data(ToneRole).toBool() == (tone == BadgeTone::Alarm))
    return;
  item->setData(BadgeRole, text);
  item->setData(ToneRole, tone == BadgeTone::Alarm);
  const QString said = meaning.isEmpty() ? text : meaning;
  item->setData(Qt::AccessibleTextRole,
                said.isEmpty() ? titleOf(room) : QStringLiteral("%1, %2").arg(titleOf(room), said));
}

QString Navigation::badge(Room room) const {
  return itemOf(room)->data(BadgeRole).toString();
}

QListWidgetItem* Navigation::itemOf(Room room) const {
  for (int row = 0; row < count(); ++row) {
    const QVariant held = item(row)->data(RoomRole);
    if (held.isValid() && held.toInt() == static_cast<int>(room)) return item(row);
  }
  return nullptr;
}

}  // namespace spillway::ui

// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/words.h"

#include <QDateTime>
#include <QLocale>
#include <array>
#include <cmath>

#include "ui/theme/theme.h"

namespace spillway::ui {

namespace {

QDateTime localTime(WallTime time) {
  const auto sinceEpoch = std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch());
  return QDateTime::fromMSecsSinceEpoch(sinceEpoch.count());
}

const QLocale& englishLocale() {
  static const QLocale locale(QLocale::English, QLocale::UnitedStates);
  return locale;
}

}  // namespace

QString orDash(const std::string& text) {
  return orDash(QString::fromStdString(text));
}

QString orDash(const QString& text) {
  return text.isEmpty() ? QStringLiteral("–") : text;
}

Severity grpcSeverity(std::optional<std::uint32_t> status) {
  if (!status) return Severity::None;
  switch (*status) {
    case 0:
      return Severity::Good;
    case 1:   // CANCELLED
    case 3:   // INVALID_ARGUMENT
    case 4:   // DEADLINE_EXCEEDED
    case 5:   // NOT_FOUND
    case 6:   // ALREADY_EXISTS
    case 7:   // PERMISSION_DENIED
    case 9:   // FAILED_PRECONDITION
    case 11:  // OUT_OF_RANGE
    case 16:  // UNAUTHENTICATED
      return Severity::Warning;
    default:
      return Severity::Bad;
  }
}

Severity httpSeverity(int status) {
  if (status < 200) return Severity::None;
  if (status < 300) return Severity::Good;
  if (status < 400) return Severity::Notice;
  return status < 500 ? Severity::Warning : Severity::Bad;
}

QString severityGlyph(Severity severity) {
  switch (severity) {
    case Severity::Good:
      return QStringLiteral("✔");
    case Severity::Notice:
      return QStringLiteral("↪");
    case Severity::Warning:
      return QStringLiteral("▲");
    case Severity::Bad:
      return QStringLiteral("✖");
    case Severity::None:
      break;
  }
  return {};
}

QColor severityColor(Severity severity) {
  const ThemeColors& colors = Theme::colors();
  switch (severity) {
    case Severity::Good:
      return colors.good;
    case Severity::Notice:
      return colors.notice;
    case Severity::Warning:
      return colors.warning;
    case Severity::Bad:
      return colors.bad;
    case Severity::None:
      break;
  }
  return colors.mutedText;
}

QString markedText(Severity severity, const QString& text) {
  const bool plain = severity == Severity::None || severity == Severity::Good;
  return plain ? text : severityGlyph(severity) + QLatin1Char(' ') + text;
}

QString clockText(WallTime time) {
  return localTime(time).toString(QStringLiteral("HH:mm:ss.zzz"));
}

QString dateTimeText(WallTime time) {
  return localTime(time).toString(QStringLiteral("yyyy-MM-dd HH:mm:ss.zzz"));
}

QString durationText(std::int64_t micros) {
  const double ms = static_cast<double>(micros) / 1000.0;
  if (ms < 999.95) return QStringLiteral("%1 ms").arg(ms, 0, 'f', 1);
  if (ms < 60'000.0) return QStringLiteral("%1 s").arg(ms / 1000.0, 0, 'f', 2);
  const std::int64_t seconds = micros / 1'000'000;
  if (seconds < 3600) return QStringLiteral("%1 min %2 s").arg(seconds / 60).arg(seconds % 60);
  return QStringLiteral("%1 h %2 min").arg(seconds / 3600).arg(seconds / 60 % 60);
}

QString millisText(std::int64_t micros) {
  if (micros < 0) return QStringLiteral("–");
  return QString::number(static_cast<double>(micros) / 1000.0, 'f', 1);
}

QString bytesText(std::uint64_t bytes) {
  if (bytes < 1000) return QStringLiteral("%1 B").arg(bytes);
  constexpr std::array kUnits{"kB", "MB", "GB", "TB"};
  double value = static_cast<double>(bytes) / 1000.0;
  std::size_t unit = 0;
  while (value >= 999.95 && unit + 1 < kUnits.size()) {
    value /= 1000.0;
    ++unit;
  }
  return QStringLiteral("%1 %2").arg(value, 0, 'f', 1).arg(QLatin1String(kUnits[unit]));
}

QString storageText(std::uint64_t bytes) {
  if (bytes < 1024) return QStringLiteral("%1 B").arg(bytes);
  constexpr std::array kUnits{"KiB", "MiB", "GiB"};
  double value = static_cast<double>(bytes) / 1024;
  std::size_t unit = 0;
  while (value >= 1023.5 && unit + 1 < kUnits.size()) {
    value /= 1024;
    ++unit;
  }
  const double shown = value < 10 ? std::round(value * 10) / 10 : std::round(value);
  return QStringLiteral("%1 %2").arg(shown).arg(QLatin1String(kUnits[unit]));
}

QString countText(std::uint64_t count) {
  return englishLocale().toString(static_cast<qulonglong>(count));
}

QString countOf(std::uint64_t count, const QString& noun) {
  return countText(count) + QLatin1Char(' ') + noun + (count == 1 ? QString() : QStringLiteral("s"));
}

QString grpcStatusText(std::optional<std::uint32_t> status) {
  if (!status) return QStringLiteral("–");
  const QString name = QString::fromLatin1(observe::grpcStatusName(*status));
  return name.isEmpty() ? QString::number(*status) : QStringLiteral("%1 %2").arg(*status).arg(name);
}

QString httpStatusText(int status) {
  return status == 0 ? QStringLiteral("–") : QString::number(status);
}

QString http2ErrorName(std::uint32_t code) {
  constexpr std::array kNames{"NO_ERROR",
                              "PROTOCOL_ERROR",
                              "INTERNAL_ERROR",
                              "FLOW_CONTROL_ERROR",
                              "SETTINGS_TIMEOUT",
                              "STREAM_CLOSED",
                              "FRAME_SIZE_ERROR",
                              "REFUSED_STREAM",
                              "CANCEL",
                              "COMPRESSION_ERROR",
                              "CONNECT_ERROR",
                              "ENHANCE_YOUR_CALM",
                              "INADEQUATE_SECURITY",
                              "HTTP_1_1_REQUIRED"};
  return code < kNames.size() ? QString::fromLatin1(kNames[code]) : QStringLiteral("code %1").arg(code);
}

std::pair<QString, QString> splitGrpcPath(const std::string& path) {
  const auto slash = path.rfind('/');
  if (slash == std::string::npos || slash == 0) return {QString::fromStdString(path), QString()};
  return {QString::fromStdString(path.substr(1, slash - 1)), QString::fromStdString(path.substr(slash + 1))};
}

QString endedByText(const observe::StreamRecord& record) {
  using observe::EndedBy;
  QString words;
  switch (record.endedBy) {
    case EndedBy::Nobody:
      words = QStringLiteral("the target: its answer reached the client whole");
      break;
    case EndedBy::Client:
      words = QStringLiteral("the client");
      break;
    case EndedBy::Target:
      words = QStringLiteral("the target");
      break;
    case EndedBy::Balancer:
      words = QStringLiteral("the balancer");
      break;
  }
  if (record.endedBecause.empty()) return words;
  return QStringLiteral("%1 (%2)").arg(words, QString::fromStdString(record.endedBecause));
}

QString causeText(const observe::StreamRecord& record) {
  if (!record.cause.empty()) {
    QString cause = QString::fromStdString(record.cause);
    cause[0] = cause[0].toUpper();
    return cause.endsWith(QLatin1Char('.')) ? cause : cause + QLatin1Char('.');
  }
  if (observe::isGood(record.outcome)) return QStringLiteral("Completed.");
  return QString::fromLatin1(observe::toString(record.outcome)) + QLatin1Char('.');
}

}  // namespace spillway::ui

// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/calls/metadata_text.h"

#include <QStringList>

namespace spillway::ui {

namespace {

QString toQt(const std::string& text) {
  return QString::fromStdString(text);
}

/// One line of metadata; nullopt: it is none.
std::optional<std::pair<std::string, std::string>> fieldIn(const QString& line) {
  const auto colon = line.indexOf(QLatin1Char(':'), 1);
  if (colon < 0) return std::nullopt;
  const QString name = line.left(colon).trimmed().toLower();
  for (const QChar c : name) {
    const bool isGood = (c >= QLatin1Char('a') && c <= QLatin1Char('z')) || c.isDigit() ||
                        c == QLatin1Char('-') || c == QLatin1Char('_') || c == QLatin1Char('.');
    if (!isGood) return std::nullopt;
  }
  const QByteArray value = line.mid(colon + 1).trimmed().toUtf8();
  return std::pair(
      name.toStdString(),
      (name.endsWith(QStringLiteral("-bin")) ? QByteArray::fromBase64(value) : value).toStdString());
}

}  // namespace

QString metadataText(const grpc::Metadata& metadata) {
  QStringList lines;
  for (const auto& [name, value] : metadata) {
    const bool isBinary = name.ends_with("-bin");
    const QByteArray bytes = QByteArray::fromStdString(value);
    lines << toQt(name) + QStringLiteral(": ") +
                 (isBinary ? QString::fromLatin1(bytes.toBase64()) : QString::fromUtf8(bytes));
  }
  return lines.join(QLatin1Char('\n'));
}

std::optional<grpc::Metadata> metadataIn(const QString& text) {
  grpc::Metadata metadata;
  for (const QString& line : text.split(QLatin1Char('\n'), Qt::SkipEmptyParts)) {
    if (line.trimmed().isEmpty()) continue;
    const auto field = fieldIn(line);
    if (!field) return std::nullopt;
    metadata.push_back(*field);
  }
  return metadata;
}

}  // namespace spillway::ui

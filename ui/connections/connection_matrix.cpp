// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/connections/connection_matrix.h"

#include <QStringList>
#include <algorithm>
#include <numeric>
#include <set>
#include <tuple>

#include "ui/health/target_health_model.h"
#include "ui/models/words.h"

namespace spillway::ui {

namespace {

using observe::ConnectionSide;
using observe::ConnectionStatus;

bool isShown(const ConnectionStatus& connection) {
  return connection.side == ConnectionSide::Client && !connection.targets.empty();
}

/// Of a name it is not known here which address it stands for.
bool isAddress(const std::string& text) {
  return text.find_first_not_of("0123456789.") == std::string::npos || text.find(':') != std::string::npos;
}

std::set<QString> columnsOf(const Statuses& connections, const std::vector<TargetId>& registered) {
  std::set<QString> targets;
  for (const auto& connection : connections) {
    if (!isShown(*connection)) continue;
    for (const auto& count : connection->targets)
      targets.insert(QString::fromStdString(count.target));
  }
  std::set<std::string> groups;
  for (const TargetId& target : registered) {
    if (targets.contains(targetAddress(target))) groups.insert(target.group);
  }
  for (const TargetId& target : registered) {
    if (groups.contains(target.group) && isAddress(target.address)) targets.insert(targetAddress(target));
  }
  return targets;
}

void addRow(ConnectionMatrix& matrix, const ConnectionStatus& connection) {
  ConnectionMatrix::Row row{connection.id, QString::fromStdString(connection.peer),
                            connection.state != observe::ConnectionState::Ended,
                            std::vector<std::uint64_t>(matrix.targets.size())};
  for (const auto& count : connection.targets) {
    const auto at = std::ranges::lower_bound(matrix.targets, QString::fromStdString(count.target));
    const auto column = static_cast<std::size_t>(at - matrix.targets.begin());
    row.counts[column] = count.total;
    row.total += count.total;
    matrix.totals[column] += count.total;
    matrix.largest = std::max(matrix.largest, count.total);
  }
  matrix.total += row.total;
  matrix.rows.push_back(std::move(row));
}

QString percentText(std::uint64_t part, std::uint64_t whole) {
  return QStringLiteral("%1 %").arg(100.0 * static_cast<double>(part) / static_cast<double>(whole), 0, 'f',
                                    0);
}

std::size_t targetsUsed(const std::vector<std::uint64_t>& counts) {
  return static_cast<std::size_t>(std::ranges::count_if(counts, [](auto count) { return count > 0; }));
}

QString allOnOne(const ConnectionMatrix& matrix) {
  const auto at = static_cast<std::size_t>(std::ranges::max_element(matrix.totals) - matrix.totals.begin());
  const std::size_t others = matrix.targets.size() - 1;
  const QString tail = others == 0
                           ? QStringLiteral("it is the only target.")
                           : QStringLiteral("%1 got none.")
                                 .arg(others == 1 ? QStringLiteral("the other target")
                                                  : QStringLiteral("the other %1 targets").arg(others));
  return QStringLiteral("%1, all %2 on %3: %4")
      .arg(countOf(matrix.rows.size(), QStringLiteral("connection")),
           countOf(matrix.total, QStringLiteral("stream")), matrix.targets[at], tail);
}

/// How one connection's streams spread; nothing to say while each has one stream only.
QString spreadWords(const ConnectionMatrix& matrix) {
  std::size_t most = 0;
  for (const auto& row : matrix.rows) {
    if (row.total > 1) most = std::max(most, targetsUsed(row.counts));
  }
  if (most == 0) return {};
  if (most == 1) return QStringLiteral(" Each connection stays on one target: that is what stickiness does.");
  return QStringLiteral(" The streams of one connection go to up to %1 targets: each is balanced by itself.")
      .arg(most);
}

}  // namespace

ConnectionMatrix matrixOf(const Statuses& connections, const std::vector<TargetId>& registered) {
  ConnectionMatrix matrix;
  const auto targets = columnsOf(connections, registered);
  matrix.targets.assign(targets.begin(), targets.end());
  matrix.totals.resize(targets.size());
  for (const auto& connection : connections) {
    if (isShown(*connection)) addRow(matrix, *connection);
  }
  std::ranges::sort(matrix.rows, [](const auto& a, const auto& b) {
    return std::tuple(!a.isOpen, b.total, a.id) < std::tuple(!b.isOpen, a.total, b.id);
  });
  return matrix;
}

QString matrixSentence(const ConnectionMatrix& matrix) {
  if (matrix.total == 0) return QStringLiteral("No stream has gone from these connections to a target yet.");
  if (targetsUsed(matrix.totals) == 1) return allOnOne(matrix);
  const auto [least, most] = std::ranges::minmax_element(matrix.totals);
  const auto words = [&](auto at) {
    return QStringLiteral("%1 got %2 (%3)")
        .arg(matrix.targets[static_cast<std::size_t>(at - matrix.totals.begin())], countText(*at),
             percentText(*at, matrix.total));
  };
  const QString parts =
      *least == *most
          ? QStringLiteral("each of the %1 targets got %2").arg(matrix.targets.size()).arg(countText(*most))
          : QStringLiteral("%1, the most, and %2, the least").arg(words(most), words(least));
  return QStringLiteral("%1, %2: %3.")
             .arg(countOf(matrix.rows.size(), QStringLiteral("connection")),
                  countOf(matrix.total, QStringLiteral("stream")), parts) +
         spreadWords(matrix);
}

QString matrixText(const ConnectionMatrix& matrix, QChar separator) {
  QStringList lines;
  const auto add = [&](const QString& name, const std::vector<std::uint64_t>& counts, std::uint64_t total) {
    QStringList cells{name};
    for (const std::uint64_t count : counts)
      cells.push_back(QString::number(count));
    cells.push_back(QString::number(total));
    lines.push_back(cells.join(separator));
  };
  QStringList head{QStringLiteral("Client")};
  head.append(QStringList(matrix.targets.begin(), matrix.targets.end()));
  head.push_back(QStringLiteral("Total"));
  lines.push_back(head.join(separator));
  for (const auto& row : matrix.rows)
    add(row.client, row.counts, row.total);
  add(QStringLiteral("Total"), matrix.totals, matrix.total);
  return lines.join(QLatin1Char('\n')) + QLatin1Char('\n');
}

}  // namespace spillway::ui

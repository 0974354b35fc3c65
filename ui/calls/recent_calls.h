// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QList>
#include <QString>

namespace spillway::ui {

/// A call as a person filled it in. Metadata may hold secrets and is not part of it.
struct RecentCall {
  QString to;
  int tls = 0;     ///< CallTls
  QString method;  ///< its path
  int deadlineMillis = 0;
  int compression = 0;  ///< grpc::CallCompression
  QString message;
};

/// Kept in the settings, the newest first.
void keepRecentCall(const RecentCall& call);
QList<RecentCall> recentCalls();
/// For a menu.
QString recentCallTitle(const RecentCall& call);

}  // namespace spillway::ui

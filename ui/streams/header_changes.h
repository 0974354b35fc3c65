// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <vector>

#include "engine/observe/capture_view.h"

namespace spillway::ui {

/// What Spillway did to a field on the way from one hop to the other.
enum class HeaderChange { Kept, Added, Changed, Removed };
/// "", "+ added", "~ changed", "− removed".
QString headerChangeText(HeaderChange change);

/// A header or trailer field as it came in and as it went out.
struct HeaderRow {
  QString block;  ///< "Request", "Response", "Trailers", …
  QString name, in, out;
  HeaderChange change = HeaderChange::Kept;
};

/// All fields of a stream, block after block. A field that comes several times is compared value by value in
/// its order. Where only one hop has a block, nothing is marked. Pure.
std::vector<HeaderRow> headerRows(const observe::CaptureView& view);

}  // namespace spillway::ui

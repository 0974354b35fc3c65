// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/streams/header_changes.h"

#include <map>

namespace spillway::ui {

using observe::CapturedFields;
using observe::CapturedKind;
using observe::Direction;
using observe::FieldList;
using observe::Hop;

namespace {

using Values = std::map<std::string, std::vector<std::string>>;

QString toQt(const std::string& text) {
  return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

QString blockName(CapturedKind kind, Direction direction) {
  const bool isRequest = direction == Direction::Request;
  if (kind == CapturedKind::Trailers)
    return isRequest ? QStringLiteral("Request trailers") : QStringLiteral("Trailers");
  return isRequest ? QStringLiteral("Request") : QStringLiteral("Response");
}

Values valuesOf(const FieldList& fields) {
  Values values;
  for (const auto& [name, value] : fields)
    values[name].push_back(value);
  return values;
}

/// Names in the order in which they first come, in `first` and then in `second`.
std::vector<std::string> namesOf(const FieldList& first, const FieldList& second) {
  std::vector<std::string> names;
  for (const FieldList* list : {&first, &second}) {
    for (const auto& [name, value] : *list) {
      if (std::ranges::find(names, name) == names.end()) names.push_back(name);
    }
  }
  return names;
}

HeaderChange changeOf(const std::string* in, const std::string* out) {
  if (!in) return HeaderChange::Added;
  if (!out) return HeaderChange::Removed;
  return *in == *out ? HeaderChange::Kept : HeaderChange::Changed;
}

void addBoth(std::vector<HeaderRow>& rows, const QString& block, const FieldList& in, const FieldList& out) {
  const Values came = valuesOf(in), went = valuesOf(out);
  const auto valuesIn = [](const Values& values, const std::string& name) {
    const auto at = values.find(name);
    return at == values.end() ? std::vector<std::string>() : at->second;
  };
  for (const std::string& name : namesOf(in, out)) {
    const auto one = valuesIn(came, name), other = valuesIn(went, name);
    for (std::size_t i = 0; i < std::max(one.size(), other.size()); ++i) {
      const std::string* before = i < one.size() ? &one[i] : nullptr;
      const std::string* after = i < other.size() ? &other[i] : nullptr;
      rows.push_back({block, toQt(name), before ? toQt(*before) : QString(), after ? toQt(*after) : QString(),
                      changeOf(before, after)});
    }
  }
}

void addOne(std::vector<HeaderRow>& rows, const QString& block, const FieldList& fields, bool cameIn) {
  for (const auto& [name, value] : fields)
    rows.push_back({block, toQt(name), cameIn ? toQt(value) : QString(), cameIn ? QString() : toQt(value)});
}

/// The last block of this kind: interim responses and earlier attempts come before it.
const CapturedFields* lastOf(const observe::CaptureView& view, CapturedKind kind, Direction direction,
                             Hop hop) {
  const CapturedFields* found = nullptr;
  for (const CapturedFields& fields : view.fields()) {
    if (fields.kind == kind && fields.direction == direction && fields.hop == hop) found = &fields;
  }
  return found;
}

}  // namespace

QString headerChangeText(HeaderChange change) {
  switch (change) {
    case HeaderChange::Kept:
      break;
    case HeaderChange::Added:
      return QStringLiteral("+ added");
    case HeaderChange::Changed:
      return QStringLiteral("~ changed");
    case HeaderChange::Removed:
      return QStringLiteral("− removed");
  }
  return {};
}

std::vector<HeaderRow> headerRows(const observe::CaptureView& view) {
  std::vector<HeaderRow> rows;
  for (const Direction direction : {Direction::Request, Direction::Response}) {
    const bool isRequest = direction == Direction::Request;
    for (const CapturedKind kind : {CapturedKind::Head, CapturedKind::Trailers}) {
      const CapturedFields* in = lastOf(view, kind, direction, isRequest ? Hop::Client : Hop::Target);
      const CapturedFields* out = lastOf(view, kind, direction, isRequest ? Hop::Target : Hop::Client);
      QString block = blockName(kind, direction);
      if (in && out) {
        addBoth(rows, block, *in->fields, *out->fields);
      } else if (in) {
        addOne(rows, block, *in->fields, true);
      } else if (out) {
        if (!isRequest) block += QStringLiteral(" (made by Spillway)");
        addOne(rows, block, *out->fields, false);
      }
    }
  }
  return rows;
}

}  // namespace spillway::ui

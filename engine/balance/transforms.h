// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/regex.h"
#include "engine/config/rules.h"

namespace spillway::balance {

/// What a rule's transforms made of a request.
struct TransformResult {
  std::optional<std::string> host;          ///< the new Host; nullopt: as it was
  std::optional<std::string> pathAndQuery;  ///< the new target; nullopt: as it was
  std::string_view status;  ///< access log field 33, "TransformSuccess"; empty: nothing matched
  bool failed() const { return !status.empty() && status != "TransformSuccess"; }
};

/// A rule's rewrites of host and URL, compiled (alb-behaviour §2.12). Immutable: any number of threads may
/// use it.
class Transforms {
 public:
  /// Null where the rule has none.
  static std::shared_ptr<const Transforms> of(const config::Rule&);

  /// `host` is the request's authority; a port at its end is kept aside and put back. `pathAndQuery` as the
  /// client sent it. When it failed, the request is answered with 500 and nothing is changed.
  TransformResult apply(std::string_view host, std::string_view pathAndQuery) const;

 private:
  struct Replacement {
    Regex regex;
    std::string text;
  };
  static std::optional<Replacement> compiled(const std::optional<config::Rewrite>&, LetterCase);
  static std::optional<std::string> replaced(const Replacement&, std::string_view text);

  std::optional<Replacement> host_, url_;
};

}  // namespace spillway::balance

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>

namespace spillway::grpc {
class Redaction;
}

namespace spillway::ui {

/// What reading a call's messages needs beside them. A value: any thread.
struct CallContext {
  std::string path;  ///< "/routeguide.RouteGuide/GetFeature"
  std::shared_ptr<const grpc::Redaction>
      redaction;  ///< whose fields' values are hidden; null: the usual ones
};

}  // namespace spillway::ui

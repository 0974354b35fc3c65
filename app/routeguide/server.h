// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

namespace spillway::routeguide {

struct ServeOptions {
  std::string address = "127.0.0.1";
  int port = 50061;                      ///< 0: any free port
  std::string certificateFile, keyFile;  ///< both: TLS
};

/// Serves until SIGTERM or SIGINT; those signals must be blocked in every thread. Prints one line of JSON
/// when ready. Returns the program's exit code.
int serve(const ServeOptions&);

}  // namespace spillway::routeguide

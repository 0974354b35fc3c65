// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

namespace spillway::routeguide {

enum class Transport : bool { Tls, Plaintext };
enum class Output : bool { Words, Json };

struct ClientOptions {
  std::string address = "127.0.0.1:50051";
  Transport transport = Transport::Tls;
  std::string caFile;        ///< TLS: who is trusted; empty: the system's authorities
  std::string serverName;    ///< TLS: the name that the certificate must cover; empty: the address's own
  std::string call = "all";  ///< get, list, record, chat or all
  int rounds = 1;            ///< 0: until a signal ends the program
  int delayMs = 0;           ///< pause between messages and between calls
  Output output = Output::Words;
};

/// Makes the calls and prints what each did. Returns the exit code: 0, 1 when a call failed (with rounds 0 it
/// goes on), 2 when an option makes no sense.
int runClient(const ClientOptions&);

}  // namespace spillway::routeguide

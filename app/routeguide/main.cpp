// SPDX-License-Identifier: GPL-3.0-or-later
#include <pthread.h>

#include <CLI/CLI.hpp>
#include <csignal>

#include "app/routeguide/client.h"
#include "app/routeguide/server.h"

int main(int argc, char** argv) {
  using namespace spillway::routeguide;
  CLI::App app{"The route guide example: a demo server and a demo client with the four kinds of gRPC call."};
  app.set_version_flag("--version", "spillway-routeguide " SPILLWAY_VERSION);
  app.require_subcommand(1);

  ServeOptions serving;
  CLI::App* server = app.add_subcommand("serve", "Serve the route guide until SIGTERM.");
  server->add_option("--port", serving.port, "Port; 0 takes any free one")->check(CLI::Range(0, 65535));
  server->add_option("--address", serving.address, "Address to listen on");
  auto* certificate =
      server->add_option("--tls-cert", serving.certificateFile, "PEM certificate: serve over TLS");
  server->add_option("--tls-key", serving.keyFile, "PEM key of the certificate")->needs(certificate);

  ClientOptions calling;
  bool plaintext = false, json = false;
  CLI::App* client = app.add_subcommand("client", "Make the calls and print what each did.");
  client->add_option("--address", calling.address, "host:port of the server or balancer");
  client->add_option("--ca", calling.caFile, "PEM file of the authority to trust")->check(CLI::ExistingFile);
  client->add_flag("--plaintext", plaintext, "No TLS");
  client->add_option("--name", calling.serverName, "Name that the server's certificate must cover");
  client->add_option("--call", calling.call, "Which call")
      ->check(CLI::IsMember({"get", "list", "record", "chat", "all"}));
  client->add_option("--rounds", calling.rounds, "How often; 0 = until stopped")
      ->check(CLI::NonNegativeNumber);
  client->add_option("--delay-ms", calling.delayMs, "Pause between messages and calls")
      ->check(CLI::NonNegativeNumber);
  client->add_flag("--json", json, "One line of JSON per call, results included");

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  if (server->parsed()) {
    // Before any thread begins, so that only serve()'s sigwait sees them.
    sigset_t ends;
    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGINT);
    pthread_sigmask(SIG_BLOCK, &ends, nullptr);
    return serve(serving);
  }
  if (plaintext) calling.transport = Transport::Plaintext;
  if (json) calling.output = Output::Json;
  return runClient(calling);
}

// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/proxy/local_response.h"

#include <fmt/chrono.h>
#include <fmt/core.h>

#include "engine/http/grpc_status.h"
#include "engine/proxy/outcome.h"

namespace spillway::proxy {

LocalResponse localResponse(observe::Outcome outcome, AnswerForm form) {
  const OutcomeFacts& facts = factsOf(outcome);
  LocalResponse response;
  response.head.status = facts.status;
  http::Headers& fields = response.head.fields;
  fields.add("server", "awselb/2.0");
  fields.add("date", fmt::format("{:%a, %d %b %Y %H:%M:%S} GMT", fmt::gmtime(std::time(nullptr))));
  if (outcome == observe::Outcome::ProtocolMismatch) return response;
  if (form == AnswerForm::Grpc) {
    fields.add("content-type", "application/grpc");
    fields.add("grpc-status", std::to_string(facts.grpcStatus));
    fields.add("grpc-message", http::encodeGrpcMessage(facts.grpcMessage));
    return response;
  }
  const std::string title = fmt::format("{} {}", facts.status, reasonPhrase(facts.status));
  response.body = fmt::format(
      "<html>\r\n<head><title>{0}</title></head>\r\n<body>\r\n<center><h1>{0}</h1></center>\r\n</body>\r\n</html>\r\n",
      title);
  fields.add("content-type", "text/html");
  fields.add("content-length", std::to_string(response.body.size()));
  return response;
}

}  // namespace spillway::proxy

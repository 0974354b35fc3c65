// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/proxy/local_response.h"

#include <fmt/chrono.h>
#include <fmt/core.h>

#include "engine/http/grpc_status.h"
#include "engine/proxy/head_rewrite.h"
#include "engine/proxy/outcome.h"

namespace spillway::proxy {
namespace {

using observe::Outcome;

constexpr std::uint32_t kUnknown = 2;

LocalResponse begin(int status, const config::ListenerAttributes& attributes) {
  LocalResponse response;
  response.head.status = status;
  http::Headers& fields = response.head.fields;
  if (attributes.serverHeader) fields.add("server", "awselb/2.0");
  fields.add("date", fmt::format("{:%a, %d %b %Y %H:%M:%S} GMT", fmt::gmtime(std::time(nullptr))));
  return response;
}

void setBody(LocalResponse& response, std::string_view contentType, std::string body) {
  response.body = std::move(body);
  response.head.fields.add("content-type", contentType);
  response.head.fields.add("content-length", std::to_string(response.body.size()));
}

void setPage(LocalResponse& response) {
  std::string title = std::to_string(response.head.status);
  if (const std::string_view phrase = reasonPhrase(response.head.status); !phrase.empty())
    title.append(" ").append(phrase);
  setBody(
      response, "text/html",
      fmt::format("<html>\r\n<head><title>{0}</title></head>\r\n<body>\r\n<center><h1>{0}</h1></center>\r\n"
                  "</body>\r\n</html>\r\n",
                  title));
}

void setGrpcStatus(http::Headers& fields, std::uint32_t status, const char* message) {
  fields.add("content-type", "application/grpc");
  fields.add("grpc-status", std::to_string(status));
  fields.add("grpc-message", http::encodeGrpcMessage(message));
}

}  // namespace

LocalResponse localResponse(Outcome outcome, AnswerForm form, const config::ListenerAttributes& attributes,
                            const config::Limits& limits) {
  const OutcomeFacts& facts = factsOf(outcome);
  // AWS documents both 400 and 413 for fields over their limits.
  const bool isOverflow = outcome == Outcome::LimitExceeded && limits.headerOverflowStatus == 413;
  LocalResponse response = begin(isOverflow ? 413 : facts.status, attributes);
  if (outcome != Outcome::ProtocolMismatch) {
    if (form == AnswerForm::Grpc) {
      setGrpcStatus(response.head.fields, isOverflow ? kUnknown : facts.grpcStatus, facts.grpcMessage);
    } else {
      setPage(response);
    }
  }
  setResponseHeaders(response.head.fields, attributes);
  return response;
}

LocalResponse fixedResponse(const config::FixedResponse& action,
                            const config::ListenerAttributes& attributes) {
  LocalResponse response = begin(static_cast<int>(action.statusCode), attributes);
  const bool mayHaveBody = action.statusCode != 204;
  if (mayHaveBody) setBody(response, action.contentType, action.messageBody);
  setResponseHeaders(response.head.fields, attributes);
  return response;
}

LocalResponse redirectResponse(std::string_view location, int status,
                               const config::ListenerAttributes& attributes) {
  LocalResponse response = begin(status, attributes);
  setPage(response);
  response.head.fields.add("location", location);
  setResponseHeaders(response.head.fields, attributes);
  return response;
}

}  // namespace spillway::proxy

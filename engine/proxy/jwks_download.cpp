// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/proxy/jwks_download.h"

#include <curl/curl.h>
#include <fmt/core.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

namespace spillway::proxy {
namespace {

using observe::Outcome;

tl::unexpected<JwtRefusal> refused(Outcome outcome, const char* reason, std::string detail) {
  return failure(JwtRefusal{outcome, reason, std::move(detail)});
}

}  // namespace

JwksDownload::JwksDownload(const std::string& endpoint, const std::string& trustedPem, Duration timeout)
    : handle_(curl_easy_init()), endpoint_(endpoint) {
  const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(timeout).count();
  curl_easy_setopt(handle_, CURLOPT_URL, endpoint_.c_str());
  curl_easy_setopt(handle_, CURLOPT_PROTOCOLS_STR, "http,https,file");
  curl_easy_setopt(handle_, CURLOPT_TIMEOUT_MS, static_cast<long>(milliseconds));
  curl_easy_setopt(handle_, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle_, CURLOPT_PROXY, "");  // of this machine: HTTP_PROXY would lead away
  curl_easy_setopt(handle_, CURLOPT_ACCEPT_ENCODING, "");
  curl_easy_setopt(handle_, CURLOPT_PRIVATE, this);
  curl_easy_setopt(handle_, CURLOPT_WRITEFUNCTION, &JwksDownload::receive);
  curl_easy_setopt(handle_, CURLOPT_WRITEDATA, this);
  if (trustedPem.empty()) return;
  curl_easy_setopt(handle_, CURLOPT_SSL_CTX_FUNCTION, &JwksDownload::trust);
  curl_easy_setopt(handle_, CURLOPT_SSL_CTX_DATA, &trustedPem);
}

JwksDownload::~JwksDownload() {
  curl_easy_cleanup(handle_);
}

std::size_t JwksDownload::receive(char* data, std::size_t size, std::size_t count, void* download) {
  auto& self = *static_cast<JwksDownload*>(download);
  const std::size_t bytes = size * count;
  if (self.body_.size() + bytes > kLargestJwks) {
    self.isTooLarge_ = true;
    return 0;  // ends the transfer
  }
  self.body_.append(data, bytes);
  return bytes;
}

int JwksDownload::trust(void*, void* context, void* pem) {
  const auto& text = *static_cast<const std::string*>(pem);
  X509_STORE* store = SSL_CTX_get_cert_store(static_cast<SSL_CTX*>(context));
  BIO* bio = BIO_new_mem_buf(text.data(), static_cast<int>(text.size()));
  while (X509* certificate = PEM_read_bio_X509(bio, nullptr, nullptr, nullptr)) {
    X509_STORE_add_cert(store, certificate);
    X509_free(certificate);
  }
  BIO_free(bio);
  ERR_clear_error();
  return CURLE_OK;
}

Result<std::shared_ptr<const Jwks>, JwtRefusal> JwksDownload::result(int code) const {
  if (isTooLarge_) {
    return refused(Outcome::JwksUnavailable, "JWKSResponseSizeExceeded",
                   fmt::format("{} answers with more than 150 KB.", endpoint_));
  }
  if (code != CURLE_OK) {
    const char* why = curl_easy_strerror(static_cast<CURLcode>(code));
    return refused(Outcome::JwksUnavailable, "JWKSRequestTimeout", fmt::format("{}: {}.", endpoint_, why));
  }
  long status = 0;  // stays 0 for files
  curl_easy_getinfo(handle_, CURLINFO_RESPONSE_CODE, &status);
  if (status != 0 && (status < 200 || status > 299)) {
    return refused(Outcome::JwksInvalid, "JWKSRequestFailed",
                   fmt::format("{} answers with status {}.", endpoint_, status));
  }
  return Jwks::parse(body_);
}

}  // namespace spillway::proxy

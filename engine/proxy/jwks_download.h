// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>

#include "engine/base/clock.h"
#include "engine/proxy/jwks.h"

namespace spillway::proxy {

/// One GET of a JWKS by libcurl. The owner runs it in its multi handle and then asks for the result.
class JwksDownload {
 public:
  /// `trustedPem` must outlive it.
  JwksDownload(const std::string& endpoint, const std::string& trustedPem, Duration timeout);
  ~JwksDownload();
  JwksDownload(const JwksDownload&) = delete;
  JwksDownload& operator=(const JwksDownload&) = delete;

  void* handle() const { return handle_; }  ///< CURL*, for curl_multi_add_handle
  /// What came of it; `code` is the CURLcode with which it ended.
  Result<std::shared_ptr<const Jwks>, JwtRefusal> result(int code) const;

 private:
  static std::size_t receive(char* data, std::size_t size, std::size_t count, void* download);
  static int trust(void* handle, void* context, void* pem);

  void* handle_;
  std::string endpoint_;
  std::string body_;
  bool isTooLarge_ = false;
};

}  // namespace spillway::proxy

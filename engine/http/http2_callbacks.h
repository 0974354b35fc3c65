// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

struct nghttp2_session_callbacks;

namespace spillway::http {

/// nghttp2's callback table for Http2Connection; made once, shared by all sessions. Inside of the connection.
class Http2CallbackTable {
 public:
  Http2CallbackTable();
  ~Http2CallbackTable();
  Http2CallbackTable(const Http2CallbackTable&) = delete;
  Http2CallbackTable& operator=(const Http2CallbackTable&) = delete;
  nghttp2_session_callbacks* native() const { return table_; }

 private:
  nghttp2_session_callbacks* table_ = nullptr;
};

const Http2CallbackTable& http2Callbacks();

}  // namespace spillway::http

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <string_view>

/// The header fields that listener attributes name (alb-behaviour §1.6).
namespace spillway::config {

/// Fields that the balancer adds to requests and that may get another name.
inline constexpr std::string_view kMtlsSerialNumber = "X-Amzn-Mtls-Clientcert-Serial-Number";
inline constexpr std::string_view kMtlsIssuer = "X-Amzn-Mtls-Clientcert-Issuer";
inline constexpr std::string_view kMtlsSubject = "X-Amzn-Mtls-Clientcert-Subject";
inline constexpr std::string_view kMtlsValidity = "X-Amzn-Mtls-Clientcert-Validity";
inline constexpr std::string_view kMtlsLeaf = "X-Amzn-Mtls-Clientcert-Leaf";
inline constexpr std::string_view kMtlsChain = "X-Amzn-Mtls-Clientcert";
inline constexpr std::string_view kTlsVersion = "X-Amzn-Tls-Version";
inline constexpr std::string_view kTlsCipherSuite = "X-Amzn-Tls-Cipher-Suite";
inline constexpr std::array kRenamableRequestHeaders{kMtlsSerialNumber, kMtlsIssuer,    kMtlsSubject,
                                                     kMtlsValidity,     kMtlsLeaf,      kMtlsChain,
                                                     kTlsVersion,       kTlsCipherSuite};

/// Fields that the balancer may put on every response.
inline constexpr std::array<std::string_view, 10> kResponseHeaders{
    "Strict-Transport-Security",        "Access-Control-Allow-Origin",
    "Access-Control-Allow-Methods",     "Access-Control-Allow-Headers",
    "Access-Control-Allow-Credentials", "Access-Control-Expose-Headers",
    "Access-Control-Max-Age",           "Content-Security-Policy",
    "X-Content-Type-Options",           "X-Frame-Options"};

}  // namespace spillway::config

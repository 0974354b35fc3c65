// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

struct x509_st;
struct evp_pkey_st;

/// Certificates and keys as text; fields as ALB writes them in headers and logs (alb-behaviour §1.5, §7.7).
namespace spillway::pki {

/// RFC 2253 text in pure ASCII: "CN=shop,O=Example"; other bytes as "\C3", so that it fits a header.
std::string subjectText(const x509_st*);
std::string issuerText(const x509_st*);
/// Hexadecimal with an even number of capital digits: "0A1B2C".
std::string serialText(const x509_st*);
/// "NotBefore=2026-01-31T00:00:00Z;NotAfter=2027-01-31T00:00:00Z".
std::string validityText(const x509_st*);
/// "-----BEGIN CERTIFICATE-----" and so on, with a line feed at the end.
std::string pemText(const x509_st*);
/// PKCS#8, unencrypted.
std::string pemText(const evp_pkey_st*);

}  // namespace spillway::pki

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/base/result.h"

struct x509_st;
struct evp_pkey_st;
struct X509_crl_st;

/// Owners of OpenSSL's objects, and the reading of PEM text into them: for the .cpp files of pki and net.
namespace spillway::pki {

struct OpenSslDelete {
  void operator()(x509_st*) const;
  void operator()(evp_pkey_st*) const;
  void operator()(X509_crl_st*) const;
};
using CertificatePointer = std::unique_ptr<x509_st, OpenSslDelete>;
using KeyPointer = std::unique_ptr<evp_pkey_st, OpenSslDelete>;
using RevocationListPointer = std::unique_ptr<X509_crl_st, OpenSslDelete>;

/// All certificates of the text, in its order; at least one. `what` begins the error's sentence: "The file
/// /a.pem".
Result<std::vector<CertificatePointer>> parseCertificates(const std::string& pem, const std::string& what);

/// The first private key of the text. Keys with a passphrase are refused; nothing ever asks on the terminal.
Result<KeyPointer> parsePrivateKey(const std::string& pem, const std::string& what);

/// All certificate revocation lists of the text; at least one.
Result<std::vector<RevocationListPointer>> parseRevocationLists(const std::string& pem,
                                                                const std::string& what);

/// Empties OpenSSL's queue of errors of this thread; the last one's reason in words, or "unknown reason".
std::string takeOpenSslError();

/// SHA-256 over the certificate's DER form, 64 lowercase hexadecimal digits.
std::string fingerprintOf(const x509_st*);

}  // namespace spillway::pki

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "engine/pki/local_ca.h"

/// The making of certificates, without files; LocalCa keeps what comes out.
namespace spillway::pki {

/// A new self-signed certificate authority, ECDSA P-256, valid for ten years.
Result<IssuedCertificate> issueAuthority(const std::string& commonName);

/// `names`, then localhost, 127.0.0.1 and ::1, each once, lower case. Refuses what is neither DNS name nor IP
/// address.
Result<std::vector<std::string>> serverNames(const std::vector<std::string>& names);

/// A server certificate for `names` (as serverNames() gave them), ECDSA P-256, valid for 397 days.
Result<IssuedCertificate> issueServer(const IssuedCertificate& authority,
                                      const std::vector<std::string>& names);

/// File name without suffix for a certificate of this authority and these names, in whatever order.
std::string storageName(const std::string& authorityPem, std::vector<std::string> names);

}  // namespace spillway::pki

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "engine/pki/local_ca.h"

namespace spillway::pki {

/// Certificate chain (leaf first) and private key of a PKCS#12 file (.p12, .pfx). The password is the first
/// line of `passwordFile`; "" = no password. Errors are one sentence that names the file at fault.
Result<IssuedCertificate> readPkcs12File(const std::string& file, const std::string& passwordFile);

}  // namespace spillway::pki

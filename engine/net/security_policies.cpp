// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <string_view>

#include "engine/config/model.h"
#include "engine/config/security_policy_names.h"
#include "engine/net/tls_context.h"

namespace spillway::net {

namespace {

/// Groups of TLS 1.2 ciphers as ALB's policies combine them.
enum Group : unsigned {
  kNone = 0,
  kEcdheGcm = 1,
  kEcdheCbcSha2 = 2,
  kEcdheCbcSha1 = 4,
  kRsaSha2 = 8,
  kRsaSha1 = 16,
  kAll = 31
};

struct Cipher {
  const char* name;
  unsigned group;
};

/// ALB's server order of all TLS 1.2 ciphers; a policy has the sub-sequence of its groups.
constexpr Cipher kCiphers[] = {
    {"ECDHE-ECDSA-AES128-GCM-SHA256", kEcdheGcm},
    {"ECDHE-RSA-AES128-GCM-SHA256", kEcdheGcm},
    {"ECDHE-ECDSA-AES128-SHA256", kEcdheCbcSha2},
    {"ECDHE-RSA-AES128-SHA256", kEcdheCbcSha2},
    {"ECDHE-ECDSA-AES128-SHA", kEcdheCbcSha1},
    {"ECDHE-RSA-AES128-SHA", kEcdheCbcSha1},
    {"ECDHE-ECDSA-AES256-GCM-SHA384", kEcdheGcm},
    {"ECDHE-RSA-AES256-GCM-SHA384", kEcdheGcm},
    {"ECDHE-ECDSA-AES256-SHA384", kEcdheCbcSha2},
    {"ECDHE-RSA-AES256-SHA384", kEcdheCbcSha2},
    {"ECDHE-ECDSA-AES256-SHA", kEcdheCbcSha1},
    {"ECDHE-RSA-AES256-SHA", kEcdheCbcSha1},
    {"AES128-GCM-SHA256", kRsaSha2},
    {"AES128-SHA256", kRsaSha2},
    {"AES128-SHA", kRsaSha1},
    {"AES256-GCM-SHA384", kRsaSha2},
    {"AES256-SHA256", kRsaSha2},
    {"AES256-SHA", kRsaSha1},
};

std::string cipherList(unsigned groups) {
  std::string list;
  for (const auto& cipher : kCiphers) {
    if ((cipher.group & groups) == 0) continue;
    if (!list.empty()) list += ':';
    list += cipher.name;
  }
  return list;
}

/// The forward-secrecy policies have RSA before ECDSA in the last pair.
std::string forwardSecrecyList() {
  std::string list = cipherList(kEcdheGcm | kEcdheCbcSha2 | kEcdheCbcSha1);
  const std::string last = "ECDHE-ECDSA-AES256-SHA:ECDHE-RSA-AES256-SHA";
  return list.replace(list.size() - last.size(), last.size(), "ECDHE-RSA-AES256-SHA:ECDHE-ECDSA-AES256-SHA");
}

/// User Guide, "Security policies": all of them but the FIPS families. The PQ policies add hybrid groups,
/// which OpenSSL 3.0 does not have: they are the same as their classical twins here.
std::vector<SecurityPolicy> makePolicies() {
  const std::string restricted = cipherList(kEcdheGcm);
  const std::string sha2 = cipherList(kEcdheGcm | kEcdheCbcSha2);
  const std::string ext1 = cipherList(kEcdheGcm | kEcdheCbcSha2 | kRsaSha2);
  const std::string all = cipherList(kAll);
  const std::string forwardSecrecy = forwardSecrecyList();
  return {
      {config::kDefaultSslPolicy, "TLSv1.2", "TLSv1.3", restricted},
      {"ELBSecurityPolicy-TLS13-1-3-PQ-2025-09", "TLSv1.3", "TLSv1.3", ""},
      {"ELBSecurityPolicy-TLS13-1-2-PQ-2025-09", "TLSv1.2", "TLSv1.3", sha2},
      {"ELBSecurityPolicy-TLS13-1-2-Ext1-PQ-2025-09", "TLSv1.2", "TLSv1.3", ext1},
      {"ELBSecurityPolicy-TLS13-1-2-Ext2-PQ-2025-09", "TLSv1.2", "TLSv1.3", all},
      {"ELBSecurityPolicy-TLS13-1-0-PQ-2025-09", "TLSv1", "TLSv1.3", all},
      {"ELBSecurityPolicy-TLS13-1-3-2021-06", "TLSv1.3", "TLSv1.3", ""},
      {"ELBSecurityPolicy-TLS13-1-2-Res-2021-06", "TLSv1.2", "TLSv1.3", restricted},
      {"ELBSecurityPolicy-TLS13-1-2-2021-06", "TLSv1.2", "TLSv1.3", sha2},
      {"ELBSecurityPolicy-TLS13-1-2-Ext1-2021-06", "TLSv1.2", "TLSv1.3", ext1},
      {"ELBSecurityPolicy-TLS13-1-2-Ext2-2021-06", "TLSv1.2", "TLSv1.3", all},
      {"ELBSecurityPolicy-TLS13-1-1-2021-06", "TLSv1.1", "TLSv1.3", all},
      {"ELBSecurityPolicy-TLS13-1-0-2021-06", "TLSv1", "TLSv1.3", all},
      {"ELBSecurityPolicy-TLS-1-2-2017-01", "TLSv1.2", "TLSv1.2", ext1},
      {"ELBSecurityPolicy-TLS-1-2-Ext-2018-06", "TLSv1.2", "TLSv1.2", all},
      {"ELBSecurityPolicy-TLS-1-1-2017-01", "TLSv1.1", "TLSv1.2", all},
      {"ELBSecurityPolicy-2016-08", "TLSv1", "TLSv1.2", all},
      {"ELBSecurityPolicy-FS-1-2-Res-2020-10", "TLSv1.2", "TLSv1.2", restricted},
      {"ELBSecurityPolicy-FS-1-2-Res-2019-08", "TLSv1.2", "TLSv1.2", sha2},
      {"ELBSecurityPolicy-FS-1-2-2019-08", "TLSv1.2", "TLSv1.2", forwardSecrecy},
      {"ELBSecurityPolicy-FS-1-1-2019-08", "TLSv1.1", "TLSv1.2", forwardSecrecy},
      {"ELBSecurityPolicy-FS-2018-06", "TLSv1", "TLSv1.2", forwardSecrecy},
  };
}

}  // namespace

const std::vector<SecurityPolicy>& securityPolicies() {
  static const std::vector<SecurityPolicy> policies = makePolicies();
  return policies;
}

const SecurityPolicy* findSecurityPolicy(const std::string& name) {
  const auto& all = securityPolicies();
  const std::string_view standIn = config::standInForFips(name);
  const auto found = std::ranges::find_if(
      all, [&](const auto& policy) { return policy.name == (standIn.empty() ? name : standIn); });
  return found != all.end() ? &*found : nullptr;
}

}  // namespace spillway::net

// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/balance/watched_files.h"

#include <sys/stat.h>

#include <set>

namespace spillway::balance {
namespace {

using Files = std::set<std::string>;

void add(Files& files, const config::Certificate& certificate) {
  using Source = config::Certificate::Source;
  if (certificate.source == Source::LocalCa) return;
  files.insert(certificate.certificateFile);
  files.insert(certificate.source == Source::Files ? certificate.privateKeyFile : certificate.passwordFile);
}

}  // namespace

std::vector<std::string> watchedFiles(const config::Document& document) {
  Files files;
  for (const auto& balancer : document.loadBalancers) {
    for (const auto& listener : balancer.listeners) {
      for (const auto& certificate : listener.certificates)
        add(files, certificate);
    }
  }
  for (const auto& store : document.trustStores) {
    files.insert(store.caCertificatesFile);
    files.insert(store.revocationFiles.begin(), store.revocationFiles.end());
  }
  files.erase("");
  return {files.begin(), files.end()};
}

std::uint64_t stampOf(const std::vector<std::string>& files) {
  std::uint64_t stamp = 0xcbf29ce484222325;  // FNV-1a, in steps of 64 bits
  const auto mix = [&](std::uint64_t value) { stamp = (stamp ^ value) * 0x100000001b3; };
  for (const auto& file : files) {
    struct stat facts {};
    if (::stat(file.c_str(), &facts) != 0) facts = {};
    // The change time also moves when a tool sets the modification time back.
    mix(static_cast<std::uint64_t>(facts.st_ctim.tv_sec));
    mix(static_cast<std::uint64_t>(facts.st_ctim.tv_nsec));
    mix(static_cast<std::uint64_t>(facts.st_size));
    mix(static_cast<std::uint64_t>(facts.st_ino));
  }
  return stamp;
}

}  // namespace spillway::balance

// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/grpc/any_type.h"

#include <google/protobuf/descriptor.h>

namespace spillway::grpc {

AnyParts anyParts(Bytes message, ByteRange any) {
  AnyParts parts;
  for (std::size_t at = any.begin; at < any.end;) {
    const auto field = readField(message.first(any.end), at);
    if (!field) break;
    at = field->range.end;
    if (field->type != WireType::LengthDelimited) continue;
    if (field->number == 2) parts.value = field->value;
    if (field->number != 1) continue;
    const std::string_view url = textOf(field->value.of(message));
    parts.typeName = url.substr(url.rfind('/') + 1);
  }
  return parts;
}

const google::protobuf::Descriptor* findType(const Schemas& schemas,
                                             const google::protobuf::DescriptorPool& pool,
                                             const std::string& name) {
  if (const auto* own = pool.FindMessageTypeByName(name)) return own;
  const auto other = schemas.message(name);
  return other ? &other->descriptor() : nullptr;
}

}  // namespace spillway::grpc

#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A gRPC server in Python whose reflection v1 gives one file at a time, as the protocol allows. Prints its address.
   reflection_server.py FOLDER   where reflection_pb2.py is"""
import sys
from concurrent import futures

import grpc
from google.protobuf import descriptor_pb2

sys.path.insert(0, sys.argv[1])
import reflection_pb2 as reflection

FIELD = descriptor_pb2.FieldDescriptorProto

MONEY = descriptor_pb2.FileDescriptorProto(
    name="money.proto", package="money", syntax="proto3",
    message_type=[descriptor_pb2.DescriptorProto(name="Price", field=[
        FIELD(name="cents", number=1, type=FIELD.TYPE_INT64, label=FIELD.LABEL_OPTIONAL)])])
SHOP = descriptor_pb2.FileDescriptorProto(
    name="shop.proto", package="shop", syntax="proto3", dependency=["money.proto"],
    message_type=[descriptor_pb2.DescriptorProto(name="Query", field=[
        FIELD(name="item", number=1, type=FIELD.TYPE_STRING, label=FIELD.LABEL_OPTIONAL)])],
    service=[descriptor_pb2.ServiceDescriptorProto(name="Shop", method=[
        descriptor_pb2.MethodDescriptorProto(name="Watch", input_type=".shop.Query", output_type=".money.Price",
                                             server_streaming=True)])])


def answer(request):
    response = reflection.ServerReflectionResponse(original_request=request)
    kind = request.WhichOneof("message_request")
    files = {"shop.Shop": SHOP, "shop.proto": SHOP, "money.proto": MONEY}
    if kind == "list_services":
        response.list_services_response.service.add(name="shop.Shop")
    elif getattr(request, kind) in files:
        response.file_descriptor_response.file_descriptor_proto.append(files[getattr(request, kind)].SerializeToString())
    else:
        response.error_response.error_code = grpc.StatusCode.NOT_FOUND.value[0]
    return response


def main():
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=2))
    handler = grpc.stream_stream_rpc_method_handler(
        lambda requests, context: map(answer, requests),
        request_deserializer=reflection.ServerReflectionRequest.FromString,
        response_serializer=reflection.ServerReflectionResponse.SerializeToString)
    server.add_generic_rpc_handlers([grpc.method_handlers_generic_handler(
        "grpc.reflection.v1.ServerReflection", {"ServerReflectionInfo": handler})])
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(f"127.0.0.1:{port}", flush=True)
    server.wait_for_termination()


main()

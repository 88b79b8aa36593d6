"""A server of another gRPC implementation (grpcio, C core) in a coordinator's place: server.py DESCRIPTORS. Prints its port and the hash of its model; ends when standard input does."""
import hashlib
import sys
import threading
from concurrent import futures

import grpc

import wire

v1 = wire.load(sys.argv[1])
FILE = wire.model([float(i) for i in range(100_000)])
DETAIL = "Größe 100 % — 数\n"


def upload(frames, context):
    """Refuses after the header, with the client in the middle of its bytes; what round 2 brings is taken."""
    update = next(frames).update
    if update.round == 1:
        context.set_trailing_metadata(((wire.REFUSAL_KEY, "ROUND_CLOSED"),))
        context.abort(grpc.StatusCode.FAILED_PRECONDITION, DETAIL)
    file = bytearray()
    for frame in frames:
        chunk = frame.chunk
        assert chunk.offset == len(file) and wire.crc32c(chunk.data) == chunk.crc32c
        file += chunk.data
    assert hashlib.sha256(file).digest() == update.sha256
    return v1.UploadReceipt()


def download(request, context):
    """In chunks of 64 KiB; version 2 has one bit flipped."""
    yield v1.TransferFrame(model=v1.ModelHeader(version=request.version, size_bytes=len(FILE), sha256=hashlib.sha256(FILE).digest()))
    for offset in range(request.offset, len(FILE), 65536):
        data = FILE[offset:offset + 65536]
        crc = wire.crc32c(data)
        if request.version == 2 and offset == 65536:
            data = bytes([data[0] ^ 1]) + data[1:]
        yield v1.TransferFrame(chunk=v1.Chunk(offset=offset, data=data, crc32c=crc))


def status(request, context):
    """Until the call ends."""
    ended = threading.Event()
    context.add_callback(ended.set)
    ended.wait(60)
    return v1.StatusReply()


def message(method, handler, request):
    return getattr(grpc, method + "_rpc_method_handler")(handler, request.FromString, lambda reply: reply.SerializeToString())


server = grpc.server(futures.ThreadPoolExecutor(8), options=[("grpc.max_receive_message_length", -1)])
server.add_generic_rpc_handlers((
    grpc.method_handlers_generic_handler("distributed.v1.TransferService", {
        "UploadUpdate": message("stream_unary", upload, v1.TransferFrame),
        "DownloadModel": message("unary_stream", download, v1.DownloadRequest),
    }),
    grpc.method_handlers_generic_handler("distributed.v1.RunService", {"GetStatus": message("unary_unary", status, v1.StatusRequest)}),
))
port = server.add_insecure_port("127.0.0.1:0")
server.start()
print(port, hashlib.sha256(FILE).hexdigest(), sep="\n", flush=True)
sys.stdin.read()
server.stop(0)

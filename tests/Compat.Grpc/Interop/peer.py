"""A peer of another gRPC implementation (Debian's python3-grpcio, C core), for the tests of both directions.

    peer.py serve          serves distributed.test.v1.Peer; prints its port, ends when standard input does
    peer.py call HOST:PORT calls distributed.test.v1.Tester there; prints {"check": null or what went wrong, ...}

Messages are bytes: no generated code. Those of Tester are protobuf, written by hand below.
"""
import json
import sys
import threading
from concurrent import futures

import grpc

UNLIMITED = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]
DETAIL = "Größe 100 % — 数\n"


# --- serve ---------------------------------------------------------------------------------------------------------------

def reverse(request, context):
    """Its bytes backwards; metadata that begins with x- comes back as headers and as trailers."""
    mine = [(key, value) for key, value in context.invocation_metadata() if key.startswith("x-")]
    context.send_initial_metadata(mine)
    context.set_trailing_metadata(mine)
    return request[::-1]


def refuse(request, context):
    context.set_trailing_metadata((("why", "because"), ("data-bin", b"\x00\xff")))
    context.abort(grpc.StatusCode.FAILED_PRECONDITION, DETAIL)


def hang(request, context):
    """Until the call ends; then its reason is known to nobody but the client."""
    ended = threading.Event()
    context.add_callback(ended.set)
    ended.wait(60)
    return b""


def remaining(request, context):
    return str(context.time_remaining()).encode()


def join(requests, context):
    return b"".join(requests)


def split(request, context):
    count, size = map(int, request.split())
    for i in range(count):
        yield bytes([i % 256]) * size


def mirror(requests, context):
    yield from requests


def early(requests, context):
    next(requests)
    context.abort(grpc.StatusCode.INVALID_ARGUMENT, "enough")


def serve():
    handlers = {
        "Reverse": grpc.unary_unary_rpc_method_handler(reverse),
        "Refuse": grpc.unary_unary_rpc_method_handler(refuse),
        "Hang": grpc.unary_unary_rpc_method_handler(hang),
        "Remaining": grpc.unary_unary_rpc_method_handler(remaining),
        "Join": grpc.stream_unary_rpc_method_handler(join),
        "Split": grpc.unary_stream_rpc_method_handler(split),
        "Mirror": grpc.stream_stream_rpc_method_handler(mirror),
        "Early": grpc.stream_unary_rpc_method_handler(early),
    }
    server = grpc.server(futures.ThreadPoolExecutor(8), options=UNLIMITED)
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("distributed.test.v1.Peer", handlers),))
    print(server.add_insecure_port("127.0.0.1:0"), flush=True)
    server.start()
    sys.stdin.read()
    server.stop(0)


# --- call ----------------------------------------------------------------------------------------------------------------

def varint(value):
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes(out) + bytes([value])


def text(value="", payload=b""):
    fields = ((0x0A, value.encode()), (0x12, payload))
    return b"".join(bytes([tag]) + varint(len(data)) + data for tag, data in fields if data)


def number(value):
    return b"\x08" + varint(value) if value else b""


class Checks:
    def __init__(self, channel):
        path = "/distributed.test.v1.Tester/"
        self.channel = channel
        self.echo = channel.unary_unary(path + "Echo")
        self.sum = channel.stream_unary(path + "Sum")
        self.count = channel.unary_stream(path + "Count")
        self.chat = channel.stream_stream(path + "Chat")

    def unary(self):
        for payload in (b"", b"\x00" * 5, b"abc" * 1_000_000):
            assert self.echo(text("hi", payload)) == text("hi", payload)

    def client_stream(self):
        assert self.sum(number(i) for i in range(1, 1001)) == number(500_500)

    def client_stream_without_messages(self):
        assert self.sum(iter(())) == b""

    def server_stream(self):
        assert list(self.count(number(5000))) == [number(i) for i in range(5000)]

    def duplex(self):
        texts = [text(str(size), b"z" * size) for size in (0, 1, 5000, 70_000, 1_000_000, 3)]
        assert list(self.chat(iter(texts))) == texts

    def status(self):
        error = self.fails(grpc.StatusCode.FAILED_PRECONDITION, lambda: self.echo(text("refuse")))
        assert error.details() == DETAIL, error.details()
        assert ("why", "because") in error.trailing_metadata(), error.trailing_metadata()

    def status_during_a_stream(self):
        answers = self.chat(iter([text("a"), text("refuse"), text("b")]))
        assert next(answers) == text("a")
        error = self.fails(grpc.StatusCode.RESOURCE_EXHAUSTED, lambda: next(answers))
        assert error.details() == "enough", error.details()

    def unimplemented(self):
        self.fails(grpc.StatusCode.UNIMPLEMENTED, lambda: self.channel.unary_unary("/distributed.test.v1.Tester/No")(b""))
        self.fails(grpc.StatusCode.UNIMPLEMENTED, lambda: self.channel.unary_unary("/no.such.Service/No")(b""))

    def metadata(self):
        sent = (("x-text", "plain"), ("x-data-bin", bytes([0, 1, 254, 255])), ("x-one-bin", b"\xfe"))
        _, call = self.echo.with_call(text("metadata"), metadata=sent)
        for received in (call.initial_metadata(), call.trailing_metadata()):
            for entry in sent:
                assert entry in received, received

    def deadline(self):
        self.fails(grpc.StatusCode.DEADLINE_EXCEEDED, lambda: self.echo(text("hang"), timeout=0.3))

    def cancellation(self):
        """Of a call that has begun: for one that has not, the C core may reset a stream that it never opened, which ends the connection (RFC 9113, 5.1)."""
        def endless():
            yield text("begun")
            threading.Event().wait()

        call = self.chat(endless())
        assert next(call) == text("begun")
        call.cancel()
        self.fails(grpc.StatusCode.CANCELLED, lambda: next(call))

    def message_over_the_limit(self):
        error = self.fails(grpc.StatusCode.RESOURCE_EXHAUSTED, lambda: self.echo(text("", b"x" * (4 << 20))))
        assert "maximum configured message size" in error.details(), error.details()

    def compressed_message(self):
        """Understood or refused, never half understood."""
        request = text("a" * 1000)
        try:
            assert self.echo(request, compression=grpc.Compression.Gzip) == request
        except grpc.RpcError as error:
            assert error.code() == grpc.StatusCode.UNIMPLEMENTED, error

    @staticmethod
    def fails(code, call):
        try:
            call()
        except grpc.RpcError as error:
            assert error.code() == code, error
            return error
        raise AssertionError(f"no {code}")


def call(address):
    results = {}
    # A connection for each check: what one does to its own must not be another's result.
    options = UNLIMITED + [("grpc.use_local_subchannel_pool", 1)]
    for name in [name for name in vars(Checks) if not name.startswith("_") and name != "fails"]:
        with grpc.insecure_channel(address, options=options) as channel:
            try:
                getattr(Checks(channel), name)()
                results[name] = None
            except Exception as error:  # the test shows it
                results[name] = f"{type(error).__name__}: {error}"
    print(json.dumps(results), flush=True)


if sys.argv[1] == "serve":
    serve()
else:
    call(sys.argv[2])

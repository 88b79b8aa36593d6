"""A client of another gRPC implementation (grpcio, C core) for a coordinator: client.py HOST:PORT DESCRIPTORS RUN.

Prints {"check": null or what went wrong, ...}.
"""
import hashlib
import itertools
import json
import queue
import sys

import grpc

import wire

address, descriptors, run = sys.argv[1:]
v1 = wire.load(descriptors)
MEBIBYTE = 1 << 20


def refusal(error):
    return dict(error.trailing_metadata()).get(wire.REFUSAL_KEY)


def fails(code, call):
    try:
        call()
    except grpc.RpcError as error:
        assert error.code() == code, error
        return error
    raise AssertionError(f"no {code}")


class Checks:
    def __init__(self, channel):
        self.channel = channel
        self.status = self.unary("RunService/GetStatus", "StatusReply")
        self.upload = channel.stream_unary(
            "/distributed.v1.TransferService/UploadUpdate", lambda frame: frame.SerializeToString(), v1.UploadReceipt.FromString)

    def unary(self, method, reply):
        return self.channel.unary_unary(
            "/distributed.v1." + method, lambda message: message.SerializeToString(), getattr(v1, reply).FromString)

    # A whole run: control stream, tasks, models up and down.
    def trains_a_run(self):
        outbox = queue.Queue()
        connect = self.channel.stream_stream(
            "/distributed.v1.NodeService/Connect", lambda message: message.SerializeToString(), v1.CoordinatorMessage.FromString)
        outbox.put(v1.NodeMessage(hello=v1.Hello(node_name="foreign", protocol_version=1, slots=2, device="none", software_version="python")))
        stream = connect(iter(outbox.get, None), timeout=60)
        for message in stream:
            kind = message.WhichOneof("message")
            if kind == "run_announced" and message.run_announced.run_id == run:
                outbox.put(v1.NodeMessage(run_accepted=v1.RunAccepted(run_id=run, test_examples=100, engine="foreign")))
            elif kind == "task_assigned":
                self.work(message.task_assigned, outbox)
            elif kind == "run_ended":
                break
        outbox.put(None)
        stream.cancel()
        state = self.status(v1.StatusRequest(run_id=run)).runs[0]
        assert (state.state, state.version) == ("completed", 2), state

    def work(self, task, outbox):
        if task.key.kind == 3:
            outbox.put(v1.NodeMessage(task_completed=v1.TaskCompleted(key=task.key, examples=50, loss_sum=25, correct=40)))
            return
        initial = task.key.kind == 1
        if not initial:
            download = self.channel.unary_stream(
                "/distributed.v1.TransferService/DownloadModel", lambda message: message.SerializeToString(), v1.TransferFrame.FromString)
            frames = list(download(v1.DownloadRequest(run_id=run, version=task.base_version)))
            file = b"".join(frame.chunk.data for frame in frames[1:])
            assert hashlib.sha256(file).digest() == frames[0].model.sha256
            assert all(wire.crc32c(frame.chunk.data) == frame.chunk.crc32c for frame in frames[1:])
        file = wire.model([0, 0, 0] if initial else [task.key.round, task.key.index, 1])
        if (task.key.round, task.key.index) == (1, 0):
            self.flipped_bit(file, task)
        receipt = self.upload(iter(frames_of(file, task.key.round, task.key.index, task.base_version, weight=0 if initial else 10)), metadata=NODE)
        assert not receipt.already_accepted

    def flipped_bit(self, file, task):
        frames = frames_of(file, task.key.round, task.key.index, task.base_version, weight=10)
        data = bytearray(file)
        data[-1] ^= 1
        frames[1].chunk.data = bytes(data)
        error = fails(grpc.StatusCode.DATA_LOSS, lambda: self.upload(iter(frames), metadata=NODE))
        assert refusal(error) == "UPDATE_CHECKSUM", error

    def health_of_each_service(self):
        check = self.channel.unary_unary("/grpc.health.v1.Health/Check")
        for service in ("", "distributed.v1.NodeService", "distributed.v1.RunService", "distributed.v1.TransferService"):
            name = service.encode()
            assert check((b"\x0a" + bytes([len(name)]) + name) if name else b"") == b"\x08\x01", service
        fails(grpc.StatusCode.NOT_FOUND, lambda: check(b"\x0a\x02no"))

    def reflection_is_off(self):
        info = self.channel.stream_stream("/grpc.reflection.v1.ServerReflection/ServerReflectionInfo")
        fails(grpc.StatusCode.UNIMPLEMENTED, lambda: list(info(iter([b"\x3a\x00"]))))

    def refused_with_a_code(self):
        error = fails(grpc.StatusCode.NOT_FOUND, lambda: self.status(v1.StatusRequest(run_id="no-such-run")))
        assert refusal(error) == "RUN_UNKNOWN", error

    # The answer comes while the request goes on for ever.
    def early_answer(self):
        def frames():
            yield v1.TransferFrame(update=header(b"x" * MEBIBYTE, run="no-such-run"))
            yield from itertools.repeat(chunk(b"x" * 65536))

        for _ in range(20):
            error = fails(grpc.StatusCode.NOT_FOUND, lambda: self.upload(frames(), metadata=NODE, timeout=30))
            assert refusal(error) == "RUN_UNKNOWN", error

    def compressed_message(self):
        request = v1.StatusRequest(run_id="a" * 5000)
        error = fails(grpc.StatusCode.UNIMPLEMENTED, lambda: self.status(request, compression=grpc.Compression.Gzip))
        assert "gzip" in error.details(), error

    def oversized_message(self):
        submit = self.unary("RunService/Submit", "SubmitReply")
        for _ in range(10):
            error = fails(grpc.StatusCode.RESOURCE_EXHAUSTED, lambda: submit(v1.SubmitRequest(spec_json="x" * (9 * MEBIBYTE))))
            assert "maximum configured message size" in error.details(), error

    def oversized_frame(self):
        for _ in range(10):
            error = fails(grpc.StatusCode.RESOURCE_EXHAUSTED, lambda: self.upload(itertools.repeat(chunk(b"x" * (2 * MEBIBYTE)), 3), metadata=NODE))
            assert "maximum configured message size" in error.details(), error

    def deadline(self):
        outbox = queue.Queue()
        outbox.put(v1.NodeMessage(hello=v1.Hello(node_name="late", protocol_version=1, slots=1)))
        connect = self.channel.stream_stream(
            "/distributed.v1.NodeService/Connect", lambda message: message.SerializeToString(), v1.CoordinatorMessage.FromString)
        fails(grpc.StatusCode.DEADLINE_EXCEEDED, lambda: list(connect(iter(outbox.get, None), timeout=0.5)))
        outbox.put(None)


NODE = (("node-name", "foreign"),)


def header(file, run=run, round=1, client=0, base_version=0, weight=10):
    return v1.UpdateHeader(
        run_id=run, round=round, client=client, base_version=base_version, size_bytes=len(file), sha256=hashlib.sha256(file).digest(),
        weight=weight, examples=weight, train_loss=0.5, train_seconds=0.1)


def chunk(data, offset=0):
    return v1.TransferFrame(chunk=v1.Chunk(offset=offset, data=data, crc32c=wire.crc32c(data) if len(data) < MEBIBYTE else 0))


def frames_of(file, round, client, base_version, weight):
    return [v1.TransferFrame(update=header(file, round=round, client=client, base_version=base_version, weight=weight)), chunk(file)]


results = {}
options = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1), ("grpc.use_local_subchannel_pool", 1)]
for name in [name for name in vars(Checks) if not name.startswith("_") and name not in ("unary", "work", "flipped_bit")]:
    # A connection for each check: what one does to its own must not be another's result.
    with grpc.insecure_channel(address, options=options) as channel:
        try:
            getattr(Checks(channel), name)()
            results[name] = None
        except Exception as error:
            results[name] = f"{type(error).__name__}: {error}"
print(json.dumps(results), flush=True)

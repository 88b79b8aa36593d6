"""What both peers share: the messages, read from the descriptors that the tests hand over, and the checksum of a chunk."""
import os
import struct

from google.protobuf import descriptor_pool, message_factory

REFUSAL_KEY = "refusal-code"


def load(folder):
    """The messages of package distributed.v1 by name, from the files that the tests wrote."""
    pool = descriptor_pool.DescriptorPool()
    for name in sorted(os.listdir(folder)):
        with open(os.path.join(folder, name), "rb") as file:
            pool.AddSerializedFile(file.read())
    factory = message_factory.MessageFactory(pool)

    class Messages:
        def __getattr__(self, name):
            return factory.GetPrototype(pool.FindMessageTypeByName("distributed.v1." + name))

    return Messages()


def table():
    for value in range(256):
        for _ in range(8):
            value = (value >> 1) ^ (0x82F63B78 if value & 1 else 0)
        yield value


TABLE = list(table())


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc = TABLE[(crc ^ byte) & 255] ^ (crc >> 8)
    return crc ^ 0xFFFFFFFF


def model(values):
    """A safetensors file with one tensor w."""
    header = b'{"w":{"dtype":"F32","shape":[%d],"data_offsets":[0,%d]}}' % (len(values), 4 * len(values))
    header += b" " * (-len(header) % 8)
    return struct.pack("<Q", len(header)) + header + struct.pack("<%df" % len(values), *values)

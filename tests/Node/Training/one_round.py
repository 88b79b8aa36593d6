"""One round of federated averaging with python's own torch: one_round.py INITIAL ORDER.json IMAGES LABELS RESULT.

INITIAL and RESULT are safetensors files, read and written here by the format's definition alone. ORDER.json lists, for each client, the
indices of its training examples in the order of its batches. Each client starts from INITIAL: one epoch, batches of 32, SGD 0.05 with momentum 0.9.
"""
import gzip
import json
import struct
import sys

import torch
from torch import nn
from torch.nn import functional as F

torch.set_num_threads(1)


def bytes_of(path, start):
    data = gzip.open(path).read() if path.endswith(".gz") else open(path, "rb").read()
    return torch.frombuffer(bytearray(data[start:]), dtype=torch.uint8)


def load(path):
    data = open(path, "rb").read()
    length = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8:8 + length])
    header.pop("__metadata__", None)
    assert all(t["dtype"] == "F32" for t in header.values())
    slices = {name: data[8 + length + t["data_offsets"][0]:8 + length + t["data_offsets"][1]] for name, t in header.items()}
    return {name: torch.frombuffer(bytearray(slices[name]), dtype=torch.float32).reshape(t["shape"]) for name, t in header.items()}


def save(path, tensors):
    header, data = {}, b""
    for name, tensor in tensors.items():
        raw = struct.pack(f"<{tensor.numel()}f", *tensor.flatten().tolist())
        header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header).encode()
    open(path, "wb").write(struct.pack("<Q", len(text)) + text + data)


class LeNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(1, 6, 5, padding=2), nn.Conv2d(6, 16, 5)
        self.fc1, self.fc2, self.fc3 = nn.Linear(400, 120), nn.Linear(120, 84), nn.Linear(84, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        return self.fc3(F.relu(self.fc2(F.relu(self.fc1(x.flatten(1))))))


def main(initial, order, images, labels, result):
    x = bytes_of(images, 16).reshape(-1, 1, 28, 28).float() / 255
    x = (x - 0.1307) / 0.3081
    y = bytes_of(labels, 8).long()
    start, clients = load(initial), json.load(open(order))
    total = sum(map(len, clients))
    mean = {name: torch.zeros_like(value, dtype=torch.float64) for name, value in start.items()}
    for examples in clients:
        model = LeNet()
        model.load_state_dict(start)
        optimizer = torch.optim.SGD(model.parameters(), 0.05, momentum=0.9)
        for batch in torch.tensor(examples).split(32):
            optimizer.zero_grad()
            F.cross_entropy(model(x[batch]), y[batch]).backward()
            optimizer.step()
        for name, value in model.state_dict().items():
            mean[name] += len(examples) / total * value.double()
    save(result, {name: value.float() for name, value in mean.items()})


main(*sys.argv[1:])

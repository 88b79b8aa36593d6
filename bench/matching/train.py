"""Two MLPs 784-512-512-512-10 from different seeds, trained on real digits (Adam 1e-3, 40 epochs of the first 8,000 images), as safetensors:
train.py DATA OUT. DATA holds the MNIST test files in IDX form."""
import gzip
import json
import os
import struct
import sys

import numpy
import torch
from torch import nn

data, out = sys.argv[1], sys.argv[2]
torch.set_num_threads(1)


def idx(name, skip):
    with gzip.open(os.path.join(data, name)) as file:
        return numpy.frombuffer(file.read(), numpy.uint8)[skip:]


images = torch.tensor(idx("t10k-images-idx3-ubyte.gz", 16).reshape(-1, 784)[:8000].astype("float32") / 255)
labels = torch.tensor(idx("t10k-labels-idx1-ubyte.gz", 8)[:8000].astype("int64"))

for seed in (1, 2):
    torch.manual_seed(seed)
    widths = [784, 512, 512, 512, 10]
    layers = [nn.Linear(*pair) for pair in zip(widths, widths[1:])]
    model = nn.Sequential(*[m for layer in layers for m in (layer, nn.ReLU())][:-1])
    optimizer = torch.optim.Adam(model.parameters(), 1e-3)
    for epoch in range(40):
        for batch in torch.randperm(8000).split(200):
            optimizer.zero_grad()
            nn.functional.cross_entropy(model(images[batch]), labels[batch]).backward()
            optimizer.step()
    header, at, parts = {}, 0, []
    for number, layer in enumerate(layers):
        for kind in ("weight", "bias"):
            values = getattr(layer, kind).detach().numpy()
            header[f"l{number}.{kind}"] = {"dtype": "F32", "shape": list(values.shape), "data_offsets": [at, at + values.nbytes]}
            at += values.nbytes
            parts.append(values.tobytes())
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(os.path.join(out, f"mlp{seed}.safetensors"), "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + b"".join(parts))

"""The same models and steps in python: peer.py MODEL THREADS foreach|single. Reads how many steps to do, line by line, answers with the seconds."""
import math
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

torch.set_num_threads(int(sys.argv[2]))


class Attention(nn.Module):
    def __init__(self, d, heads):
        super().__init__()
        self.heads, self.qkv, self.out = heads, nn.Linear(d, 3 * d), nn.Linear(d, d)

    def forward(self, x, mask):
        b, t, d = x.shape
        q, k, v = (p.view(b, t, self.heads, d // self.heads).transpose(1, 2) for p in self.qkv(x).chunk(3, -1))
        w = (q @ k.transpose(-2, -1) / math.sqrt(d // self.heads)).masked_fill(mask, -math.inf).softmax(-1)
        return self.out((w @ v).transpose(1, 2).reshape(b, t, d))


class Block(nn.Module):
    def __init__(self, d, heads):
        super().__init__()
        self.n1, self.attention, self.n2 = nn.LayerNorm(d), Attention(d, heads), nn.LayerNorm(d)
        self.mlp = nn.Sequential(nn.Linear(d, 4 * d), nn.GELU(), nn.Linear(4 * d, d))

    def forward(self, x, mask):
        x = x + self.attention(self.n1(x), mask)
        return x + self.mlp(self.n2(x))


class Transformer(nn.Module):
    def __init__(self, vocabulary=64, d=128, length=128, heads=4, layers=2):
        super().__init__()
        self.tokens, self.places = nn.Embedding(vocabulary, d), nn.Embedding(length, d)
        self.blocks = nn.ModuleList(Block(d, heads) for _ in range(layers))
        self.norm, self.head = nn.LayerNorm(d), nn.Linear(d, vocabulary)
        self.register_buffer("mask", torch.ones(length, length).triu(1).bool())
        self.register_buffer("range", torch.arange(length))

    def forward(self, x):
        h = self.tokens(x) + self.places(self.range)
        for block in self.blocks:
            h = block(h, self.mask)
        return self.head(self.norm(h)).flatten(0, 1)


def mlp(foreach):
    model = nn.Sequential(nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 10))
    return model, torch.optim.SGD(model.parameters(), 0.05, foreach=foreach), torch.randn(64, 784), torch.randint(0, 10, (64,))


def lenet(foreach):
    model = nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
        nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10))
    return model, torch.optim.SGD(model.parameters(), 0.05, momentum=0.9, foreach=foreach), torch.randn(64, 1, 28, 28), torch.randint(0, 10, (64,))


def transformer(foreach):
    model = Transformer()
    return model, torch.optim.AdamW(model.parameters(), 3e-4, foreach=foreach), torch.randint(0, 64, (16, 128)), torch.randint(0, 64, (16 * 128,))


model, optimizer, x, y = globals()[sys.argv[1]](sys.argv[3] == "foreach")
for line in sys.stdin:
    started = time.perf_counter()
    for _ in range(int(line)):
        optimizer.zero_grad(set_to_none=True)
        loss = F.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()
        loss.item()
    print(time.perf_counter() - started, flush=True)

"""The arithmetic of mnist-fedavg alone, in plain PyTorch: two processes, one thread each, LeNet on the same images, as many steps and evaluations as the run has. No federation, no
network, no aggregation. Prints the seconds of the longer process. Usage: plain.py DIR SEED"""
import gzip
import multiprocessing
import sys
import time

import numpy
import torch
from torch import nn
from torch.nn import functional as F

ROUNDS, STEPS, BATCH, WORKERS = 20, 255, 32, 2


def idx(path, skip):
    with gzip.open(path) as file:
        return torch.from_numpy(numpy.frombuffer(file.read(), numpy.uint8, offset=skip).copy())


def lenet():
    # Pooled before it is activated, as ours: the same numbers for less work.
    return nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2), nn.MaxPool2d(2), nn.ReLU(), nn.Conv2d(6, 16, 5), nn.MaxPool2d(2), nn.ReLU(), nn.Flatten(),
        nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10))


def step(model, optimizer, x, y):
    optimizer.zero_grad(set_to_none=True)
    F.cross_entropy(model(x), y).backward()
    optimizer.step()


def fresh():
    model = lenet()
    return model, torch.optim.SGD(model.parameters(), 0.05, momentum=0.9, foreach=True)


def fastest(images, labels):
    """The memory format in which a step is faster here."""
    def seconds(form):
        model, optimizer = fresh()
        for i in range(40):
            if i == 10:
                start = time.perf_counter()
            step(model, optimizer, images[:BATCH].to(memory_format=form), labels[:BATCH])
        return time.perf_counter() - start
    return min((torch.contiguous_format, torch.channels_last), key=seconds)


def train(folder, seed, ready, finished):
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    images = idx(folder + "/t10k-images-idx3-ubyte.gz", 16).view(-1, 1, 28, 28).float() / 255
    labels = idx(folder + "/t10k-labels-idx1-ubyte.gz", 8).long()
    form = fastest(images, labels)
    model, optimizer = fresh()
    ready.wait()
    start = time.perf_counter()
    for _ in range(ROUNDS):
        for _ in range(STEPS // WORKERS):
            indices = torch.randint(0, 8000, (BATCH,))
            step(model, optimizer, images[indices].to(memory_format=form), labels[indices])
        with torch.no_grad():
            for at in range(8000, 8000 + 2000 // WORKERS, 100):
                model(images[at:at + 100].to(memory_format=form)).argmax(1)
    finished.put(time.perf_counter() - start)


if __name__ == "__main__":
    context = multiprocessing.get_context("spawn")
    ready, finished = context.Barrier(WORKERS), context.Queue()
    processes = [context.Process(target=train, args=(sys.argv[1], int(sys.argv[2]) + i, ready, finished)) for i in range(WORKERS)]
    for process in processes:
        process.start()
    print(max(finished.get() for _ in processes))

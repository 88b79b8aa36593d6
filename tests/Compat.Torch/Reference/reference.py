"""Expected numbers from python's own torch: prints one JSON object {case: {name: [numbers]}}.

Every case seeds first and draws in the order that the C# side draws, so the inputs are compared as well.
"""
import json

import torch
from torch import nn
from torch.nn import functional as F

torch.set_num_threads(1)


def train(seed, build, batch, loss, optimizer, steps=3):
    torch.manual_seed(seed)
    model = build()
    x, y = batch()
    opt = optimizer(model.parameters())
    out = {"x": x}
    for step in range(steps):
        opt.zero_grad(set_to_none=True)
        value = loss(model(x), y)
        value.backward()
        out[f"loss{step}"] = value
        if step + 1 == steps:
            for name, p in model.named_parameters():
                out["grad." + name] = p.grad
        opt.step()
    for name, p in model.state_dict().items():
        out["state." + name] = p
    return out


def mlp():
    return nn.Sequential(nn.Linear(20, 16), nn.ReLU(), nn.Linear(16, 5))


def rows():
    return torch.randn(8, 20), torch.randint(0, 5, (8,))


def convnet():
    return nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 8, 3), nn.BatchNorm2d(8), nn.ReLU(),
        nn.MaxPool2d(2), nn.Flatten(), nn.Linear(32, 10))


def groups():
    return nn.Sequential(nn.Conv2d(1, 8, 3, stride=2, groups=1, bias=False), nn.GroupNorm(4, 8), nn.GELU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 10))


def images():
    return torch.randn(4, 1, 12, 12), torch.randint(0, 10, (4,))


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.tokens = nn.Embedding(11, 8)
        self.norm = nn.LayerNorm(8)
        self.attention = nn.MultiheadAttention(8, 2)
        self.head = nn.Linear(8, 11)

    def forward(self, x):
        e = self.tokens(x).transpose(0, 1)
        n = self.norm(e)
        mask = torch.triu(torch.ones(e.size(0), e.size(0)), 1).bool()
        a, self.weights = self.attention(n, n, n, attn_mask=mask)
        return self.head((e + a).transpose(0, 1)).reshape(-1, 11)


def text():
    return torch.randint(0, 11, (3, 6)), torch.randint(0, 11, (18,))


def draws():
    torch.manual_seed(42)
    out = {"randn": torch.randn(3, 5), "rand": torch.rand(7), "randint": torch.randint(3, 90, (9,)), "randperm": torch.randperm(13)}
    out["uniform"] = torch.empty(40).uniform_(-2, 3)
    out["normal"] = torch.empty(40).normal_(1, 0.5)
    out["bernoulli"] = torch.empty(40).bernoulli_(0.3)
    out["dropout"] = F.dropout(torch.ones(64), 0.4, True)
    generator = torch.Generator().manual_seed(9)
    out["generator"] = torch.randn(4, generator=generator)
    out["after"] = torch.randn(4)
    return out


def initialisers():
    torch.manual_seed(5)
    out = {}
    for name in ["xavier_uniform_", "xavier_normal_", "kaiming_uniform_", "kaiming_normal_"]:
        out[name] = getattr(nn.init, name)(torch.empty(6, 4, 3, 3))
    out["relu"] = nn.init.kaiming_normal_(torch.empty(6, 4), mode="fan_out", nonlinearity="relu")
    out["embedding"] = nn.Embedding(5, 3, padding_idx=1).weight
    out["attention"] = nn.MultiheadAttention(8, 2).out_proj.weight
    return out


def losses():
    torch.manual_seed(3)
    x, y = torch.randn(6, 4), torch.randint(0, 4, (6,))
    t, w = torch.rand(6, 4), torch.rand(4)
    out = {}
    for r in ["none", "mean", "sum"]:
        out["cross_entropy." + r] = F.cross_entropy(x, y, reduction=r)
        out["weighted." + r] = F.cross_entropy(x, y, weight=w, reduction=r, label_smoothing=0.1)
        out["nll." + r] = F.nll_loss(F.log_softmax(x, 1), y, reduction=r)
        out["mse." + r] = F.mse_loss(x, t, reduction=r)
        out["l1." + r] = F.l1_loss(x, t, reduction=r)
        out["smooth." + r] = F.smooth_l1_loss(x, t, reduction=r)
        out["bce." + r] = F.binary_cross_entropy_with_logits(x, t, reduction=r)
    return out


def clip():
    torch.manual_seed(4)
    model, (x, y) = mlp(), rows()
    (F.cross_entropy(model(x), y) * 10).backward()
    out = {"norm": nn.utils.clip_grad_norm_(model.parameters(), 0.5)}
    for name, p in model.named_parameters():
        out["grad." + name] = p.grad
    return out


def evaluation():
    torch.manual_seed(6)
    model = convnet()
    x, _ = images()
    model(x)
    model.eval()
    return {"output": model(x)}


cross = F.cross_entropy
CASES = {
    "mlp.sgd": lambda: train(1, mlp, rows, cross, lambda p: torch.optim.SGD(p, 0.1)),
    "mlp.momentum": lambda: train(2, mlp, rows, cross, lambda p: torch.optim.SGD(p, 0.1, momentum=0.9, dampening=0.2, weight_decay=0.01)),
    "mlp.nesterov": lambda: train(2, mlp, rows, cross, lambda p: torch.optim.SGD(p, 0.1, momentum=0.9, weight_decay=0.01, nesterov=True)),
    "mlp.maximize": lambda: train(2, mlp, rows, cross, lambda p: torch.optim.SGD(p, 0.1, weight_decay=0.01, maximize=True)),
    "mlp.adam": lambda: train(3, mlp, rows, cross, lambda p: torch.optim.Adam(p, 0.01, weight_decay=0.1)),
    "mlp.adamw": lambda: train(3, mlp, rows, cross, lambda p: torch.optim.AdamW(p, 0.01, weight_decay=0.1)),
    "convnet.sgd": lambda: train(4, convnet, images, cross, lambda p: torch.optim.SGD(p, 0.05, momentum=0.9)),
    "groups.adam": lambda: train(5, groups, images, cross, lambda p: torch.optim.Adam(p, 0.01)),
    "attention.adamw": lambda: train(6, Block, text, cross, lambda p: torch.optim.AdamW(p, 0.01)),
    "draws": draws,
    "initialisers": initialisers,
    "losses": losses,
    "clip": clip,
    "evaluation": evaluation,
}

if __name__ == "__main__":
    answer = {case: {k: torch.as_tensor(v).detach().double().flatten().tolist() for k, v in run().items()} for case, run in CASES.items()}
    print(json.dumps({"version": torch.__version__, "cases": answer}))

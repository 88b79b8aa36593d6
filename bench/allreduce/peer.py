"""A rank of torch.distributed with Gloo: RANK SIZE FOLDER. Reads "reduce BYTES TIMES" and answers with the milliseconds of one all-reduce."""
import datetime
import sys
import time

import torch
import torch.distributed as distributed

rank, size = int(sys.argv[1]), int(sys.argv[2])
torch.set_num_threads(1)
distributed.init_process_group(
    "gloo", init_method=f"file://{sys.argv[3]}/rendezvous", rank=rank, world_size=size, timeout=datetime.timedelta(seconds=60))
print(torch.__version__, flush=True)
for line in sys.stdin:
    _, count, times = line.split()
    buffer = torch.full((int(count) // 4,), float(rank + 1))
    distributed.all_reduce(buffer)
    assert bool((buffer == size * (size + 1) / 2).all())
    buffer.zero_()
    distributed.barrier()
    start = time.perf_counter()
    for _ in range(int(times)):
        distributed.all_reduce(buffer)
    print((time.perf_counter() - start) * 1e3 / int(times), flush=True)

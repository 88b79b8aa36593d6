"""SciPy's solver. Its argument is a file of row-major float64; reads "SIZE" (load the file) or "solve", which it answers with "WALL CPU OBJECTIVE", in seconds."""
import sys
import time

import numpy
import scipy
from scipy.optimize import linear_sum_assignment

print(scipy.__version__, flush=True)
costs = None
for line in sys.stdin:
    if line.strip() != "solve":
        size = int(line)
        costs = numpy.fromfile(sys.argv[1]).reshape(size, size)
        print("loaded", flush=True)
        continue
    wall, cpu = time.perf_counter(), time.process_time()
    rows, columns = linear_sum_assignment(costs, maximize=True)
    print(time.perf_counter() - wall, time.process_time() - cpu, costs[rows, columns].sum(), flush=True)

// Simulations and processes are measured against two cores; side by side they only wait for each other.
[assembly: CollectionBehavior(DisableTestParallelization = true)]

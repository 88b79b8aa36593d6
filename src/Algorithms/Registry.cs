using System.Collections.Immutable;
using Distributed.Algorithms.Aggregation;
using Distributed.Algorithms.Merging;
using Distributed.Algorithms.Merging.Methods;

namespace Distributed.Algorithms;

/// <summary>Every algorithm by the name that a run file uses, one line each.</summary>
public static class Registry
{
    /// <summary>The aggregators.</summary>
    public static ImmutableArray<AggregatorEntry> Aggregators { get; } =
    [
        AggregatorEntry.Of<FedAvgParameters>("fedavg", Consumption.Streaming, p => new FedAvg(p)),
        AggregatorEntry.Of<FedLawParameters>("fedlaw", Consumption.Row, p => new FedLaw(p), needsProxy: true),
        AggregatorEntry.Of<LDawaParameters>("ldawa", Consumption.Streaming, p => new LDawa(p)),
        AggregatorEntry.Of<RebasinParameters>(
            "rebasin", Consumption.Streaming, p => new FedAvg(new FedAvgParameters { Buffers = p.Buffers }), alignsModels: true),
    ];

    /// <summary>The mergers.</summary>
    public static ImmutableArray<MergerEntry> Mergers { get; } =
    [
        MergerEntry.Of<BcwiParameters>("bcwi", p => new Bcwi(p)),
        MergerEntry.Of<BiasCalibrationParameters>("bias-calibration", p => new BiasCalibration(p), most: 2),
        MergerEntry.Of<BreadcrumbsParameters>("breadcrumbs", p => p.Merger(), fewest: 1, @base: BaseModel.Required, weights: true),
        MergerEntry.Of<DareParameters>("dare-linear", p => p.Merger(), fewest: 1, @base: BaseModel.Required, weights: true),
        MergerEntry.Of<DareTiesParameters>("dare-ties", p => p.Merger(), fewest: 1, @base: BaseModel.Required, weights: true),
        MergerEntry.Of<DellaParameters>("della", p => new Della(p), fewest: 1, @base: BaseModel.Required, weights: true),
        MergerEntry.Of<EmaParameters>("ema", p => new Ema(p)),
        MergerEntry.Of<GreedySoupParameters>("greedy-soup", p => new GreedySoup(p), score: true),
        MergerEntry.Of<LinearParameters>("linear", p => new LinearMerge(p), weights: true),
        MergerEntry.Of<ModelStockParameters>("model-stock", p => new ModelStock(p), @base: BaseModel.Required),
        MergerEntry.Of<NuSlerpParameters>("nuslerp", p => new NuSlerp(p), most: 2, @base: BaseModel.Optional, weights: true),
        MergerEntry.Of<MagnitudePruningParameters>("prune", p => new MagnitudePruning(p), fewest: 1, most: 1),
        MergerEntry.Of<RobustSignatureParameters>("robust-signature", p => new RobustSignature(p), @base: BaseModel.Required, weights: true),
        MergerEntry.Of<SlerpParameters>("slerp", p => new Slerp(p), most: 2),
        MergerEntry.Of<TaskArithmeticParameters>("task-arithmetic", p => p.Merger(), fewest: 1, @base: BaseModel.Required, weights: true),
        MergerEntry.Of<TiesParameters>("ties", p => new Ties(p), fewest: 1, @base: BaseModel.Required, weights: true),
        MergerEntry.Of<PaperTiesParameters>("ties-paper", p => new PaperTies(p), fewest: 1, @base: BaseModel.Required),
        MergerEntry.Of<UniformSoupParameters>("uniform-soup", _ => new UniformSoup()),
    ];

    /// <summary>The merger of that name, or null; <see cref="Mergers"/> has the names to suggest instead.</summary>
    /// <param name="name">The name.</param>
    public static MergerEntry? FindMerger(string name) => Mergers.FirstOrDefault(m => m.Name == name);

    /// <summary>The aggregator of that name, or null; <see cref="Aggregators"/> has the names to suggest instead.</summary>
    /// <param name="name">The name, as in the run file.</param>
    public static AggregatorEntry? FindAggregator(string name) => Aggregators.FirstOrDefault(a => a.Name == name);
}

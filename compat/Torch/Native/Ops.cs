namespace TorchSharp.Native;

/// <summary>
/// The operators in use, each looked up once. Static readonly, so that the compiled code holds the pointer itself.
/// A zero stands for an operator that this libtorch lacks.
/// </summary>
internal static class Ops
{
    // Arithmetic
    internal static readonly nint Add = Op.Find("add", "Tensor"), AddScalar = Op.Find("add", "Scalar"), AddTo = Op.Find("add_", "Tensor"), AddScalarTo = Op.Find("add_", "Scalar");
    internal static readonly nint Sub = Op.Find("sub", "Tensor"), SubScalar = Op.Find("sub", "Scalar"), SubTo = Op.Find("sub_", "Tensor"), SubScalarTo = Op.Find("sub_", "Scalar");
    internal static readonly nint RsubScalar = Op.Find("rsub", "Scalar");
    internal static readonly nint Mul = Op.Find("mul", "Tensor"), MulScalar = Op.Find("mul", "Scalar"), MulTo = Op.Find("mul_", "Tensor"), MulScalarTo = Op.Find("mul_", "Scalar");
    internal static readonly nint Div = Op.Find("div", "Tensor"), DivScalar = Op.Find("div", "Scalar"), DivTo = Op.Find("div_", "Tensor"), DivScalarTo = Op.Find("div_", "Scalar");
    internal static readonly nint DivMode = Op.Find("div", "Tensor_mode"), DivScalarMode = Op.Find("div", "Scalar_mode");
    internal static readonly nint DivModeTo = Op.Find("div_", "Tensor_mode"), DivScalarModeTo = Op.Find("div_", "Scalar_mode");
    internal static readonly nint Remainder = Op.Find("remainder", "Tensor"), RemainderScalar = Op.Find("remainder", "Scalar");
    internal static readonly nint Pow = Op.Find("pow", "Tensor_Tensor"), PowScalar = Op.Find("pow", "Tensor_Scalar");
    internal static readonly nint Neg = Op.Find("neg"), Abs = Op.Find("abs"), Exp = Op.Find("exp"), Log = Op.Find("log"), Sqrt = Op.Find("sqrt"), Rsqrt = Op.Find("rsqrt");
    internal static readonly nint Square = Op.Find("square"), Reciprocal = Op.Find("reciprocal"), Sign = Op.Find("sign"), Sin = Op.Find("sin"), Cos = Op.Find("cos"), Floor = Op.Find("floor");
    internal static readonly nint Clamp = Op.Find("clamp"), ClampTo = Op.Find("clamp_"), Addcmul = Op.Find("addcmul_"), Addcdiv = Op.Find("addcdiv_");
    internal static readonly nint Maximum = Op.Find("maximum"), Minimum = Op.Find("minimum"), Lerp = Op.Find("lerp_", "Tensor"), Log1p = Op.Find("log1p"), Erf = Op.Find("erf");

    // Comparison and logic
    internal static readonly nint Eq = Op.Find("eq", "Tensor"), EqScalar = Op.Find("eq", "Scalar"), Ne = Op.Find("ne", "Tensor"), NeScalar = Op.Find("ne", "Scalar");
    internal static readonly nint Lt = Op.Find("lt", "Tensor"), LtScalar = Op.Find("lt", "Scalar"), Le = Op.Find("le", "Tensor"), LeScalar = Op.Find("le", "Scalar");
    internal static readonly nint Gt = Op.Find("gt", "Tensor"), GtScalar = Op.Find("gt", "Scalar"), Ge = Op.Find("ge", "Tensor"), GeScalar = Op.Find("ge", "Scalar");
    internal static readonly nint And = Op.Find("bitwise_and", "Tensor"), Or = Op.Find("bitwise_or", "Tensor"), Xor = Op.Find("bitwise_xor", "Tensor"), Not = Op.Find("bitwise_not");
    internal static readonly nint Equal = Op.Find("equal"), AllClose = Op.Find("allclose"), IsNan = Op.Find("isnan"), IsFinite = Op.Find("isfinite"), Where = Op.Find("where", "self");
    internal static readonly nint All = Op.Find("all"), AllDim = Op.Find("all", "dim"), Any = Op.Find("any"), AnyDim = Op.Find("any", "dim"), Nonzero = Op.Find("nonzero");

    // Reductions
    internal static readonly nint Sum = Op.Find("sum"), SumDim = Op.Find("sum", "dim_IntList"), Mean = Op.Find("mean"), MeanDim = Op.Find("mean", "dim");
    internal static readonly nint Prod = Op.Find("prod"), Max = Op.Find("max"), MaxDim = Op.Find("max", "dim"), Min = Op.Find("min"), MinDim = Op.Find("min", "dim");
    internal static readonly nint Argmax = Op.Find("argmax"), Argmin = Op.Find("argmin"), Argsort = Op.Find("argsort"), Sort = Op.Find("sort", "stable"), TopK = Op.Find("topk");
    internal static readonly nint Norm = Op.Find("norm", "Scalar"), NormDim = Op.Find("norm", "ScalarOpt_dim"), Std = Op.Find("std"), StdDim = Op.Find("std", "dim"), Var = Op.Find("var"), VarDim = Op.Find("var", "dim");
    internal static readonly nint Cumsum = Op.Find("cumsum"), LogSumExp = Op.Find("logsumexp"), Bincount = Op.Find("bincount");

    // Shape
    internal static readonly nint View = Op.Find("view"), Reshape = Op.Find("reshape"), Flatten = Op.Find("flatten", "using_ints"), Permute = Op.Find("permute"), Transpose = Op.Find("transpose", "int"), T = Op.Find("t");
    internal static readonly nint Expand = Op.Find("expand"), Repeat = Op.Find("repeat"), Squeeze = Op.Find("squeeze"), SqueezeDim = Op.Find("squeeze", "dim"), Unsqueeze = Op.Find("unsqueeze"), Contiguous = Op.Find("contiguous");
    internal static readonly nint Narrow = Op.Find("narrow"), Select = Op.Find("select", "int"), Slice = Op.Find("slice", "Tensor"), IndexSelect = Op.Find("index_select"), Gather = Op.Find("gather"), Index = Op.Find("index", "Tensor");
    internal static readonly nint IndexPut = Op.Find("index_put_"), IndexAdd = Op.Find("index_add_"), ScatterAdd = Op.Find("scatter_add"), ScatterAddTo = Op.Find("scatter_add_"), Scatter = Op.Find("scatter", "src");
    internal static readonly nint Cat = Op.Find("cat"), Stack = Op.Find("stack"), Split = Op.Find("split", "Tensor"), SplitSizes = Op.Find("split_with_sizes"), Chunk = Op.Find("chunk"), Unbind = Op.Find("unbind", "int");
    internal static readonly nint Tril = Op.Find("tril"), Triu = Op.Find("triu"), MaskedFill = Op.Find("masked_fill", "Scalar"), MaskedSelect = Op.Find("masked_select"), Flip = Op.Find("flip"), Roll = Op.Find("roll");

    // Copies
    internal static readonly nint Clone = Op.Find("clone"), Detach = Op.Find("detach"), DetachIn = Op.Find("detach_"), CopyTo = Op.Find("copy_"), ToCopy = Op.Find("to", "dtype_layout"), Zero = Op.Find("zero_"), FillScalar = Op.Find("fill_", "Scalar");

    // Creation
    internal static readonly nint Zeros = Op.Find("zeros"), Ones = Op.Find("ones"), Empty = Op.Find("empty", "memory_format"), Full = Op.Find("full"), Eye = Op.Find("eye", "m"), Linspace = Op.Find("linspace");
    internal static readonly nint Arange = Op.Find("arange", "start_step"), Rand = Op.Find("rand", "generator"), Randn = Op.Find("randn", "generator"), Randint = Op.Find("randint", "low_generator"), Randperm = Op.Find("randperm", "generator");
    internal static readonly nint ZerosLike = Op.Find("zeros_like"), OnesLike = Op.Find("ones_like"), EmptyLike = Op.Find("empty_like"), FullLike = Op.Find("full_like"), RandLike = Op.Find("rand_like"), RandnLike = Op.Find("randn_like");

    // Random, in place
    internal static readonly nint UniformTo = Op.Find("uniform_"), NormalTo = Op.Find("normal_"), BernoulliTo = Op.Find("bernoulli_", "float"), Bernoulli = Op.Find("bernoulli"), Multinomial = Op.Find("multinomial");

    // Linear algebra
    internal static readonly nint Matmul = Op.Find("matmul"), Mm = Op.Find("mm"), Bmm = Op.Find("bmm"), Addmm = Op.Find("addmm"), Dot = Op.Find("dot"), Outer = Op.Find("outer"), Einsum = Op.Find("einsum"), Linear = Op.Find("linear");

    // Networks
    internal static readonly nint Relu = Op.Find("relu"), ReluIn = Op.Find("relu_"), Sigmoid = Op.Find("sigmoid"), Tanh = Op.Find("tanh"), Gelu = Op.Find("gelu"), Silu = Op.Find("silu"), LeakyRelu = Op.Find("leaky_relu");
    internal static readonly nint Softmax = Op.Find("softmax", "int"), LogSoftmax = Op.Find("log_softmax", "int"), Dropout = Op.Find("dropout"), DropoutIn = Op.Find("dropout_"), Embedding = Op.Find("embedding");
    internal static readonly nint Conv2d = Op.Find("conv2d"), Conv2dNamed = Op.Find("conv2d", "padding"), MaxPool2d = Op.Find("max_pool2d"), MaxPool2dIndices = Op.Find("max_pool2d_with_indices");
    internal static readonly nint AvgPool2d = Op.Find("avg_pool2d"), AdaptiveAvgPool2d = Op.Find("adaptive_avg_pool2d");
    internal static readonly nint BatchNorm = Op.Find("batch_norm"), GroupNorm = Op.Find("group_norm"), LayerNorm = Op.Find("layer_norm"), OneHot = Op.Find("one_hot");
    internal static readonly nint CrossEntropy = Op.Find("cross_entropy_loss"), NllLoss = Op.Find("nll_loss_nd"), MseLoss = Op.Find("mse_loss"), L1Loss = Op.Find("l1_loss"), SmoothL1Loss = Op.Find("smooth_l1_loss");
    internal static readonly nint Bce = Op.Find("binary_cross_entropy"), BceLogits = Op.Find("binary_cross_entropy_with_logits"), KlDiv = Op.Find("kl_div");
    internal static readonly nint Attention = Op.Find("scaled_dot_product_attention"), Attention113 = Op.Find("_scaled_dot_product_attention");

    // All parameters at once
    internal static readonly nint EachAdd = Op.Find("_foreach_add_", "List"), EachAddScalar = Op.Find("_foreach_add_", "Scalar"), EachMulScalar = Op.Find("_foreach_mul_", "Scalar"), EachMul = Op.Find("_foreach_mul_", "List");
    internal static readonly nint EachDivScalar = Op.Find("_foreach_div_", "Scalar"), EachAddcmul = Op.Find("_foreach_addcmul_", "Scalar"), EachAddcdiv = Op.Find("_foreach_addcdiv_", "Scalar"), EachSqrt = Op.Find("_foreach_sqrt");
    internal static readonly nint EachZero = Op.Find("_foreach_zero_"), EachNorm = Op.Find("_foreach_norm", "Scalar"), EachAddNew = Op.Find("_foreach_add", "List"), EachNeg = Op.Find("_foreach_neg");
}

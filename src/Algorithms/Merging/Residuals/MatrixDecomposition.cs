using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Double;
using MathNet.Numerics.LinearAlgebra.Factorization;

namespace Distributed.Algorithms.Merging.Residuals;

/// <summary>
/// The singular value decomposition of a matrix, W = U S Vᵀ, and its best approximations of a rank: A = U_r √S_r, B = √S_r V_rᵀ, whose error
/// is the root of the sum of the dropped s² (Eckart, Young 1936).
/// </summary>
internal sealed class MatrixDecomposition
{
    private readonly Matrix<double> _left;
    private readonly Matrix<double> _right;
    private readonly bool _transposed;

    /// <param name="values">The matrix, row-major and finite.</param>
    /// <param name="rows">Number of rows, at least 1.</param>
    /// <param name="columns">Number of columns, at least 1.</param>
    public MatrixDecomposition(ReadOnlySpan<double> values, int rows, int columns)
    {
        (Rows, Columns) = (rows, columns);
        // Tall: row-major numbers are those of the transpose, column by column.
        _transposed = rows < columns;
        var transpose = DenseMatrix.OfColumnMajor(columns, rows, values.ToArray());
        var tall = _transposed ? transpose : transpose.Transpose();
        // Of a tall matrix the factor R has the singular values, and the square U of a full decomposition is never needed.
        var thin = tall.QR(QRMethod.Thin);
        var small = thin.R.Svd();
        SingularValues = small.S.ToArray();
        _left = thin.Q * small.U;
        _right = small.VT;
    }

    public int Rows { get; }

    public int Columns { get; }

    /// <summary>In descending order, as many as the smaller side.</summary>
    public double[] SingularValues { get; }

    /// <summary>The factors of a rank, row-major: A of rows × rank, B of rank × columns.</summary>
    public (double[] A, double[] B) Factors(int rank)
    {
        var (a, b) = (new double[Rows * rank], new double[rank * Columns]);
        for (var r = 0; r < rank; r++)
        {
            var root = Math.Sqrt(SingularValues[r]);
            for (var i = 0; i < Rows; i++) a[(i * rank) + r] = root * (_transposed ? _right[r, i] : _left[i, r]);
            for (var j = 0; j < Columns; j++) b[(r * Columns) + j] = root * (_transposed ? _left[j, r] : _right[r, j]);
        }
        return (a, b);
    }

    /// <summary>The Frobenius norm of what an approximation of that rank leaves out.</summary>
    public double Error(int rank) => Math.Sqrt(SingularValues.Skip(rank).Sum(s => s * s));
}

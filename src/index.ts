export type {
  Boundary, Bytes, Dataset, Engine, Layer, LinearOperator, NetworkDescription, OneBitMatrix, OneBitNetwork, OperatorDescription, Param, Pattern,
  PatternMap, Problem, Prox, Pullback, Shape, State, Tensor, UnrolledNetwork,
} from './types.js';
export { tensor, zeros } from './core/array.js';
export { blockDiagonal, compose, kroneckerIdentity, scale, stack, sum, transpose } from './core/combine.js';
export { linop, type LinopDefinition } from './core/linop.js';
export { dotTest, norm, type DotTest } from './core/norm.js';
export { matrixSize, weightCount } from './core/pattern.js';
export { dctL1, waveletL1 } from './core/transform-prox.js';
export type { TotalVariationOptions } from './core/total-variation.js';
export { box, complexL1, l1, l2Squared, nonNegativeL1, zero } from './core/prox.js';
export { random, type Random } from './core/random.js';
export { admm } from './solvers/admm.js';
export { amp } from './solvers/amp.js';
export { cg } from './solvers/cg.js';
export { fista, ista } from './solvers/ista.js';
export { slidingDctL1 } from './solvers/sliding-dct.js';
export { totalVariation, tvSolver, type TvOptions } from './solvers/tv.js';
export { analyticWeight, coherenceOf } from './unrolled/analytic-weight.js';
export { behindFrame } from './unrolled/behind-frame.js';
export { adam, sgd, type Optimizer } from './unrolled/optimizer.js';
export { istaNet } from './unrolled/ista-net.js';
export type { IstaNetOptions } from './unrolled/ista-net-options.js';
export { network } from './unrolled/network.js';
export { param } from './unrolled/param.js';
export { learnedIsta, problem, unrolledAdmm, unrolledIsta, type Coupling, type LearnedIstaOptions, type UnrolledOptions } from './unrolled/presets.js';
export { distilled } from './unrolled/distilled.js';
export { train, type GradientThreads, type Progress, type ThreadedGradient, type TrainOptions } from './unrolled/train.js';
export type { LayerLoss } from './unrolled/loss.js';
export type { CheckpointStore } from './unrolled/checkpoint.js';
export type { Binarizer, Finish, FitOptions } from './binary/binarizer.js';
export {
  analyticQubo, annealed, bayes, bop, channelWise, coordinateDescent, descending, descent, distill, drawn, float, gpfq, gptq, hypernetwork, lifted,
  liftedLayers, nearIterates, parq, proxquant, qubo, sign, skew, straightThrough, taught, ternary, type BayesianNetwork,
} from './binary/binarizers/index.js';
export { calibrate, conformalFactors, coverage, fitVariances, predictiveDeviation, sampledMoments } from './binary/uncertainty.js';
export type { Calibration, Coverage, Moments } from './binary/uncertainty.js';
export { generalizationCertificate, recoveryCertificate } from './binary/certificate.js';
export { pack, type PackOptions } from './packed/engine.js';
export { streamed } from './packed/stream.js';
export type { Precision } from './kernels/index.js';
export { compileC, compileModule } from './packed/compile/index.js';
export { decodeModel, encodeModel } from './packed/model.js';
export { importIstaNet } from './packed/released.js';
export { onOperator } from './binary/one-bit-network.js';
export { correlation, imagePsnrDb, nmseDb, rrmse, rrmseSpectrum, ssim } from './tasks/metrics.js';
export { measureAndReconstruct, reconstructTiled } from './tasks/whole-images.js';

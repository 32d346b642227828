// Package unlearn makes a trained model forget samples, features and labels by the closed-form
// influence updates of "Machine Unlearning of Features and Labels" (NDSS 2023;
// docs/paper.md#updates), and measures itself against retraining.
//
// It knows nothing of networks: a model is an [Objective] over a flat parameter vector, as
// nets.Model is one.
//
//	problem := &unlearn.Problem{Objective: model, Train: train, L2: 1}
//	theta, err := unlearn.LBFGS{}.Train(ctx, problem, model.Init(1))
//	if err != nil {
//		return err
//	}
//	request := unlearn.RemoveSamples(3, 14, 15)
//	update, err := unlearn.SecondOrder{}.Unlearn(ctx, problem, theta, request)
//	if err != nil {
//		return err
//	}
//	fmt.Println(update.Before > update.After, update.Data.Len())
//
// The main types in groups:
//
//   - requests: [Request] and its [Change]s, made by [RemoveSamples], [RemoveFeatures],
//     [CorrectLabels], [CorrectFeatures], [CorrectSamples], [CorrectSpans] and joined by [Merge];
//     [Applied] is a request carried out on the data;
//   - problem: [Problem], [Objective], and what an objective may offer beside it: [Predictor],
//     [Classifier], [Initializer], [LossGradient], [PerSampler], [Clipper], [Linearizer],
//     [GaussNewtonLinearizer], [StochasticObjective], [StatisticsObjective],
//     [StatisticsHolder], [TargetObjective], [TemperedObjective], [TensorObjective],
//     [LayerObjective], [SampleLosser], [Convex], [ConvexLoss], [ConvexInParameters], [Faulter],
//     [PenaltyChecker], [Selected]; a [Wrapper] stands around an objective and leaves it these;
//     [Subsample] is a part of the data that stands for all;
//   - updates: [Method] and [Update]; [FirstOrder], [SecondOrder] with its [Curvature] and
//     [StepGradient], [PublishedSecondOrder] (the authors' recursion); [Auto] chooses among
//     [Candidate]s and says what it [Tried]; around another method: [Iterative],
//     [ReestimateStatistics], and [Part] for the last layers, a [PartObjective], to which a method
//     may say more of itself as a [SampledMethod] with its [Sampling], a [ForcingMethod], a
//     [ChunkedMethod] or an [AdvisingMethod];
//   - solvers: [Solver], [Operator] and [BatchOperator]; [CG], [MINRES], [LiSSA], [Exact],
//     [Factored], [Galerkin], [Krylov], [ShiftedSolve] with [ShiftedSolution]; [Stats] says how a
//     solve ended, [Spectrum] what the matrix is like;
//   - towards given outputs: [Distill] with its [Lead], [SoftCorrection], [WithTargets];
//   - baselines (docs/methods.md): [NegGradPlus], [SCRUB], [SSD], [Potion], [SAP], [SalUn], [MSG],
//     [BadTeacher], [NPO], [ReinitLast], most by [Steps]; [Retrain], [FineTune], [SISA] with
//     [Sharded] and [SliceStore], [Occlusion], [Private], [DPSGD], [None];
//   - trainers: [Trainer]; [LBFGS], [Newton], [SGD], [Adam], their [Schedule], [Progress] and
//     [Checkpoint]; [StatisticsTrainer] for batch normalization;
//   - certificates: [OutputPerturbation] with [Release] and [ReleaseStream];
//     [ObjectivePerturbation]; [Certified] with [Budget], [Certificate], [Ledger] and [Stream], for
//     a [SmoothMethod], whose residual is bounded beforehand if it is a [BoundedMethod] or a
//     [SteppedMethod] with its [Step]s; [Comparison], [MeasureUtility] and [Utility];
//   - tuning and measures: [Tune], [Trial], [Decades], [MacroF1], [MacroF1On], and Accuracy of
//     package datasets;
//   - cost and errors: [Cost], [Meter]; a [Fact] says what was forced, refused or left out. An
//     update that is no good is an error that says why and what to do: [WorseError],
//     [RefusedError], [DivergedError], [IndefiniteError], [NotConvergedError], [OverlapError],
//     [NotConvexError], [RowNormError], [BudgetError], [LedgerDamagedError], [ErrLedgerLocked].
//
// Package objectivetest, below this one, checks an objective that is written by hand. Package
// exposure measures what a language model remembers.
package unlearn

// Package nets turns networks into models: objectives over a flat parameter vector, with losses,
// gradients, per-sample gradients, Hessian-vector and Gauss-Newton products, evaluated in chunks of
// samples on all cores with the same bits on any number of them.
//
//	net := nets.MLP{In: 8, Hidden: []int{10}, Out: 1}
//	model, err := nets.NewModel(net, nets.Logistic)
//	if err != nil {
//		return err
//	}
//	theta, g := model.Init(1), make([]float64, model.Dim())
//	if err := model.Gradient(ctx, g, theta, data); err != nil {
//		return err
//	}
//	loss, err := model.Loss(ctx, theta, data)
//
// The names in groups:
//
//   - what a user writes: [Network], and [TrainingNetwork] where the training pass differs, with
//     its [Training], and [Affine]; [Param], [Weight], [Bias];
//   - whole networks: [Linear], [MLP], [VGG], [LSTM];
//   - joining layers: [Sequential], [Residual];
//   - layers for rows: [Dense], [Activation], [Dropout], [LayerNorm]; for images: [Conv],
//     [BatchNorm], [MaxPool], [AvgPool], [Flatten], [Reshape]; for sequences: [Embedding],
//     [Positions], [Attention], [LSTMLayer], [GRULayer], [MeanPositions];
//   - losses: [Loss], [Logistic], [OneAgainstAll], [SoftmaxCrossEntropy], [Squared],
//     [SoftCrossEntropy], [SquaredCentered];
//   - the model: [NewModel], [Model], and its options ([Option]): [Float32], [Float64], [Cores],
//     [Chunk], [KeepLimit], [ClassLabels], [TargetLabels]; a network may say that its outputs are
//     affine in its parameters, as [AffineInParameters].
//
// A [Model] is an unlearn.Objective. Each of its methods looks at the data first: a label that does
// not fit the loss, or a feature that is not finite, is an error that names the row.
package nets

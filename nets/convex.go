package nets

import (
	"errors"
	"fmt"
	"math"
	"reflect"
)

// Convexity returns, for a [Linear] network without a bias, how curved its loss is in the outputs:
// gamma, the largest eigenvalue of a sample's Hessian in them, and gamma2, the constant by which
// that Hessian changes at most with them (Frobenius norm for several outputs):
//
//	logistic  1/4 and 1/(6 sqrt 3)     softmax  1/2 and sqrt 2/(3 sqrt 3)     squared  1 and 0
//
// All other models return an error with the reason why nothing is known of their convexity.
func (m *Model) Convexity() (gamma, gamma2 float64, err error) {
	if m.opts.float32 {
		return 0, 0, errSinglePrecision
	}
	if m.base != nil {
		return 0, 0, errHeldFixed
	}
	net, ok := m.net.(Linear)
	if pointer, is := m.net.(*Linear); is {
		net, ok = *pointer, true
	}
	if !ok {
		return 0, 0, fmt.Errorf("a network of type %T is not linear in its parameters, so its loss is not convex in them", m.net)
	}
	if net.Bias {
		return 0, 0, errors.New("its bias is a feature of value 1 beside the others, which makes rows of norm at most 1 impossible: " +
			"leave the bias out, and append a column of ones to the data before the rows are normalized")
	}
	switch {
	case m.isLoss(Logistic):
		return 0.25, 1 / (6 * math.Sqrt(3)), nil
	case m.isLoss(SoftmaxCrossEntropy):
		return 0.5, math.Sqrt2 / (3 * math.Sqrt(3)), nil
	case m.isLoss(Squared):
		return 1, 0, nil
	}
	return 0, 0, errors.New("nothing is known of its loss: use Logistic, SoftmaxCrossEntropy or Squared")
}

var errHeldFixed = errors.New("some of its parameters are held fixed (Select): they may have seen what is to be forgotten, and its outputs are not " +
	"linear in the others: train all of them, or give what the fixed part computes as features")

var errSinglePrecision = errors.New("it computes in single precision, whose rounding errors no certificate covers: make the model without Float32()")

// isLoss compares functions of this package, which Go does by their address only.
func (m *Model) isLoss(l Loss) bool {
	return reflect.ValueOf(m.loss).Pointer() == reflect.ValueOf(l).Pointer()
}

// Affine is a [Network] that knows whether its outputs are x W + b, or x W, of the features x as they
// are, as those of [Linear] are: nil if so, and otherwise an error that says why not.
type Affine interface {
	Network
	Affine() error
}

// AffineInParameters is a [Network] that knows whether its outputs are affine in its parameters, as
// those of a linear layer are behind features that it computes without parameters: nil if so, and
// otherwise an error that says why not.
type AffineInParameters interface {
	Network
	AffineInParameters() error
}

// ConvexInParameters implements unlearn.ConvexInParameters: for what [Model.LossSmoothness] knows, and
// for networks that are [AffineInParameters], with the same losses, in double precision.
func (m *Model) ConvexInParameters() error {
	_, _, err := m.LossSmoothness()
	if err == nil {
		return nil
	}
	net, ok := m.net.(AffineInParameters)
	if !ok || m.opts.float32 || m.base != nil {
		return err
	}
	if err := net.AffineInParameters(); err != nil {
		return err
	}
	_, _, err = m.lossSmoothness()
	return err
}

// LossSmoothness implements unlearn.ConvexLoss for [Linear] networks, with or without a bias, and
// for others that are [Affine], in double precision: with the logistic loss 1/4 and 1, with the
// softmax cross-entropy 1/2 and sqrt 2, with the squared loss 1 and no bound of the slope, with
// [OneAgainstAll] 1/4 and no bound. A model that holds parameters fixed
// ([Model.Select]) is an error: what was trained before may know the sample that is to be
// forgotten.
func (m *Model) LossSmoothness() (curvature, slope float64, err error) {
	if m.opts.float32 {
		return 0, 0, errSinglePrecision
	}
	if m.base != nil {
		return 0, 0, errHeldFixed
	}
	switch net := m.net.(type) {
	case Linear, *Linear:
	case Affine:
		if err := net.Affine(); err != nil {
			return 0, 0, err
		}
	default:
		return 0, 0, fmt.Errorf("a network of type %T is not linear in its parameters, so its loss is not convex in them", m.net)
	}
	return m.lossSmoothness()
}

// lossSmoothness is LossSmoothness of the loss alone, whatever computes the outputs.
func (m *Model) lossSmoothness() (curvature, slope float64, err error) {
	switch {
	case m.isLoss(Logistic):
		return 0.25, 1, nil
	case m.isLoss(OneAgainstAll):
		return 0.25, math.Inf(1), nil // the slope grows with the number of classes
	case m.isLoss(SoftmaxCrossEntropy):
		return 0.5, math.Sqrt2, nil
	case m.isLoss(Squared):
		return 1, math.Inf(1), nil
	}
	return 0, 0, errors.New("nothing is known of its loss: use Logistic, SoftmaxCrossEntropy or Squared")
}

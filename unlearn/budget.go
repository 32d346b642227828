package unlearn

import (
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/stat/distuv"
)

// Budget says what a certificate promises and by what noise: training adds b'theta to the loss, b ~
// N(0, Sigma^2 I) drawn before training, and parameters whose gradient residual is at most
//
//	r = Epsilon Sigma / c,  c = sqrt(2 ln(1.5/Delta)),
//
// are (Epsilon, Delta)-certified: no event is more than e^Epsilon times as likely as for the
// retrained parameters, Delta aside, nor the other way round (Guo et al. 2020, theorem 3;
// docs/paper.md#certificates).
type Budget struct {
	Epsilon float64 // above 0, at most 1
	Delta   float64 // above 0, below 1
	Sigma   float64 // standard deviation of each entry of b, chosen before training
}

// C returns sqrt(2 ln(1.5/Delta)).
func (b Budget) C() float64 {
	ratio := math.Log(1.5 / b.Delta)
	if math.IsInf(ratio, 1) { // the quotient is out of range, its logarithm is not
		ratio = math.Log(1.5) - ln(b.Delta)
	}
	return math.Sqrt(2 * ratio)
}

// Residual returns the gradient residual that may be certified, Epsilon Sigma / c.
func (b Budget) Residual() float64 { return b.Epsilon * b.Sigma / b.C() }

// SigmaFor returns the sigma that a residual would need, c r / Epsilon. It is no sigma to train
// with after the residual was seen: b is a part of training and changes the residual.
func (b Budget) SigmaFor(residual float64) float64 { return b.C() * residual / b.Epsilon }

func (b Budget) check() error {
	var epsilon, delta setting
	if !(b.Epsilon > 0 && b.Epsilon <= 1) {
		epsilon = bad("Epsilon", b.Epsilon, "a number above 0 and at most 1")
	}
	if !(b.Delta > 0 && b.Delta < 1) {
		delta = bad("Delta", b.Delta, "a number above 0 and below 1")
	}
	return checkSettings("Budget", epsilon, delta, above0("Sigma", b.Sigma, ": a certificate needs noise"))
}

// tilt draws b (dim) for the training of that number.
func (b Budget) tilt(dim int, seed uint64, training int) []float64 {
	rng := rand.New(rand.NewPCG(seed, 0x7117<<32|uint64(training)))
	v := make([]float64, dim)
	for i := range v {
		v[i] = b.Sigma * rng.NormFloat64()
	}
	return v
}

// Certificate is what can be said of one request, issued or not.
type Certificate struct {
	Budget   Budget
	Allowed  float64 // residual that the budget allows
	Residual float64 // ||grad L(theta'; D')||, exactly: what training and the solver left is in it
	Trained  float64 // ||grad L(theta; D)||, what training (and earlier requests) had left
	// Bound and WorstCase are upper bounds of Residual in closed form, the first from the corrected
	// data, the second from their number alone (docs/paper.md#bounds); +Inf for methods that have
	// none. NoUpdate is that of leaving theta as it was.
	Bound, WorstCase, NoUpdate float64
	// Spent is what a ledger adds up to with this request; Residual where there is no ledger.
	Spent  float64
	Issued bool // Spent is at most Allowed
}

// BudgetError reports an update that the budget does not certify. Found by errors.As.
type BudgetError struct {
	Method      string
	Certificate Certificate
	Requests    int     // carried out since training; 0 without a ledger
	Reset       float64 // what the last training left: retraining brings Spent back to about that
}

func (e *BudgetError) Error() string {
	c, b := &e.Certificate, e.Certificate.Budget
	spent := fmt.Sprintf("the gradient residual %.4g", c.Residual)
	if e.Requests > 0 {
		spent = fmt.Sprintf("the sum of the ledger %.4g (%d requests before this one; residual %.4g)", c.Spent, e.Requests, c.Residual)
	}
	return fmt.Sprintf("unlearn: %s is not certified: %s exceeds the %.4g that epsilon %g, delta %g and sigma %g allow (sigma %.4g would be "+
		"needed, chosen before training); retraining on the corrected data with a fresh tilt resets it to about %.3g and frees the whole budget",
		e.Method, spent, c.Allowed, b.Epsilon, b.Delta, b.Sigma, b.SigmaFor(c.Spent), e.Reset)
}

// RefusalBound returns an upper bound of the probability that a request is refused, eta, from how
// often it was in draws of the tilt (Clopper and Pearson 1934); it fails with probability alpha.
func RefusalBound(refused, draws int, alpha float64) float64 {
	if refused >= draws {
		return 1
	}
	return distuv.Beta{Alpha: float64(refused + 1), Beta: float64(draws - refused)}.Quantile(1 - alpha)
}

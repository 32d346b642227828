package project

import "fmt"

// check refuses an update that made the model worse, whichever method made it.
func (o *order) check(x *done) error {
	if err := o.checkResidual(x); err != nil {
		return err
	}
	return o.checkLoss(x)
}

// solvedResidual is a gradient norm that counts as none: the largest that Newton's method and lbfgs
// leave.
const solvedResidual = 1e-6

// checkResidual refuses an update after which the gradient on the corrected data is larger than
// before and larger than training had left it on the old ones. Training of a network ends where its
// steps end, so what another such training leaves may differ; twice as much is let through.
func (o *order) checkResidual(x *done) error {
	limit := max(x.update.Before, x.trained)
	if trained := o.model.convex() != nil && (x.method == "auto" || x.method == "retrain"); trained {
		limit *= 2
	}
	if x.update.After <= max(limit*(1+1e-6), solvedResidual) {
		return nil
	}
	return &RefusedError{Reason: fmt.Sprintf("the update makes the gradient residual on the corrected data larger: from %.4g to %.4g (training had left %.4g on the data before)",
		x.update.Before, x.update.After, x.trained), Next: "choose a smaller --rate, or another method"}
}

// checkLoss refuses an update that loses more accuracy on the samples that stay than was allowed.
// One sample may go wrong, unless a limit was asked for.
func (o *order) checkLoss(x *done) error {
	before, after := x.kept[0].Accuracy, x.kept[1].Accuracy
	if before == nil {
		return nil
	}
	allowed := o.maxLoss()
	if o.o.MaxLoss == nil {
		allowed = max(allowed, 100/float64(x.kept[1].Samples))
	}
	if fall := 100 * (*before - *after); fall > allowed+1e-9 {
		return &RefusedError{Reason: fmt.Sprintf("the update lowers the accuracy on the samples that stay by %.2f points, and %.3g are allowed", fall, allowed),
			Next: "choose another method, or allow more with --max-loss"}
	}
	return nil
}

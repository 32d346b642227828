// Package certified has the experiments on certificates of linear models
// (docs/paper.md#certificates).
//
//   - certified and budget release models by output perturbation: single requests, and a stream of
//     them.
//   - loss-perturbation and loss-budget train with a random tilt of the loss: single requests, and
//     a stream on one budget.
//   - sigma asks what that noise costs before anything is forgotten.
package certified

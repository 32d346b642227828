// Package tabular has the experiments on rows of features, with linear models and MLPs: one file an
// experiment, found by its name, with its units, tables and figures. What they share is in package
// tabledata.
//
//   - residual, fidelity, scatter, runtime: every method against retraining.
//   - limits: a change that grows until second order fails. affected, sharding: what a request
//     touches, without a model.
//   - solvers: the linear system of one second-order update.
//   - features: all of these but solvers, in one run.
package tabular

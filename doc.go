// Package lethe is the root of a toolkit that makes trained neural networks forget samples,
// features and labels. It holds the documentation's worked example; the work is done by
//
//   - lethe/nets: networks and the models made of them,
//   - lethe/unlearn: requests, updates, solvers, trainers, baselines; lethe/unlearn/objectivetest:
//     checks of an objective,
//   - lethe/graph: differentiation of gorgonia graphs to any order,
//   - lethe/datasets: data sets and their loaders,
//   - lethe/safetensors: files of named tensors, which other libraries read and write,
//   - lethe/experiments and lethe/cmd/experiment: the measurements.
package lethe

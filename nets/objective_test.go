package nets_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"lethe/nets"
	"lethe/unlearn/objectivetest"
)

// A model keeps what an unlearn.Objective promises, and so do the networks of convolutions with
// running statistics.
func TestModelsKeepTheObjectivesPromises(t *testing.T) {
	rows := dense(3, 5, 6, 0)
	for _, e := range append(bitsNetworks(), entry{"one by one", batchSums{}, nets.Squared, rows}, entry{"regression", nets.Linear{In: 6, Out: 1}, nets.Squared, rows},
		entry{"a label for each token", nets.Sequential(nets.Embedding{Vocabulary: 5, Width: 3, Limit: 1}, nets.GRULayer{In: 3, Units: 2, Sequence: true},
			nets.Dense{In: 2, Out: 5}), nets.SoftmaxCrossEntropy, eachToken(8, 5, 3, 5)}) {
		t.Run(e.name, func(t *testing.T) {
			m := model(t, e)
			assert.NoError(t, objectivetest.Check(m, e.data.Slice(0, 5), shifted(m.Init(1), direction(m.Dim()), 0.1)))
		})
	}
}

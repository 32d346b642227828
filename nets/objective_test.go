package nets_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"lethe/nets"
	"lethe/unlearn/objectivetest"
)

// A model keeps what an unlearn.Objective promises, and so do the networks of convolutions with running statistics.
func TestModelsKeepTheObjectivesPromises(t *testing.T) {
	images := someImages(4, 9, 4, 6, 2, 3)
	for _, e := range append(table(), entry{"convolutions", smallVGG(), nets.SoftmaxCrossEntropy, images}) {
		t.Run(e.name, func(t *testing.T) {
			m := model(t, e)
			assert.NoError(t, objectivetest.Check(m, e.data.Slice(0, 9), shifted(m.Init(1), direction(m.Dim()), 0.1)))
		})
	}
}

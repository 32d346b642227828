package project

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// An update that takes far longer than training did comes with a hint, and no other.
func TestADearUpdateComesWithAHint(t *testing.T) {
	o := &order{o: UnlearnOptions{Method: "second"}, model: &Model{Records: []Record{{Kind: "train", Seconds: 6.5}}}}
	assert.Contains(t, o.dear(86), "longer than the training, which took 6.5 s")
	assert.Empty(t, o.dear(12), "less than twice as long")
	o.model.Records[0].Seconds = 0.01
	assert.Empty(t, o.dear(1.9), "nobody would notice")
	assert.NotEmpty(t, o.dear(2))
	o.o.Method = "retrain"
	assert.Empty(t, o.dear(86))
	o.o.Method, o.model.Records[0].Kind = "", "import"
	assert.Empty(t, o.dear(86), "it cannot be trained again here")
}

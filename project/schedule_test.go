package project

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"lethe/project/data"
	"lethe/unlearn"
)

// The schedule of a training is kept, and retraining follows it. The choice of a method for a
// network has a budget of half the training's epochs.
func TestAScheduleIsKept(t *testing.T) {
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	r := rand.New(rand.NewPCG(1, 2))
	table := &strings.Builder{}
	fmt.Fprintln(table, "id,age,income,bought")
	for i := range 200 {
		age, income := r.IntN(60), r.IntN(90)
		fmt.Fprintf(table, "u-%d,%d,%d,%s\n", i, age, income, map[bool]string{true: "yes", false: "no"}[age+income+r.IntN(30) > 90])
	}
	require.NoError(t, os.WriteFile(in("train.csv"), []byte(table.String()), 0o600))
	require.NoError(t, os.WriteFile(in("r.yaml"), []byte("remove: [{ids: [u-3, u-4]}]\n"), 0o600))
	l2 := 0.5
	_, err := Train(t.Context(), TrainOptions{Data: in("train.csv"), Read: data.Options{Label: "bought", ID: "id"}, Network: "mlp:8", L2: &l2, Epochs: 60, Batch: 16,
		Rate: 0.01, Schedule: "one-cycle", Seed: 1, Out: in("mlp")})
	require.NoError(t, err)
	asked := UnlearnOptions{Model: in("mlp"), Data: in("train.csv"), Request: in("r.yaml"), Seed: 1}
	auto := asked
	auto.Out = in("by-auto")
	made, err := Unlearn(t.Context(), auto)
	require.NoError(t, err)
	assert.Contains(t, made.Record.Settings, Setting{"budget of the trials", "30 gradients over the training data"})
	again := asked
	again.Out, again.Method, again.WriteData = in("again"), "retrain", in("rest.csv")
	_, err = Unlearn(t.Context(), again)
	require.NoError(t, err)
	m, err := Open(in("again"))
	require.NoError(t, err)
	assert.Equal(t, "one-cycle", m.Training.Schedule)
	rest, err := data.Load(t.Context(), in("rest.csv"), data.Options{Like: m.Description})
	require.NoError(t, err)
	trainer := unlearn.Adam{Rate: 0.01, Schedule: unlearn.OneCycle, Epochs: 60, Batch: 16, Seed: 1}
	want, err := trainer.Train(t.Context(), &unlearn.Problem{Objective: m.Objective, Train: rest.Data, L2: l2}, m.Objective.Init(1))
	require.NoError(t, err)
	assert.Equal(t, want, m.Theta)
}

package certified

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"lethe/datasets"
	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/tabledata"
	"lethe/experiments/internal/tried"
)

func init() {
	engine.Use(Certified(), Budget(), LossPerturbation(), LossBudget(), Sigma())
}

// tableSession is a session of the certificates' data with the settings of quick runs.
func tableSession(t *testing.T, dataset string) (*tabledata.Session, *tabledata.Settings) {
	t.Helper()
	named, err := datasets.Load(context.Background(), dataset, "")
	require.NoError(t, err)
	e, err := engine.Find("certified")
	require.NoError(t, err)
	set, err := tried.Typed[tabledata.Settings](engine.Defaults(e, engine.Key{Dataset: dataset, Model: "linear", Profile: engine.Quick}))
	require.NoError(t, err)
	return tabledata.OnTables(engine.NewSession(&engine.Config{Dataset: dataset, Model: "linear", Seed: 3}, named, nil, engine.Quiet{})), set
}

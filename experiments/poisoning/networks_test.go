package poisoning

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"lethe/experiments/internal/engine"
	"lethe/experiments/internal/records"
	"lethe/experiments/internal/tried"
	"lethe/nets"
)

// A run begins with the networks that another has trained, without a step of training, and measures
// what that one measured.
func TestARunBeginsWithTrainedNetworks(t *testing.T) {
	set := []string{"methods=none,first-order-last,retrain", "images=100", "train-batch=20", "sample=20"}
	order := func(networks string) *engine.Order {
		o := poisonOrder(t.TempDir(), set...)
		o.Networks = networks
		return o
	}
	trained := tried.RunOrder(t, order(""))
	dir := filepath.Join(t.TempDir(), "networks")
	paths, err := SaveNetworks(trained, dir)
	require.NoError(t, err)
	require.Equal(t, []string{filepath.Join(dir, "train-10000-0.safetensors"), filepath.Join(dir, "clean-0.safetensors")}, paths)
	before := files(t, dir)
	for _, path := range paths {
		kept, err := os.Stat(path)
		require.NoError(t, err)
		all, err := os.Stat(filepath.Join(trained, records.TrainedName, filepath.Base(path)))
		require.NoError(t, err)
		require.Less(t, kept.Size(), all.Size()/2)
	}

	o := order(dir)
	o.Progress = &tried.StepCanceller{Cancel: func() { t.Error("a step of training was made") }, Left: 1}
	begun := tried.RunOrder(t, o)
	want, got := engine.ResultsOf("poisoning", &engine.Config{}, tried.WithoutSeconds(t, trained)), engine.ResultsOf("poisoning", &engine.Config{}, tried.WithoutSeconds(t, begun))
	require.Len(t, got.Records, len(want.Records))
	for _, metric := range []string{"test-accuracy", "validation-accuracy", "poison-learned"} {
		for i, rec := range want.Part(metric) {
			require.InDelta(t, rec.Value, got.Part(metric)[i].Value, 1e-9, "%s of %s", metric, rec.Method)
		}
	}
	seconds := func(dir string) float64 {
		records, err := engine.ReadRecords(dir)
		require.NoError(t, err)
		return poisonBefore(engine.ResultsOf("poisoning", &engine.Config{}, records), 10000, "train", "seconds").Mean
	}
	require.Positive(t, seconds(begun))
	require.Equal(t, seconds(trained), seconds(begun), "those of the training")
	require.Equal(t, before, files(t, dir), "nothing is written there")

	// What a run began with belongs to it.
	c, err := engine.ReadConfig(filepath.Join(begun, records.ConfigName))
	require.NoError(t, err)
	require.Len(t, c.Networks, 16)
	require.Contains(t, c.Command, "--networks")
	for name, repeat := range map[string]*engine.Order{
		"give their folder with --networks": {Repeat: c},
		"":                                  {Repeat: c, Networks: dir},
	} {
		repeat.Out = t.TempDir()
		_, _, err := repeat.Do(t.Context())
		if name == "" {
			require.NoError(t, err)
		} else {
			require.ErrorContains(t, err, name)
		}
	}
	own, err := engine.ReadConfig(filepath.Join(trained, records.ConfigName))
	require.NoError(t, err)
	_, _, err = (&engine.Order{Repeat: own, Networks: dir, Out: t.TempDir()}).Do(t.Context())
	require.ErrorContains(t, err, "trained its own networks: omit --networks")
	again := poisonOrder(filepath.Dir(filepath.Dir(begun)), set...)
	again.Mode = records.Resume
	_, _, err = again.Do(t.Context())
	require.ErrorContains(t, err, "networks (the run has")

	_, err = SaveNetworks(trained, dir)
	require.ErrorContains(t, err, "already exists")
}

// files are the contents of a folder by name.
func files(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	for _, e := range entries {
		data, err := os.ReadFile(filepath.Join(dir, e.Name()))
		require.NoError(t, err)
		out[e.Name()] = string(data)
	}
	return out
}

// A network that is not the run's is refused before anything is written.
func TestNetworksThatAreRefused(t *testing.T) {
	set := []string{"methods=none,retrain", "images=100", "train-batch=20", "sample=20", "dense=3", "batch=20", "reestimate=50"}
	trained := tried.RunOrder(t, poisonOrder(t.TempDir(), set...))
	saved := func(t *testing.T) string {
		dir := filepath.Join(t.TempDir(), "networks")
		_, err := SaveNetworks(trained, dir)
		require.NoError(t, err)
		return dir
	}
	dir := saved(t)
	for _, tt := range []struct {
		seed uint64
		set  string
		want string
	}{
		{8, "", "belongs to another training (data was"},
		{7, "images=120", "belongs to another training (samples was 100, is 120"},
		{7, "train-rate=0.02", "rate was 0.01, is 0.02"},
		{7, "amsgrad=true", "trainer was adam, is amsgrad"},
		{7, "train-epochs=3", "holds a training after 2 epochs and 0 steps, not a finished one of 3 epochs"},
		{7, "train-epochs=1", "holds a training after 2 epochs and 0 steps, not a finished one of 1 epochs"},
		{7, "dense=4", "label was vgg precision=float32;blocks=2;dense=3"},
		{7, "precision=float64", "label was"},
	} {
		o := *poisonOrder("", set...)
		if tt.set != "" {
			key, _, _ := strings.Cut(tt.set, "=")
			o.Set = append(slices.DeleteFunc(slices.Clone(set), func(given string) bool { return strings.HasPrefix(given, key+"=") }), tt.set)
		}
		o.Seed, o.Networks = tt.seed, dir
		tried.Refused(t, o, tt.want)
	}
	// Of another budget only the network on the true labels is there: the other one is trained.
	o := *poisonOrder(t.TempDir(), append(slices.Clone(set), "budget=20000")...)
	o.Networks = dir
	require.FileExists(t, networkFile(filepath.Join(tried.RunOrder(t, &o), records.TrainedName), "train-20000-0"))

	o = *poisonOrder("", set...)
	o.Networks = t.TempDir()
	tried.Refused(t, o, "holds none of the networks of this run: train-10000-0, clean-0")
	tried.Refused(t, engine.Order{Experiment: "residual", Dataset: "diabetes", Networks: dir}, "--networks is for poisoning")

	damaged := saved(t)
	path := filepath.Join(damaged, "clean-0.safetensors")
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	data[len(data)-1] ^= 1
	require.NoError(t, os.WriteFile(path, data, 0o644))
	o.Networks = damaged
	tried.Refused(t, o, "clean-0.safetensors")

	bare := saved(t)
	require.NoError(t, os.Remove(filepath.Join(bare, "train-10000-0.seconds")))
	o.Networks = bare
	tried.Refused(t, o, "the training time must be stored beside the network")

	// A network without fingerprint of its training may be anything.
	foreign := saved(t)
	s, settings := poisonSession(t, set...)
	sub, err := s.poisonSubject("poisoning", settings, 10000, 0)
	require.NoError(t, err)
	require.NoError(t, sub.model.SaveFloat32(filepath.Join(foreign, "clean-0.safetensors"), sub.start, map[string]string{nets.MetaNetwork: "vgg"}))
	o.Networks = foreign
	tried.Refused(t, o, "is not a checkpoint")
}

// Only what has ended is kept.
func TestNetworksThatCannotBeKept(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	o := poisonOrder(t.TempDir(), "methods=none,retrain")
	o.Name = "stopped"
	o.Progress = &tried.StepCanceller{Cancel: cancel, Left: 2}
	_, _, err := o.Do(ctx)
	require.ErrorIs(t, err, context.Canceled)
	run := filepath.Join(o.Out, "poisoning", "digits-cnn-smoke-7-stopped")
	to := filepath.Join(t.TempDir(), "networks")
	_, err = SaveNetworks(run, to)
	require.ErrorContains(t, err, "not a finished one of 2 epochs")
	require.NoDirExists(t, to)
	_, err = SaveNetworks(tried.Smoke(t, t.TempDir(), "residual", "linear"), to)
	require.ErrorContains(t, err, "a run of residual, which trains no networks that can be saved")
	require.NoDirExists(t, to)
}

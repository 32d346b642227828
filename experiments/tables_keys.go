package experiments

// trialKey is what a trial depends on: what its model does, and what the methods do.
func trialKey(set *tableSettings) string { return form.Key(set, "model", "method", "sisa", "noise") }

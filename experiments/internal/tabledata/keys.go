package tabledata

// trialKey is what a trial depends on: what its model does, and what the methods do.
func trialKey(set *Settings) string { return Form.Key(set, "model", "method", "sisa", "noise") }

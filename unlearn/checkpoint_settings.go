package unlearn

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"

	"lethe/datasets"
	"lethe/safetensors"
)

// differ names the settings that are not the same.
func differ(file, now map[string]string) []string {
	var out []string
	for _, key := range settingNames {
		if was, is := file[key], now[key]; was != is {
			out = append(out, fmt.Sprintf("%s was %s, is %s", key, quoted(was), quoted(is)))
		}
	}
	return out
}

func quoted(v string) string {
	if v == "" {
		return "none"
	}
	return v
}

// settingNames are all settings of a fingerprint, in the order in which differences are named.
var settingNames = []string{"trainer", "label", "parameters", "samples", "data", "start", "rate", "schedule", "momentum", "beta1",
	"beta2", "epsilon", "batch", "seed", "l2", "penalty", "tilt"}

// fingerprint is what has to be equal for a training to go on where another stopped.
func (r *descentRun) fingerprint(theta []float64) map[string]string {
	s := map[string]string{
		"trainer": r.name, "label": r.checkpoint.Label, "parameters": strconv.Itoa(len(theta)), "samples": strconv.Itoa(r.n),
		"data": datasets.Fingerprint(r.p.Train)[:16], "start": vectorFingerprint(theta),
		"rate": exactly(r.rate), "schedule": r.schedule.setting(r.epochs * r.steps), "batch": strconv.Itoa(r.batch),
		"seed": strconv.FormatUint(r.seed, 10),
		"l2":   exactly(r.p.L2), "penalty": vectorFingerprint(r.p.Penalty), "tilt": vectorFingerprint(r.p.Tilt),
	}
	for key, value := range r.settings {
		s[key] = value
	}
	return s
}

// vectorFingerprint is 64 bits of the SHA-256 of the numbers, empty for nil.
func vectorFingerprint(v []float64) string {
	if v == nil {
		return ""
	}
	sum := sha256.Sum256(safetensors.AppendFloat64(nil, v))
	return hex.EncodeToString(sum[:8])
}

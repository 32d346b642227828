package unlearn

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	"lethe/safetensors"
)

// releaseFolder holds the files that may be published, in a stream's folder.
const releaseFolder = "releases"

var errNoRelease = errors.New("no such release")

func releasePath(dir string, number int) string {
	return filepath.Join(dir, releaseFolder, fmt.Sprintf("%06d.safetensors", number))
}

// writeRelease writes a release under the number of its entry in the ledger.
func writeRelease(dir string, number int, r *Release) error {
	if err := os.MkdirAll(filepath.Join(dir, releaseFolder), 0o755); err != nil {
		return err
	}
	f := &safetensors.File{
		Tensors: []safetensors.Tensor{{Name: "theta", DType: safetensors.F64, Shape: []int{len(r.Theta)}, Data: littleEndian(r.Theta)}},
		Metadata: map[string]string{
			"format": "lethe-release-1", "epsilon": exactly(r.Epsilon), "delta": exactly(r.Delta), "residual": exactly(r.Residual),
			"lambda": exactly(r.Lambda), "noise": exactly(r.Noise), "against": r.Against.String(), "number": strconv.Itoa(number),
		},
	}
	return safetensors.Write(releasePath(dir, number), f)
}

// ReadRelease reads a file of a stream's releases folder.
func ReadRelease(path string) (*Release, error) {
	f, err := safetensors.Read(path)
	if err != nil {
		return nil, err
	}
	if f.Metadata["format"] != "lethe-release-1" || len(f.Tensors) != 1 || f.Tensors[0].Name != "theta" {
		return nil, fmt.Errorf("unlearn: %s is not a release: it should hold one tensor %q and say so in its metadata", path, "theta")
	}
	r := &Release{}
	if r.Theta, err = f.Tensors[0].Float64(); err != nil {
		return nil, fmt.Errorf("unlearn: %s: %w", path, err)
	}
	for key, to := range map[string]*float64{
		"epsilon": &r.Epsilon, "delta": &r.Delta, "residual": &r.Residual, "lambda": &r.Lambda, "noise": &r.Noise,
	} {
		if *to, err = strconv.ParseFloat(f.Metadata[key], 64); err != nil || !(*to > 0) || !finite(*to) {
			return nil, fmt.Errorf("unlearn: %s: its metadata say that %s is %q, which is no positive number", path, key, f.Metadata[key])
		}
	}
	switch f.Metadata["against"] {
	case ExactOptimum.String():
	case SameMechanism.String():
		r.Against = SameMechanism
	default:
		return nil, fmt.Errorf("unlearn: %s: its metadata compare it with %q, which is nothing known", path, f.Metadata["against"])
	}
	r.Distance = OutputPerturbation{Residual: r.Residual, Against: r.Against}.Distance(r.Lambda)
	return r, nil
}

// readRelease is ReadRelease of the release of an entry; errNoRelease where there is none.
func readRelease(dir string, number int) (*Release, error) {
	r, err := ReadRelease(releasePath(dir, number))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, errNoRelease
	}
	return r, err
}

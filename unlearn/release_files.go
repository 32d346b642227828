package unlearn

import (
	"bytes"
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

func releasePath(dir string, number int) string {
	return filepath.Join(dir, releaseFolder, fmt.Sprintf("%06d.safetensors", number))
}

// encodeRelease returns the file of a release, under the number of its entry in the ledger.
func encodeRelease(number int, r *Release) ([]byte, error) {
	f := &safetensors.File{
		Tensors: []safetensors.Tensor{{Name: "theta", DType: safetensors.F64, Shape: []int{len(r.Theta)}, Data: littleEndian(r.Theta)}},
		Metadata: map[string]string{
			"format": "lethe-release-1", "epsilon": exactly(r.Epsilon), "delta": exactly(r.Delta), "residual": exactly(r.Residual),
			"lambda": exactly(r.Lambda), "noise": exactly(r.Noise), "against": r.Against.String(), "number": strconv.Itoa(number),
		},
	}
	var out bytes.Buffer
	err := safetensors.Encode(&out, f)
	return out.Bytes(), err
}

// publishRelease puts the file of a release where all may read it, unless it is there.
func publishRelease(dir string, number int, data []byte) error {
	path := releasePath(dir, number)
	there, err := os.ReadFile(path)
	switch {
	case err == nil && bytes.Equal(there, data):
		return nil
	case err == nil:
		return fmt.Errorf("unlearn: %s is not the release that was drawn for this state: move it away, and open the stream again, which publishes that one", path)
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	folder := filepath.Join(dir, releaseFolder)
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	if err := syncFolder(dir); err != nil {
		return err
	}
	return replaceFile(dir, path, data, 0o644)
}

// ReadRelease reads a file of a stream's releases folder.
func ReadRelease(path string) (*Release, error) {
	f, err := safetensors.Read(path)
	if err != nil {
		return nil, err
	}
	return releaseOf(f, path)
}

// decodeRelease is the inverse of encodeRelease; path is where it was found.
func decodeRelease(data []byte, path string) (*Release, error) {
	f, err := safetensors.Decode(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, fmt.Errorf("unlearn: %s: %w", path, err)
	}
	return releaseOf(f, path)
}

func releaseOf(f *safetensors.File, path string) (*Release, error) {
	if f.Metadata["format"] != "lethe-release-1" || len(f.Tensors) != 1 || f.Tensors[0].Name != "theta" {
		return nil, fmt.Errorf("unlearn: %s is not a release: it should hold one tensor %q and say so in its metadata", path, "theta")
	}
	r := &Release{}
	var err error
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

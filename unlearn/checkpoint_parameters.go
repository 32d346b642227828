package unlearn

import (
	"fmt"
	"maps"
	"math"
	"strconv"

	"lethe/safetensors"
)

// SaveParameters writes a training that has ended without what its rule keeps: the parameters
// alone, rounded to single precision, with the fingerprint of the training. Of Adam in double
// precision that is a sixth of the file. A trainer whose [Checkpoint] names the file returns these
// parameters if its settings, data, start and number of epochs are those of the file; it never goes
// on from it, since a step needs the rest. A state within an epoch is an error, as is a parameter
// beyond the range of float32. The file is written as a whole or, on error, not at all.
func (s *Snapshot) SaveParameters(path string) error {
	if s.Step != 0 {
		return fmt.Errorf("unlearn: %s: the training stopped after %d steps of epoch %d: let it end first", path, s.Step, s.Epoch+1)
	}
	single := make([]float32, len(s.Theta))
	for i, v := range s.Theta {
		if math.Abs(v) > math.MaxFloat32 && !math.IsInf(v, 0) {
			return fmt.Errorf("unlearn: %s: parameter %d is %g, beyond single precision", path, i, v)
		}
		single[i] = float32(v)
	}
	f := &safetensors.File{Metadata: map[string]string{metaKind: kindTraining, metaOnly: parametersOnly, metaEpoch: strconv.Itoa(s.Epoch),
		metaInEpoch: "0", metaLossSum: "0", metaSeen: "0"}}
	maps.Copy(f.Metadata, s.Metadata)
	for key, value := range s.Settings {
		f.Metadata[metaSetting+key] = value
	}
	var err error
	if f.Tensors, err = safetensors.Split(s.Tensors, safetensors.F32, safetensors.AppendFloat32(nil, single)); err == nil {
		err = f.Seal()
	}
	if err == nil {
		err = safetensors.Write(path, f)
	}
	if err != nil {
		return fmt.Errorf("unlearn: %s: %w", path, err)
	}
	return nil
}

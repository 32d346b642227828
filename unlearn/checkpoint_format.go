package unlearn

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"lethe/safetensors"
)

// The metadata that a trainer writes, beside the caller's. Numbers are written so that they are
// read with the same bits.
const (
	metaKind    = "lethe"         // what kind of file it is: kindTraining
	metaEpoch   = "epoch"         // finished epochs
	metaInEpoch = "step-in-epoch" // finished steps of the next
	metaStep    = "step"          // finished steps in all, for those who read the file
	metaLossSum = "loss-sum"
	metaSeen    = "samples-seen"
	metaOnly    = "holds"    // of SaveParameters: parametersOnly
	metaSetting = "setting." // and the setting's name

	kindTraining   = "training 1"
	statePrefix    = "state."
	parametersOnly = "parameters only"
)

// ownMetadata reports whether a trainer writes this key.
func ownMetadata(key string) bool {
	return slices.Contains([]string{metaKind, metaEpoch, metaInEpoch, metaStep, metaLossSum, metaSeen, metaOnly, safetensors.Checksum}, key) ||
		strings.HasPrefix(key, metaSetting)
}

// encode returns the file without its checksum. Its data are valid until the next call.
func (c *checkpointFile) encode(s *Snapshot) (*safetensors.File, error) {
	f := &safetensors.File{Metadata: map[string]string{
		metaKind: kindTraining, metaEpoch: strconv.Itoa(s.Epoch), metaInEpoch: strconv.Itoa(s.Step),
		metaStep:    strconv.Itoa(s.Epoch*c.steps + s.Step),
		metaLossSum: exactly(s.lossSum), metaSeen: exactly(s.seen),
	}}
	maps.Copy(f.Metadata, c.Metadata)
	for key, value := range c.settings {
		f.Metadata[metaSetting+key] = value
	}
	c.buf = slices.Grow(c.buf[:0], 8*len(s.Theta)*(1+len(s.Vectors))) // at once: the tensors share it
	parts := c.parts(len(s.Theta))
	for k, vector := range append([][]float64{s.Theta}, s.Vectors...) {
		at := len(c.buf)
		c.buf = safetensors.AppendFloat64(c.buf, vector)
		tensors, err := safetensors.Split(parts, safetensors.F64, c.buf[at:])
		if err != nil {
			return f, err
		}
		for i := range tensors {
			tensors[i].Name = stateName(k, parts[i].Name)
		}
		f.Tensors = append(f.Tensors, tensors...)
	}
	return f, nil
}

// stateName is the name of a part of the parameters (k = 0), and of vector k-1 of the rule.
func stateName(k int, part string) string {
	if k == 0 {
		return part
	}
	return fmt.Sprintf("%s%d/%s", statePrefix, k-1, part)
}

func decodeCheckpoint(f *safetensors.File) (*Snapshot, error) {
	if f.Metadata[metaKind] != kindTraining {
		return nil, fmt.Errorf("is not a checkpoint: its metadata %q is %q, that of a training %q", metaKind, f.Metadata[metaKind], kindTraining)
	}
	if f.Metadata[safetensors.Checksum] == "" {
		return nil, errors.New("is damaged: it has no checksum")
	}
	if err := f.Verify(); err != nil {
		return nil, err
	}
	s := &Snapshot{Settings: map[string]string{}, Metadata: map[string]string{}, ParametersOnly: f.Metadata[metaOnly] == parametersOnly}
	for key, value := range f.Metadata {
		if setting, ok := strings.CutPrefix(key, metaSetting); ok {
			s.Settings[setting] = value
		} else if !ownMetadata(key) {
			s.Metadata[key] = value
		}
	}
	numbers := make([]error, 4)
	s.Epoch, numbers[0] = strconv.Atoi(f.Metadata[metaEpoch])
	s.Step, numbers[1] = strconv.Atoi(f.Metadata[metaInEpoch])
	s.lossSum, numbers[2] = strconv.ParseFloat(f.Metadata[metaLossSum], 64)
	s.seen, numbers[3] = strconv.ParseFloat(f.Metadata[metaSeen], 64)
	if errors.Join(numbers...) != nil {
		return nil, fmt.Errorf("is damaged: its epoch %q, step %q, sum of losses %q and number of samples %q are not all numbers", f.Metadata[metaEpoch],
			f.Metadata[metaInEpoch], f.Metadata[metaLossSum], f.Metadata[metaSeen])
	}
	if err := s.fill(f.Tensors); err != nil {
		return nil, fmt.Errorf("is damaged: %w", err)
	}
	return s, nil
}

// fill joins the tensors to vectors: first those of the parameters, then as many for each vector of
// the rule.
func (s *Snapshot) fill(tensors []safetensors.Tensor) error {
	n := slices.IndexFunc(tensors, func(t safetensors.Tensor) bool { return strings.HasPrefix(t.Name, statePrefix) })
	if n < 0 {
		n = len(tensors)
	}
	if n == 0 || len(tensors)%n != 0 {
		return fmt.Errorf("%d tensors of parameters among %d", n, len(tensors))
	}
	dtype := safetensors.F64
	if s.ParametersOnly {
		if dtype = safetensors.F32; n != len(tensors) {
			return fmt.Errorf("it says that it holds %s, but holds %q", parametersOnly, tensors[n].Name)
		}
	}
	for _, t := range tensors[:n] {
		s.Tensors = append(s.Tensors, safetensors.Part{Name: t.Name, Shape: t.Shape})
	}
	for k := range len(tensors) / n {
		var vector []float64
		for i, t := range tensors[k*n : (k+1)*n] {
			if t.Name != stateName(k, s.Tensors[i].Name) || t.DType != dtype || !slices.Equal(t.Shape, s.Tensors[i].Shape) {
				return fmt.Errorf("tensor %q (%s, shape %v) does not belong at its place", t.Name, t.DType, t.Shape)
			}
			x, err := t.Float64()
			if err != nil {
				return err
			}
			vector = append(vector, x...)
		}
		if k == 0 {
			s.Theta = vector
		} else {
			s.Vectors = append(s.Vectors, vector)
		}
	}
	return nil
}

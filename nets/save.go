package nets

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"lethe/graph"
	"lethe/safetensors"
)

// The metadata keys of a saved model that have a meaning here; any others are kept as well.
const (
	MetaNetwork    = "network"    // the network and its sizes, in the words of who saves it
	MetaVocabulary = "vocabulary" // what the token ids stand for: the characters by id, for instance
	MetaData       = "data"       // datasets.Fingerprint of the training data
	MetaSeed       = "seed"       // of the training
	MetaStep       = "step"       // steps trained
)

const (
	metaKind    = "lethe"   // what kind of file it is
	kindModel   = "model 1" // that of Save
	statePrefix = "state."  // begins the names of a trainer's vectors, see unlearn.Checkpoint
)

// Tensors are the names and shapes of the parameter tensors that the model works on, in the order
// of the flat vector: that of Params. unlearn.Checkpoint takes them.
func (m *Model) Tensors() []safetensors.Part {
	var parts []safetensors.Part
	for _, p := range m.Params() {
		parts = append(parts, safetensors.Part{Name: p.Name, Shape: slices.Clone(p.Shape)})
	}
	return parts
}

// Save writes the parameters (Dim) in double precision, so that nothing of them is lost, under
// their names and shapes and with the metadata to a safetensors file. It is written as a whole or,
// on error, not at all. A model made by [Model.Select] saves what it works on, which [Model.Load]
// of the network's model then refuses; to save the whole network, give [Model.Whole] to that model.
func (m *Model) Save(path string, theta []float64, meta map[string]string) error {
	if err := m.check(theta); err != nil {
		return err
	}
	return m.save(path, safetensors.F64, safetensors.AppendFloat64(nil, theta), meta)
}

// SaveFloat32 is Save in single precision: half the size, and what most programs work with. A
// parameter beyond its range is an error.
func (m *Model) SaveFloat32(path string, theta []float64, meta map[string]string) error {
	if err := m.check(theta); err != nil {
		return err
	}
	for i, v := range theta {
		if math.Abs(v) > math.MaxFloat32 && !math.IsInf(v, 0) {
			return fmt.Errorf("nets: %s: parameter %d is %g, beyond single precision: use Save", path, i, v)
		}
	}
	single := make([]float32, len(theta))
	graph.Convert(single, theta)
	return m.save(path, safetensors.F32, safetensors.AppendFloat32(nil, single), meta)
}

func (m *Model) save(path string, dtype safetensors.DType, data []byte, meta map[string]string) error {
	for _, key := range []string{metaKind, safetensors.Checksum} {
		if _, taken := meta[key]; taken {
			return fmt.Errorf("nets: %s: metadata key %q is used by Save itself: choose another", path, key)
		}
	}
	f := &safetensors.File{Metadata: map[string]string{}}
	maps.Copy(f.Metadata, meta)
	f.Metadata[metaKind] = kindModel
	var err error
	if f.Tensors, err = safetensors.Split(m.Tensors(), dtype, data); err == nil {
		err = f.Seal()
	}
	if err != nil {
		return fmt.Errorf("nets: %s: %w", path, err)
	}
	if err := safetensors.Write(path, f); err != nil {
		return fmt.Errorf("nets: %w", err)
	}
	return nil
}

// Load reads the parameters (Dim) and the metadata that Save, a trainer's checkpoint (whose state
// is passed over) or another program wrote, in F64, F32, F16 or BF16. The file has to hold the
// tensors of the model, by name and shape and no others, in any order; an error lists what differs.
// PyTorch keeps the weights of a layer as (out, in) and those of a convolution as (out, in, height,
// width), here they are (in, out) and (height, width, in, out): transpose them first; of a square
// matrix no shape tells.
func (m *Model) Load(path string) (theta []float64, meta map[string]string, err error) {
	f, err := safetensors.Read(path)
	if err != nil {
		return nil, nil, fmt.Errorf("nets: %w", err)
	}
	if err := f.Verify(); err != nil {
		return nil, nil, fmt.Errorf("nets: %s %w", path, err)
	}
	if f.Metadata[metaKind] != "" && f.Metadata[safetensors.Checksum] == "" {
		return nil, nil, fmt.Errorf("nets: %s is damaged: it has lost its checksum; write it again, or without metadata", path)
	}
	theta, differences := m.gather(f.Tensors)
	if len(differences) > 0 {
		return nil, nil, fmt.Errorf("nets: %s does not fit the model: %s; build the network that was saved, or rename and reshape the tensors",
			path, listed(differences))
	}
	meta = maps.Clone(f.Metadata)
	maps.DeleteFunc(meta, func(key, _ string) bool { return key == metaKind || key == safetensors.Checksum })
	return theta, meta, nil
}

// gather joins the model's tensors to its vector, and says what does not fit.
func (m *Model) gather(tensors []safetensors.Tensor) (theta []float64, differences []string) {
	byName := map[string]safetensors.Tensor{}
	for _, t := range tensors {
		byName[t.Name] = t
	}
	theta = make([]float64, 0, m.dim)
	for _, p := range m.Tensors() {
		t, found := byName[p.Name]
		delete(byName, p.Name)
		x, err := t.Float64()
		switch {
		case !found:
			differences = append(differences, fmt.Sprintf("%s %v is missing", p.Name, p.Shape))
		case !slices.Equal(t.Shape, p.Shape):
			differences = append(differences, fmt.Sprintf("%s has shape %v, not %v", p.Name, t.Shape, p.Shape))
		case err != nil:
			differences = append(differences, fmt.Sprintf("%s holds %s, not F64, F32, F16 or BF16", p.Name, t.DType))
		default:
			theta = append(theta, x...)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(byName)) {
		if !strings.HasPrefix(name, statePrefix) {
			differences = append(differences, fmt.Sprintf("%s %v is not the model's", name, byName[name].Shape))
		}
	}
	return theta, differences
}

// listed is the first ones in full and the number of the others.
func listed(differences []string) string {
	const most = 10
	if len(differences) <= most {
		return strings.Join(differences, "; ")
	}
	return fmt.Sprintf("%s; and %d more", strings.Join(differences[:most], "; "), len(differences)-most)
}

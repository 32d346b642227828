package unlearn

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"lethe/safetensors"
)

// Checkpoint says where a stochastic trainer keeps its state, so that a training that was
// interrupted at any moment goes on from there. The file carries a fingerprint of the settings, the
// data and the start; a file that is truncated, of another kind or of another training is an error
// before the first step, and is not overwritten. Epochs is not part of the fingerprint: a finished
// training can be lengthened, unless its [Schedule] depends on their number.
//
// The file is in the safetensors format: the parameters under the names of Tensors, then the rule's
// vectors as "state.0/NAME", "state.1/NAME" and so on, all in double precision, and [Snapshot] as
// metadata. A file that [Snapshot.SaveParameters] wrote is taken as the end of its training, and
// refused as a state to go on from.
type Checkpoint struct {
	Path    string  // the file, in a folder that exists; empty = no checkpoint
	Every   int     // steps between two writes; 0 = at the end of each epoch only (there it is always written)
	Seconds float64 // also write at the first step that ends so long after the last write, within an epoch; 0 = do not
	Label   string  // what else must match, in the caller's words: the network and its loss, for instance

	// Tensors are the parts of the parameter vector, in its order, for those who read the file; nil
	// = one tensor "theta" (p).
	Tensors []safetensors.Part
	// Metadata is copied into the file (network, vocabulary, seed). When a training goes on it is
	// not compared: what must match belongs in Label.
	Metadata map[string]string
}

// Snapshot is the state of a training between two steps.
type Snapshot struct {
	Theta       []float64          // the parameters (p)
	Vectors     [][]float64        // what the update rule keeps, each of length p: momentum, for instance
	Epoch, Step int                // finished epochs, and finished steps of the next
	Settings    map[string]string  // the fingerprint of the training it belongs to
	Tensors     []safetensors.Part // the parts of Theta
	Metadata    map[string]string  // what the caller gave

	// ParametersOnly says that the file holds no Vectors, and Theta in single precision: see
	// SaveParameters.
	ParametersOnly bool

	lossSum, seen float64 // batch losses and samples of the unfinished epoch
}

// ReadCheckpoint reads the file that a trainer wrote, that of an unfinished training too.
func ReadCheckpoint(path string) (*Snapshot, error) {
	f, err := safetensors.Read(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("unlearn: checkpoint: %w", err)
	}
	if errors.Is(err, safetensors.ErrForeign) {
		return nil, fmt.Errorf("unlearn: %s is not a checkpoint: %w; move it away to start afresh", path, err)
	}
	if err != nil {
		return nil, fmt.Errorf("unlearn: checkpoint: %w; move it away to start afresh", err)
	}
	s, err := decodeCheckpoint(f)
	if err != nil {
		return nil, fmt.Errorf("unlearn: checkpoint %s %w; move it away to start afresh", path, err)
	}
	return s, nil
}

// checkpointFile is the file of one training.
type checkpointFile struct {
	Checkpoint
	settings map[string]string
	steps    int    // in an epoch
	buf      []byte // of the tensors
}

// check refuses before the first step what could not be written after it.
func (c *checkpointFile) check(s *Snapshot) error {
	f, err := c.encode(s)
	err = cmp.Or(err, f.Check())
	for _, key := range slices.Sorted(maps.Keys(c.Metadata)) {
		if ownMetadata(key) {
			err = cmp.Or(err, fmt.Errorf("the trainer writes the metadata %q itself: give yours another name", key))
		}
	}
	for _, part := range c.parts(len(s.Theta)) {
		if strings.HasPrefix(part.Name, statePrefix) {
			err = cmp.Or(err, fmt.Errorf("the tensor name %q is kept for the trainer's state: rename it", part.Name))
		}
	}
	if err != nil {
		return fmt.Errorf("unlearn: checkpoint %s: %w", c.Path, err)
	}
	return nil
}

// load returns the state that the file holds, nil if there is no file.
func (c *checkpointFile) load() (*Snapshot, error) {
	s, err := ReadCheckpoint(c.Path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	differences := differ(s.Settings, c.settings)
	if was, is := describe(s.Tensors), describe(c.parts(len(s.Theta))); len(differences) == 0 && was != is {
		differences = []string{fmt.Sprintf("tensors were %s, are %s", was, is)}
	}
	if len(differences) > 0 {
		return nil, &OtherTrainingError{c.Path, differences}
	}
	return s, nil
}

// OtherTrainingError reports a checkpoint of a training with other settings. Found by errors.As.
type OtherTrainingError struct {
	Path        string
	Differences []string // of the settings, as "rate was 0.1, is 0.2"
}

func (e *OtherTrainingError) Error() string {
	return fmt.Sprintf("unlearn: checkpoint %s belongs to another training (%s): go on with its settings, or choose another Path",
		e.Path, strings.Join(e.Differences, "; "))
}

func (c *checkpointFile) save(s *Snapshot) error {
	f, err := c.encode(s)
	if err == nil {
		err = f.Seal()
	}
	if err == nil {
		err = safetensors.Write(c.Path, f)
	}
	if err != nil {
		return fmt.Errorf("unlearn: checkpoint %s: %w", c.Path, err)
	}
	return nil
}

// parts are the tensors that a vector of n parameters is written as.
func (c *checkpointFile) parts(n int) []safetensors.Part {
	if c.Tensors == nil {
		return []safetensors.Part{{Name: "theta", Shape: []int{n}}}
	}
	return c.Tensors
}

// describe is one text for the same tensors, and another for others.
func describe(parts []safetensors.Part) string {
	var out []string
	for _, p := range parts {
		out = append(out, fmt.Sprintf("%s %v", p.Name, p.Shape))
	}
	return strings.Join(out, ", ")
}

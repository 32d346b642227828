package unlearn

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/google/renameio/v2"

	"lethe/datasets"
)

// Checkpoint says where a stochastic trainer keeps its state, so that a training that was interrupted at any moment goes on
// from there. The file carries a fingerprint of the settings, the data and the start; a file that is truncated, of another
// kind or of another training is an error before the first step, and is not overwritten. Epochs is not part of the
// fingerprint: a finished training can be lengthened.
type Checkpoint struct {
	Path  string // the file, in a folder that exists; empty = no checkpoint
	Every int    // steps between two writes; 0 = at the end of each epoch only (there it is always written)
	Label string // what else must match, in the caller's words: the network and its loss, for instance
}

// Snapshot is the state of a training between two steps.
type Snapshot struct {
	Theta       []float64         // the parameters (p)
	Vectors     [][]float64       // what the update rule keeps, each of length p: momentum, for instance
	Epoch, Step int               // finished epochs, and finished steps of the next
	Settings    map[string]string // the fingerprint of the training it belongs to

	lossSum, seen float64 // batch losses and samples of the unfinished epoch
}

// ReadCheckpoint reads the file that a trainer wrote, that of an unfinished training too.
func ReadCheckpoint(path string) (*Snapshot, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("unlearn: checkpoint: %w", err)
	}
	s, err := decodeCheckpoint(data)
	if err != nil {
		return nil, fmt.Errorf("unlearn: checkpoint %s %w; move it away to start afresh", path, err)
	}
	return s, nil
}

// The file: magic, length of the header (uint32), header (JSON), then as float64 theta, the vectors, lossSum and seen, and
// the SHA-256 of all that. Numbers are little-endian.
const checkpointMagic = "LETHECP1"

type checkpointHeader struct {
	Dim      int               `json:"dim"`
	Vectors  int               `json:"vectors"`
	Epoch    int               `json:"epoch"`
	Step     int               `json:"step"`
	Settings map[string]string `json:"settings"`
}

func encodeCheckpoint(buf []byte, s *Snapshot) ([]byte, error) {
	header, err := json.Marshal(checkpointHeader{len(s.Theta), len(s.Vectors), s.Epoch, s.Step, s.Settings})
	if err != nil {
		return nil, err
	}
	buf = append(buf[:0], checkpointMagic...)
	buf = binary.LittleEndian.AppendUint32(buf, uint32(len(header)))
	buf = append(buf, header...)
	buf = slices.Grow(buf, 8*len(s.Theta)*(1+len(s.Vectors))+16+sha256.Size)
	buf = appendFloats(buf, s.Theta)
	for _, v := range s.Vectors {
		buf = appendFloats(buf, v)
	}
	buf = appendFloats(buf, []float64{s.lossSum, s.seen})
	sum := sha256.Sum256(buf)
	return append(buf, sum[:]...), nil
}

func appendFloats(buf []byte, values []float64) []byte {
	for _, v := range values {
		buf = binary.LittleEndian.AppendUint64(buf, math.Float64bits(v))
	}
	return buf
}

func decodeCheckpoint(data []byte) (*Snapshot, error) {
	const start = len(checkpointMagic) + 4
	if !strings.HasPrefix(checkpointMagic, string(data[:min(len(data), len(checkpointMagic))])) {
		return nil, errors.New("is not a checkpoint of this program")
	}
	if len(data) < start {
		return nil, fmt.Errorf("is truncated: %d bytes", len(data))
	}
	headerEnd := start + int(binary.LittleEndian.Uint32(data[start-4:]))
	if headerEnd > len(data) {
		return nil, fmt.Errorf("is truncated: %d bytes of a header of %d", len(data)-start, headerEnd-start)
	}
	var h checkpointHeader
	if err := json.Unmarshal(data[start:headerEnd], &h); err != nil {
		return nil, fmt.Errorf("is damaged: its header is unreadable (%w)", err)
	}
	if h.Dim < 0 || h.Vectors < 0 || h.Vectors > 16 || h.Dim > math.MaxInt/256 {
		return nil, fmt.Errorf("is damaged: %d parameters, %d vectors", h.Dim, h.Vectors)
	}
	numbers := h.Dim*(1+h.Vectors) + 2
	if want := headerEnd + 8*numbers + sha256.Size; len(data) < want {
		return nil, fmt.Errorf("is truncated: %d of %d bytes", len(data), want)
	} else if len(data) > want {
		return nil, fmt.Errorf("is damaged: %d bytes too long", len(data)-want)
	}
	body := data[:len(data)-sha256.Size]
	if sum := sha256.Sum256(body); !bytes.Equal(sum[:], data[len(body):]) {
		return nil, errors.New("is damaged: its checksum does not match")
	}
	values := make([]float64, numbers)
	for i := range values {
		values[i] = math.Float64frombits(binary.LittleEndian.Uint64(body[headerEnd+8*i:]))
	}
	s := &Snapshot{Theta: values[:h.Dim:h.Dim], Epoch: h.Epoch, Step: h.Step, Settings: h.Settings,
		lossSum: values[numbers-2], seen: values[numbers-1]}
	for k := range h.Vectors {
		lo, hi := (k+1)*h.Dim, (k+2)*h.Dim
		s.Vectors = append(s.Vectors, values[lo:hi:hi])
	}
	return s, nil
}

// checkpointFile is the file of one training.
type checkpointFile struct {
	Checkpoint
	settings map[string]string
	buf      []byte
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
	if differences := differ(s.Settings, c.settings); len(differences) > 0 {
		return nil, fmt.Errorf("unlearn: checkpoint %s belongs to another training (%s): go on with its settings, or choose another Path",
			c.Path, strings.Join(differences, "; "))
	}
	return s, nil
}

func (c *checkpointFile) save(s *Snapshot) error {
	s.Settings = c.settings
	var err error
	if c.buf, err = encodeCheckpoint(c.buf, s); err != nil {
		return fmt.Errorf("unlearn: checkpoint %s: %w", c.Path, err)
	}
	if err := renameio.WriteFile(c.Path, c.buf, 0o644); err != nil {
		return fmt.Errorf("unlearn: checkpoint %s could not be written (does its folder exist, is the disk full?): %w", c.Path, err)
	}
	return nil
}

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
var settingNames = []string{"trainer", "label", "parameters", "samples", "data", "start", "rate", "momentum", "beta1",
	"beta2", "epsilon", "batch", "seed", "l2", "penalty", "tilt"}

// fingerprint is what has to be equal for a training to go on where another stopped.
func (r *descentRun) fingerprint(theta []float64) map[string]string {
	s := map[string]string{
		"trainer": r.name, "label": r.checkpoint.Label, "parameters": strconv.Itoa(len(theta)), "samples": strconv.Itoa(r.n),
		"data": datasets.Fingerprint(r.p.Train)[:16], "start": vectorFingerprint(theta),
		"batch": strconv.Itoa(r.batch), "seed": strconv.FormatUint(r.seed, 10),
		"l2": exactly(r.p.L2), "penalty": vectorFingerprint(r.p.Penalty), "tilt": vectorFingerprint(r.p.Tilt),
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
	sum := sha256.Sum256(appendFloats(nil, v))
	return hex.EncodeToString(sum[:8])
}

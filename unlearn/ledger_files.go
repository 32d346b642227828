package unlearn

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"regexp"

	"github.com/google/renameio/v2"
)

// ledgerLine is one line. Hash is that of the line before it, a newline and Entry as it stands.
type ledgerLine struct {
	Entry json.RawMessage `json:"entry"`
	Hash  string          `json:"hash"`
}

// lineHash chains a line to the one before it.
func lineHash(before string, entry []byte) string {
	sum := sha256.Sum256(append([]byte(before+"\n"), entry...))
	return hex.EncodeToString(sum[:])
}

// encodeLine returns the line of an entry, its newline included, and its hash.
func encodeLine(e Entry, before string) (line []byte, hash string, err error) {
	entry, err := json.Marshal(e)
	if err != nil {
		return nil, "", err
	}
	hash = lineHash(before, entry)
	line, err = json.Marshal(ledgerLine{entry, hash})
	return append(line, '\n'), hash, err
}

// decodeLine is the inverse of encodeLine, without the newline. Anything else than what encodeLine
// wrote is an error.
func decodeLine(data []byte, before string) (e Entry, hash string, err error) {
	var line ledgerLine
	if err := strictly(data, &line); err != nil {
		return e, "", fmt.Errorf("is damaged (%w)", err)
	}
	if line.Hash != lineHash(before, line.Entry) {
		return e, "", errors.New("is damaged: its hash does not follow from it and the line before it")
	}
	if err := strictly(line.Entry, &e); err != nil {
		return e, "", fmt.Errorf("holds an entry that this program does not know (%w)", err)
	}
	if again, _, err := encodeLine(e, before); err != nil || !bytes.Equal(bytes.TrimSuffix(again, []byte("\n")), data) {
		return e, "", errors.New("is damaged: it is not written as this program writes it")
	}
	return e, line.Hash, nil
}

func strictly(data []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	return d.Decode(v)
}

// model is model.json: parameters, and where the ledger stood with them.
type model struct {
	Lines int    `json:"lines"` // of the ledger
	Hash  string `json:"hash"`  // of the last of them
	Theta string `json:"theta"` // base64 of float64, little-endian
	// Release is the file of the one release of Theta, in base64: written with Theta in one go, so
	// that there are never parameters of which a second could be drawn. Of a [ReleaseStream] only.
	Release string `json:"release,omitempty"`
	Sum     string `json:"sha256"`
	theta   []float64
	release []byte
}

// sum covers everything.
func (m *model) sum() string {
	text := fmt.Appendf(nil, "%d %s %s", m.Lines, m.Hash, m.Theta)
	if m.Release != "" {
		text = fmt.Appendf(text, " %s", m.Release)
	}
	s := sha256.Sum256(text)
	return hex.EncodeToString(s[:])
}

// ledgerMode is the mode of a ledger's files and of SISA's slices: the owner's alone. A ledger
// holds what people asked to have corrected, and a slice still knows samples that were forgotten
// since; neither is for publication.
const ledgerMode = 0o600

// writeModel replaces a file whole.
func writeModel(dir, name string, m model) error {
	m.Theta = base64.StdEncoding.EncodeToString(littleEndian(m.theta))
	m.Release = base64.StdEncoding.EncodeToString(m.release)
	m.Sum = m.sum()
	data, err := json.Marshal(m)
	if err != nil {
		return err
	}
	return replaceFile(dir, filepath.Join(dir, name), append(data, '\n'), ledgerMode)
}

// replaceFile writes a file whole or not at all, and syncs its folder. Until it is complete it
// stands in the folder pending, on the same file system, for its owner alone to read.
func replaceFile(pending, path string, data []byte, mode fs.FileMode) error {
	f, err := renameio.NewPendingFile(path, renameio.WithTempDir(pending), renameio.WithStaticPermissions(ledgerMode))
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err == nil && mode != ledgerMode {
		err = f.Chmod(mode)
	}
	if err == nil {
		err = f.CloseAtomicallyReplace()
	}
	if err != nil {
		return errors.Join(err, f.Cleanup())
	}
	return syncFolder(filepath.Dir(path))
}

// syncFolder makes the names in a folder outlive a power failure.
func syncFolder(dir string) error {
	folder, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

// removePending removes the files that a kill left half written: models, and releases, which stand
// in the ledger's folder and, by an earlier version, in their own. Nobody else writes there: the
// ledger is locked.
func removePending(dir string) error {
	entries, err := os.ReadDir(dir)
	released, missing := os.ReadDir(filepath.Join(dir, releaseFolder))
	if !errors.Is(missing, fs.ErrNotExist) {
		err = errors.Join(err, missing)
	}
	for _, e := range entries {
		if pendingName.MatchString(e.Name()) {
			err = errors.Join(err, os.Remove(filepath.Join(dir, e.Name())))
		}
	}
	for _, e := range released {
		if pendingName.MatchString(e.Name()) {
			err = errors.Join(err, os.Remove(filepath.Join(dir, releaseFolder, e.Name())))
		}
	}
	return err
}

// pendingName is what renameio calls a file that is not complete.
var pendingName = regexp.MustCompile(`^\.(` + regexp.QuoteMeta(modelName) + `|[0-9]{6,}\.safetensors)[0-9]+$`)

func readModel(path string) (model, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return model{}, err
	}
	var m model
	if err := strictly(data, &m); err != nil {
		return m, &LedgerDamagedError{path, 0, fmt.Sprintf("is damaged (%v)", err)}
	}
	if m.Sum != m.sum() {
		return m, &LedgerDamagedError{path, 0, "is damaged: its checksum does not match"}
	}
	raw, err := base64.StdEncoding.DecodeString(m.Theta)
	if err != nil || len(raw)%8 != 0 {
		return m, &LedgerDamagedError{path, 0, "is damaged: its parameters are not numbers"}
	}
	if m.Release != "" {
		if m.release, err = base64.StdEncoding.DecodeString(m.Release); err != nil {
			return m, &LedgerDamagedError{path, 0, "is damaged: its release is not written as this program writes it"}
		}
	}
	m.theta = make([]float64, len(raw)/8)
	for i := range m.theta {
		m.theta[i] = math.Float64frombits(binary.LittleEndian.Uint64(raw[8*i:]))
	}
	return m, nil
}

func littleEndian(v []float64) []byte {
	out := make([]byte, 0, 8*len(v))
	for _, x := range v {
		out = binary.LittleEndian.AppendUint64(out, math.Float64bits(x))
	}
	return out
}

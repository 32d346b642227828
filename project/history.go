package project

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// Record is a line of history.jsonl: a command that made the model what it is. It holds no value
// that was forgotten.
type Record struct {
	Number   int       `json:"number"` // from 0
	Kind     string    `json:"kind"`   // "train", "import" or "unlearn"
	Time     time.Time `json:"time"`
	Version  string    `json:"version"`
	Data     State     `json:"data"`              // after it
	Request  *Asked    `json:"request,omitempty"` // of unlearn
	Method   string    `json:"method"`            // what was carried out; of auto the method that it took
	Settings []Setting `json:"settings,omitempty"`
	Seed     uint64    `json:"seed"`
	Training *Training `json:"training,omitempty"` // of train and import
	// Before and After are the norms of the gradient of the objective on the data after it.
	Before  float64 `json:"residual_before,omitempty"`
	After   float64 `json:"residual_after"`
	Seconds float64 `json:"seconds"`
	Trusted bool    `json:"data_trusted,omitempty"` // the data were not those of before, and taken all the same
	// Certificate says what is guaranteed, where something is.
	Certificate *Certificate `json:"certificate,omitempty"`
	// Was and Files are the SHA-256 of each file of the folder before and after, but for
	// history.jsonl itself.
	Was   map[string]string `json:"files_before,omitempty"`
	Files map[string]string `json:"files"`
}

// State names training data without telling them.
type State struct {
	Fingerprint string `json:"fingerprint"` // see datasets.Fingerprint
	Rows        int    `json:"rows"`
}

// Asked is a request without its values.
type Asked struct {
	Hash       string   `json:"hash"` // SHA-256 of the salt and the request
	Removed    int      `json:"removed,omitempty"`
	Corrected  int      `json:"corrected,omitempty"`  // cells
	Relabelled int      `json:"relabelled,omitempty"` // samples
	Spans      int      `json:"spans,omitempty"`      // places of a text
	Columns    []string `json:"columns,omitempty"`    // forgotten
	Affected   int      `json:"affected"`             // rows of the data
	Share      float64  `json:"share"`                // of the rows
}

// Setting is a setting of a method in words.
type Setting struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Certificate is what a release guarantees: that it can hardly be told from a model that was trained
// again on the corrected data as the same data.yaml prepares them. The means, scales and categories
// there were computed with the data to forget, and are not covered.
type Certificate struct {
	Epsilon  float64 `json:"epsilon"`
	Delta    float64 `json:"delta"`
	Noise    float64 `json:"noise"`    // standard deviation of the noise of a parameter
	Residual float64 `json:"residual"` // bound of the gradient norm that it rests on
	Releases int     `json:"releases"` // so far, this one among them
	Together float64 `json:"together"` // epsilon of all releases together
	Against  string  `json:"against"`  // what a release is compared with
}

// historyLine is a line of history.jsonl. Hash is that of the line before, a newline and the record
// as it stands.
type historyLine struct {
	Record json.RawMessage `json:"record"`
	Hash   string          `json:"hash"`
}

func chain(before string, record []byte) string {
	sum := sha256.Sum256(append([]byte(before+"\n"), record...))
	return hex.EncodeToString(sum[:])
}

// history is the chain of a folder.
type history struct {
	records []Record
	text    []byte // the file
	last    string // hash of the last line
}

// add appends a record.
func (h *history) add(r Record) error {
	r.Number = len(h.records)
	record, err := json.Marshal(r)
	if err != nil {
		return err
	}
	hash := chain(h.last, record)
	line, err := json.Marshal(historyLine{record, hash})
	if err != nil {
		return err
	}
	h.records, h.text, h.last = append(h.records, r), append(append(h.text, line...), '\n'), hash
	return nil
}

// readHistory reads history.jsonl of a folder and recomputes its chain.
func readHistory(dir string) (*history, error) {
	path := filepath.Join(dir, historyName)
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) {
		return nil, notAModel(dir)
	}
	if err != nil {
		return nil, err
	}
	return decodeHistory(text, path)
}

// notAModel says why a folder without a history is none of a model.
func notAModel(dir string) error {
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist) && isFile(filepath.Join(asideName(dir), historyName)):
		return fmt.Errorf("there is no folder %s, since a command that replaced it was killed: rename %s to it, or give the command again", dir, asideName(dir))
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("there is no folder %s: lethe train makes one", dir)
	case err != nil:
		return err
	case !info.IsDir():
		return fmt.Errorf("%s is a file, not a model's folder: lethe import makes a folder of a model from elsewhere", dir)
	}
	return fmt.Errorf("%s is not a model's folder, or only a part of one: it has no %s", dir, historyName)
}

func decodeHistory(text []byte, path string) (*history, error) {
	h := &history{text: text}
	damaged := func(what string, args ...any) error {
		return &RefusedError{Reason: fmt.Sprintf("line %d of %s ", len(h.records)+1, path) + fmt.Sprintf(what, args...), Next: "restore the folder from a copy"}
	}
	for rest := text; len(rest) > 0; {
		end := bytes.IndexByte(rest, '\n')
		if end < 0 {
			return nil, damaged("has no end: the file was cut off")
		}
		var line historyLine
		var r Record
		if err := strictly(rest[:end], &line); err != nil {
			return nil, damaged("is damaged (%v)", err)
		}
		if line.Hash != chain(h.last, line.Record) {
			return nil, damaged("is damaged: its hash does not follow from it and the line before it")
		}
		if err := strictly(line.Record, &r); err != nil {
			return nil, damaged("is not known to this version (%v)", err)
		}
		if again, err := json.Marshal(historyLine{line.Record, line.Hash}); err != nil || !bytes.Equal(again, rest[:end]) {
			return nil, damaged("is damaged: it is not written as this program writes it")
		}
		if r.Number != len(h.records) {
			return nil, damaged("is number %d of the history, not %d", r.Number, len(h.records))
		}
		h.records, h.last, rest = append(h.records, r), line.Hash, rest[end+1:]
	}
	if len(h.records) == 0 {
		return nil, &RefusedError{Reason: path + " is empty", Next: "restore the folder from a copy"}
	}
	return h, nil
}

func strictly(data []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	return d.Decode(v)
}

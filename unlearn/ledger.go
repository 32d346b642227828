package unlearn

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/gofrs/flock"
)

// Entry is one line of a [Ledger]: a training or a request, with what it added to the gradient
// residual.
type Entry struct {
	Number int    `json:"number"` // from 0
	Kind   string `json:"kind"`   // "train", "request", "retrain" (a request that was answered by retraining, or retraining alone)
	// Changes is the request, its rows counted in the data set that the ledger began with.
	Changes []EntryChange `json:"changes,omitempty"`
	// Added is the residual that training left, or ||grad L(theta_t; D_t) - grad L(theta_t-1;
	// D_t-1)||.
	Added float64 `json:"added"`
	Total float64 `json:"total"` // sum of Added since the last training, its own included
	// Exact is ||grad L(theta_t; D_t)||, at most Total by the triangle inequality.
	Exact float64 `json:"exact"`
	// Bound is the residual's closed-form bound for this entry alone, taken from the data; left out
	// where there is none.
	Bound float64 `json:"bound,omitempty"`
	// DataNorm is the upper bound of ||X||_2 that later bounds use until another is found, so that
	// a stream that is opened again uses the same one; left out where none is known.
	DataNorm float64 `json:"data_norm,omitempty"`
	// Settings says what was trained; of "train" only.
	Settings map[string]string `json:"settings,omitempty"`
}

// EntryChange is a [Change] as a ledger holds it.
type EntryChange struct {
	Kind    string      `json:"kind"`
	Rows    []int       `json:"rows,omitempty"`
	Columns []int       `json:"columns,omitempty"`
	Values  [][]float64 `json:"values,omitempty"`
	Labels  []float64   `json:"labels,omitempty"`
}

// Kinds of entries.
const (
	entryTrain   = "train"
	entryRequest = "request"
	entryRetrain = "retrain"
)

// The files of a ledger's folder.
const (
	ledgerName = "ledger.jsonl"
	modelName  = "model.json"
)

// ErrLedgerLocked reports that another process, or another part of this one, has the ledger open.
var ErrLedgerLocked = errors.New("the ledger is open elsewhere: one process at a time")

// LedgerDamagedError reports a ledger that is not what was written. Found by errors.As.
type LedgerDamagedError struct {
	Path   string
	Line   int // from 1; 0 where no single line is to blame
	Reason string
}

func (e *LedgerDamagedError) Error() string {
	at := e.Path
	if e.Line > 0 {
		at = fmt.Sprintf("line %d of %s", e.Line, e.Path)
	}
	return fmt.Sprintf("unlearn: %s %s: restore the folder from a copy, or train again in another one; nothing was changed", at, e.Reason)
}

// Ledger is the account of a stream of requests against one budget, in a folder of its own.
// ledger.jsonl is append-only: each line holds an [Entry] and the SHA-256 of the line before it and
// itself, and is synced to disk. model.json holds the parameters after the last acknowledged entry
// with the number of lines and the last hash, so that a ledger that was shortened is found out. An
// entry counts once both are written: what a kill left beyond that, a whole line or a part of one,
// was never acknowledged and is dropped. Both files are their owner's alone to read (mode 0600).
//
// Not safe for concurrent use.
type Ledger struct {
	// Dropped says what was found behind the last acknowledged entry and dropped; empty = nothing.
	Dropped string

	dir     string
	lock    *flock.Flock
	file    *os.File
	entries []Entry
	theta   []float64
	release []byte // of theta, as model.json keeps it; nil = none
	hash    string // of the last line
	broken  error  // why nothing more can be appended
}

// OpenLedger opens the ledger of a folder, which is made where there is none. Damage is a
// [LedgerDamagedError], and a ledger that is open elsewhere [ErrLedgerLocked]; neither changes
// anything.
func OpenLedger(dir string) (*Ledger, error) {
	_, missing := os.Stat(dir)
	err := os.MkdirAll(dir, 0o755)
	if err == nil && missing != nil {
		err = syncFolder(filepath.Dir(dir))
	}
	if err != nil {
		return nil, fmt.Errorf("unlearn: ledger: %w", err)
	}
	path := filepath.Join(dir, ledgerName)
	l := &Ledger{dir: dir, lock: flock.New(path, flock.SetPermissions(ledgerMode))}
	locked, err := l.lock.TryLock()
	if err != nil {
		return nil, fmt.Errorf("unlearn: ledger %s: %w", dir, err)
	}
	if !locked {
		return nil, fmt.Errorf("unlearn: ledger %s: %w", dir, ErrLedgerLocked)
	}
	if err := l.open(path); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return l, nil
}

func (l *Ledger) open(path string) error {
	if err := removePending(l.dir); err != nil {
		return fmt.Errorf("unlearn: ledger: %w", err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("unlearn: ledger: %w", err)
	}
	hashes, ends, err := l.read(path, data)
	if err != nil {
		return err
	}
	kept, err := l.reconcile(path, hashes)
	if err != nil {
		return err
	}
	if l.file, err = os.OpenFile(path, os.O_RDWR|os.O_APPEND, ledgerMode); err != nil {
		return fmt.Errorf("unlearn: ledger: %w", err)
	}
	end := 0
	if kept > 0 {
		end, l.hash = ends[kept-1], hashes[kept-1]
	}
	l.entries = l.entries[:kept]
	if end == len(data) {
		return nil
	}
	if rest := len(hashes) - kept; l.Dropped == "" && rest > 0 {
		l.Dropped = fmt.Sprintf("the last line (entry %d) was never acknowledged and was dropped: ask for it again", kept)
	}
	return errors.Join(l.file.Truncate(int64(end)), l.file.Sync())
}

// read checks the chain and returns the hash and the end of each whole line.
func (l *Ledger) read(path string, data []byte) (hashes []string, ends []int, err error) {
	hash, at := "", 0
	for at < len(data) {
		length := bytes.IndexByte(data[at:], '\n')
		if length < 0 {
			l.Dropped = fmt.Sprintf("the last line has no end: it was never acknowledged, and its %d bytes were dropped", len(data)-at)
			break
		}
		e, next, err := decodeLine(data[at:at+length], hash)
		if err == nil && e.Number != len(hashes) {
			err = fmt.Errorf("is entry %d, not %d", e.Number, len(hashes))
		}
		if err != nil {
			return nil, nil, &LedgerDamagedError{path, len(hashes) + 1, err.Error()}
		}
		hash = next
		at += length + 1
		l.entries, hashes, ends = append(l.entries, e), append(hashes, hash), append(ends, at)
	}
	return hashes, ends, nil
}

// reconcile compares the lines with the model beside them and returns how many were acknowledged.
func (l *Ledger) reconcile(path string, hashes []string) (int, error) {
	model := filepath.Join(l.dir, modelName)
	m, err := readModel(model)
	if errors.Is(err, fs.ErrNotExist) {
		if len(hashes) > 1 {
			return 0, &LedgerDamagedError{path, 0, fmt.Sprintf("has %d lines, but %s with the parameters is missing", len(hashes), modelName)}
		}
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	l.theta, l.release = m.theta, m.release
	switch n := len(hashes); {
	case n < m.Lines:
		return 0, &LedgerDamagedError{path, 0, fmt.Sprintf("has been shortened: %d whole lines, where %s counts %d", n, modelName, m.Lines)}
	case n > m.Lines+1 || m.Lines < 1 || hashes[m.Lines-1] != m.Hash:
		return 0, &LedgerDamagedError{path, 0, fmt.Sprintf("and %s do not belong together: %d lines and %d", modelName, n, m.Lines)}
	default:
		return m.Lines, nil
	}
}

// Append writes an entry and the parameters after it. When it returns nil both are on disk: the
// entry is acknowledged. Number and Total are filled in. After an error nothing more can be
// appended until the ledger is opened again.
func (l *Ledger) Append(e Entry, theta []float64) error { return l.append(e, theta, nil) }

// append is Append that keeps a release with the parameters.
func (l *Ledger) append(e Entry, theta []float64, release []byte) error {
	if errors.Is(l.broken, fs.ErrClosed) {
		return fmt.Errorf("unlearn: ledger %s is closed: open it again (%w)", l.dir, l.broken)
	}
	if l.broken != nil {
		return fmt.Errorf("unlearn: ledger %s: an earlier entry could not be written (%w): open it again", l.dir, l.broken)
	}
	e.Number, e.Total = len(l.entries), e.Added
	if e.Kind == entryRequest {
		e.Total += l.Total()
	}
	if len(l.entries) == 0 && e.Kind != entryTrain {
		return fmt.Errorf("unlearn: ledger %s: the first entry has to be of a training, not %q", l.dir, e.Kind)
	}
	line, hash, err := encodeLine(e, l.hash)
	if err != nil {
		return fmt.Errorf("unlearn: ledger %s: %w", l.dir, err)
	}
	_, err = l.file.Write(line)
	if err == nil {
		err = l.file.Sync()
	}
	if err == nil {
		err = writeModel(l.dir, modelName, model{Lines: e.Number + 1, Hash: hash, theta: theta, release: release})
	}
	if err != nil {
		l.broken = err
		return fmt.Errorf("unlearn: ledger %s: %w", l.dir, err)
	}
	l.entries, l.hash, l.theta, l.release = append(l.entries, e), hash, slices.Clone(theta), release
	return nil
}

// Entries returns all acknowledged entries, not to be changed.
func (l *Ledger) Entries() []Entry { return l.entries }

// Theta returns the parameters after the last entry, not to be changed; nil without entries.
func (l *Ledger) Theta() []float64 { return l.theta }

// Total returns the sum of what was added since the last training.
func (l *Ledger) Total() float64 {
	if len(l.entries) == 0 {
		return 0
	}
	return l.entries[len(l.entries)-1].Total
}

// Requests returns how many requests were carried out since the last training.
func (l *Ledger) Requests() int {
	n := 0
	for i := len(l.entries) - 1; i >= 0 && l.entries[i].Kind == entryRequest; i-- {
		n++
	}
	return n
}

// rateOver is how many of the last requests a rate is taken from.
const rateOver = 100

// RequestsLeft returns how many requests fit into what is left of the residual that may be spent,
// at the mean rate of the last 100 since training. known is false as long as there was none, or
// none added anything.
func (l *Ledger) RequestsLeft(allowed float64) (requests int, known bool) {
	n := min(l.Requests(), rateOver)
	sum := 0.0
	for _, e := range l.entries[len(l.entries)-n:] {
		sum += e.Added
	}
	if n == 0 || sum == 0 {
		return 0, false
	}
	return int(max(allowed-l.Total(), 0) / (sum / float64(n))), true
}

// Close lets the ledger go.
func (l *Ledger) Close() error {
	var err error
	if l.file != nil {
		err = l.file.Close()
		l.file = nil
	}
	if l.broken == nil {
		l.broken = fs.ErrClosed
	}
	return errors.Join(err, l.lock.Close())
}

package records

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"math"
	"os"
	"path/filepath"
	"regexp"

	"github.com/gofrs/flock"
)

// The files of a run's folder.
const (
	ConfigName   = "config.yaml"
	RecordsName  = "records.jsonl"
	PackedName   = RecordsName + ".gz" // the records of a run that is kept for reading only
	ProgressName = "progress.jsonl"    // the finished units of work and where their records end
	TablesName   = "tables.md"
	CSVName      = "tables.csv"
	ReportName   = "report.html"
	TrainedName  = "checkpoints" // folder of trained parameters
	SaltName     = "secret.salt" // what the hash of a masked secret begins with
)

// Configuration is what a folder has to know of what its run was asked.
type Configuration interface {
	// Encode returns the file that says it.
	Encode() []byte
	// Continues returns an error, which names what differs, unless the file at that path says the
	// same, or asks for a part of it: then the run grows, and the file is written again.
	Continues(path string) (grows bool, err error)
	// Private reports whether the files are for their owner only.
	Private() bool
	// Salt returns what the file says a hash of; nil = nothing is masked.
	Salt() []byte
	// Unit returns the present name of a unit, which a run of a former version may have had under
	// another.
	Unit(name string) string
}

// Mode says what to do with a folder that holds a run already.
type Mode int

const (
	Fresh  Mode = iota // refuse, unless none of its units was finished
	Resume             // go on where it stopped
	Force              // start again
)

// ErrExists reports that a folder holds a run already and neither Resume nor Force was asked for.
var ErrExists = errors.New("the folder already holds a run: --resume continues it, --force starts it again")

// ErrLocked reports that another process works in the folder.
var ErrLocked = errors.New("another process is working in this folder")

// Folder is a run's folder while the run is going on. Records are appended unit by unit (a unit is
// one draw); a unit counts once its line stands in progress.jsonl, which is written and synced
// after its records. What a kill left behind that, whole lines or half of one, is cut off when the
// run resumes, so no record is lost and none is doubled.
type Folder struct {
	Dir      string
	lock     *flock.Flock
	files    fs.FileMode // of the files
	records  *os.File
	progress *os.File
	end      int64
	done     map[string]float64       // seconds that each finished unit took; 0 = unknown
	name     func(unit string) string // the present name of a unit
}

// progressLine is one line of progress.jsonl.
type progressLine struct {
	Unit string `json:"unit"`
	End  int64  `json:"end"` // size of records.jsonl once the unit's records were in it
	// Seconds that the unit took; former versions did not write them.
	Seconds float64 `json:"seconds,omitempty"`
}

// progressLines are the lines of progress.jsonl with their sizes in bytes, up to the first that is
// damaged or half written.
func progressLines(data []byte) iter.Seq2[progressLine, int] {
	return func(yield func(progressLine, int) bool) {
		for text := range bytes.Lines(data) {
			var line progressLine
			if !bytes.HasSuffix(text, []byte("\n")) || json.Unmarshal(text, &line) != nil || line.Unit == "" || !yield(line, len(text)) {
				return
			}
		}
	}
}

// Finished counts the units in the folder that are finished; false where it does not say, as a
// packed run.
func Finished(dir string) (int, bool) {
	data, err := os.ReadFile(filepath.Join(dir, ProgressName))
	if err != nil {
		return 0, false
	}
	n := 0
	for range progressLines(data) {
		n++
	}
	return n, true
}

// ErrPacked reports that a folder keeps a run for reading only.
var ErrPacked = errors.New("the folder keeps a packed run (" + PackedName + "), which can only be read: name another folder by --out")

// OpenFolder makes or opens a run's folder and locks it. On Resume c must continue what the
// folder's own configuration says.
func OpenFolder(dir string, c Configuration, mode Mode) (*Folder, error) {
	if _, err := os.Stat(filepath.Join(dir, PackedName)); err == nil {
		return nil, fmt.Errorf("experiments: %s: %w", dir, ErrPacked)
	}
	if err := makeRunFolder(dir, c.Private()); err != nil {
		return nil, fmt.Errorf("experiments: %w", err)
	}
	files := FileMode
	if c.Private() {
		files = PrivateMode
	}
	lock := flock.New(filepath.Join(dir, RecordsName), flock.SetPermissions(files))
	// Before the lock is taken, since taking it creates the file.
	_, statErr := os.Stat(filepath.Join(dir, ConfigName))
	locked, err := lock.TryLock()
	if err != nil {
		return nil, fmt.Errorf("experiments: %s: %w", dir, err)
	}
	if !locked {
		return nil, fmt.Errorf("experiments: %s: %w", dir, ErrLocked)
	}
	f := &Folder{Dir: dir, lock: lock, files: files, done: map[string]float64{}, name: c.Unit}
	if err := f.open(c, mode, statErr == nil); err != nil {
		return nil, errors.Join(fmt.Errorf("experiments: %s: %w", dir, err), f.Close())
	}
	return f, nil
}

// Unlocked returns [ErrLocked] where another process works in the folder; it writes nothing.
func Unlocked(dir string) error {
	path := filepath.Join(dir, RecordsName)
	if _, err := os.Stat(path); err != nil {
		return nil // nobody has begun there
	}
	lock := flock.New(path, flock.SetFlag(os.O_RDWR)) // as OpenFolder locks it; where that is not allowed, it says so
	locked, err := lock.TryLock()
	switch {
	case err != nil:
		return fmt.Errorf("experiments: %s: %w", dir, err)
	case !locked:
		return fmt.Errorf("experiments: %s: %w", dir, ErrLocked)
	}
	return lock.Unlock()
}

// makeRunFolder makes the folder of a run, and closes a private one to others before anything is
// written.
func makeRunFolder(dir string, private bool) error {
	if !private {
		return os.MkdirAll(dir, folderMode)
	}
	if err := os.MkdirAll(filepath.Dir(dir), folderMode); err != nil {
		return err
	}
	if err := os.Mkdir(dir, privateFolderMode); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return ClosePrivate(dir)
}

func (f *Folder) open(c Configuration, mode Mode, exists bool) error {
	if exists && mode == Fresh {
		begun, err := Begun(f.Dir)
		if err != nil {
			return err
		}
		if begun {
			return ErrExists
		}
	}
	grows := false
	if exists && mode == Resume {
		var err error
		if grows, err = c.Continues(filepath.Join(f.Dir, ConfigName)); err != nil {
			return err
		}
	}
	if err := removePending(f.Dir, filepath.Join(f.Dir, TrainedName)); err != nil {
		return err
	}
	fresh := !exists || mode != Resume
	if exists && fresh {
		if err := f.removeRendered(); err != nil {
			return err
		}
	}
	flags := os.O_RDWR | os.O_CREATE
	if fresh {
		flags |= os.O_TRUNC
	}
	var err error
	// Progress first: without it records count for nothing, so that a kill between the two
	// truncations leaves nothing doubled.
	if f.progress, err = os.OpenFile(filepath.Join(f.Dir, ProgressName), flags, f.files); err != nil {
		return err
	}
	if f.records, err = os.OpenFile(filepath.Join(f.Dir, RecordsName), flags, f.files); err != nil {
		return err
	}
	if salt := c.Salt(); fresh && salt != nil { // before what is a hash with it
		if err := WriteFile(filepath.Join(f.Dir, SaltName), salt); err != nil {
			return err
		}
	}
	if fresh || grows { // before the first unit of what is new
		if err := WriteFile(filepath.Join(f.Dir, ConfigName), c.Encode()); err != nil {
			return err
		}
	}
	return f.recover()
}

// Begun reports whether the folder holds anything of a run worth keeping: a finished unit, even one
// whose line is damaged, a report, or parameters of a long training. A run that was refused or
// stopped before its first unit ended leaves none of them.
func Begun(dir string) (bool, error) {
	if _, err := os.Stat(filepath.Join(dir, ConfigName)); errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	for _, name := range []string{ReportName, TrainedName} {
		if _, err := os.Stat(filepath.Join(dir, name)); err == nil {
			return true, nil
		}
	}
	data, err := os.ReadFile(filepath.Join(dir, ProgressName))
	if errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	return bytes.ContainsRune(data, '\n'), err
}

// removeRendered removes what was made from the records that are about to go, and the parameters
// they were measured on.
func (f *Folder) removeRendered() error {
	if err := os.RemoveAll(filepath.Join(f.Dir, TrainedName)); err != nil {
		return err
	}
	entries, err := os.ReadDir(f.Dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		ext := filepath.Ext(e.Name())
		if e.Name() != TablesName && e.Name() != CSVName && e.Name() != ReportName && ext != ".svg" && ext != ".png" {
			continue
		}
		if err := os.Remove(filepath.Join(f.Dir, e.Name())); err != nil {
			return err
		}
	}
	return nil
}

// pending are the names under which files of a run are written before they are renamed; a kill may
// leave some.
var pending = regexp.MustCompile(`^\..+\.(yaml|salt|md|csv|html|svg|png|seconds|safetensors)[0-9]+$`)

// removePending removes what a kill left in the folders half written. Nobody else writes there: the
// run's folder is locked.
func removePending(dirs ...string) error {
	for _, dir := range dirs {
		entries, err := os.ReadDir(dir)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
		for _, e := range entries {
			if e.Type().IsRegular() && pending.MatchString(e.Name()) {
				if err := os.Remove(filepath.Join(dir, e.Name())); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// recover reads which units are finished and cuts off what came after the last of them.
func (f *Folder) recover() error {
	records, err := os.ReadFile(f.records.Name())
	if err != nil {
		return err
	}
	data, err := os.ReadFile(f.progress.Name())
	if err != nil {
		return err
	}
	keep := int64(0)
	for line, size := range progressLines(data) {
		if !f.follows(records, line.End) {
			break
		}
		f.done[f.name(line.Unit)], f.end = line.Seconds, line.End
		keep += int64(size)
	}
	return errors.Join(cut(f.progress, keep), cut(f.records, f.end))
}

// follows reports whether the records of a unit may end there: behind those of the unit before it,
// at the end of a line.
func (f *Folder) follows(records []byte, end int64) bool {
	return end == f.end || end > f.end && end <= int64(len(records)) && records[end-1] == '\n'
}

// cut truncates the file and leaves its offset at the end.
func cut(f *os.File, size int64) error {
	if err := f.Truncate(size); err != nil {
		return err
	}
	_, err := f.Seek(size, 0)
	return err
}

// Done reports whether the unit's records are in the folder.
func (f *Folder) Done(unit string) bool {
	_, done := f.done[unit]
	return done
}

// Seconds returns how long a finished unit took; 0 = unknown.
func (f *Folder) Seconds(unit string) float64 { return f.done[unit] }

// Append writes a unit's records and, once they are on the disk, notes the unit as finished after
// so many seconds.
func (f *Folder) Append(unit string, records []Record, seconds float64) error {
	data, err := Encode(records)
	if err != nil {
		return err
	}
	if err := writeSync(f.records, data); err != nil {
		return fmt.Errorf("experiments: %s: %w", f.records.Name(), err)
	}
	f.end += int64(len(data))
	line, err := json.Marshal(progressLine{Unit: unit, End: f.end, Seconds: max(math.Round(1000*seconds), 1) / 1000})
	if err != nil {
		return err
	}
	if err := writeSync(f.progress, append(line, '\n')); err != nil {
		return fmt.Errorf("experiments: %s: %w", f.progress.Name(), err)
	}
	f.done[unit] = seconds
	return nil
}

func writeSync(f *os.File, data []byte) error {
	if _, err := f.Write(data); err != nil {
		return err
	}
	return f.Sync()
}

// Close unlocks the folder.
func (f *Folder) Close() error {
	var errs []error
	for _, file := range []*os.File{f.records, f.progress} {
		if file != nil {
			errs = append(errs, file.Close())
		}
	}
	return errors.Join(append(errs, f.lock.Unlock())...)
}

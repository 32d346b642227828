package datasets

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Named is a data set that is known by name, ready for training.
type Named struct {
	Name        string
	Train, Test *Dataset
	Sensitive   []int            // columns that hold personal or otherwise protected information, rising
	Pools       map[string][]int // further choices of columns by name; nil if there are none
	Source      string           // where it was read: a folder, or "embedded"
}

// set is what is known of a named data set before it is read.
type set struct {
	name, about string
	layouts     []layout // ways in which its folder may be filled, the first found is read
	embedded    bool     // can be read without its files
	remote      []remote // where Fetch gets the files of the last layout
}

// layout is one way to fill the folder of a data set.
type layout struct {
	files []knownFile
	load  func(ctx context.Context, folder string) (*Named, error)
}

type knownFile struct{ name, sha256 string }

// sets lists the named data sets in the order in which they are shown.
func sets() []set {
	return []set{
		{name: "diabetes", about: "Pima Indians diabetes: 614 + 154 patients, 8 measurements (embedded)", embedded: true,
			layouts: []layout{{diabetesFiles, loadDiabetes}}},
		{name: "spam", about: "SpamAssassin, mail: 4,852 + 1,194 mails, 3,961 binary words (embedded)", embedded: true,
			layouts: []layout{{nil, loadSpam}}},
		{name: "adult", about: "UCI Adult, census income: 32,561 + 16,281 people, 81 features",
			layouts: []layout{{adultFiles, loadAdult}}, remote: adultRemote},
		{name: "drebin", about: "Drebin, Android malware: 39,380 + 9,846 apps, 2,081 binary features",
			layouts: []layout{{drebinFiles, loadVectors}}, remote: drebinRemote},
		{name: "enron", about: "Enron-Spam, mail: 26,972 + 6,744 mails, 4,902 binary words",
			layouts: []layout{{enronFiles, loadEnron}, {enronMatrices, loadVectors}}, remote: enronRemote},
	}
}

func findSet(name string) (set, error) {
	for _, s := range sets() {
		if s.name == name {
			return s, nil
		}
	}
	return set{}, fmt.Errorf("datasets: no data set is called %q; there are %s", name, strings.Join(Names(), ", "))
}

// Names returns the names that [Load] knows.
func Names() []string {
	var names []string
	for _, s := range sets() {
		names = append(names, s.name)
	}
	return names
}

// Describe returns one line on a named data set; an unknown name is an error.
func Describe(name string) (string, error) {
	s, err := findSet(name)
	return s.about, err
}

// Folder returns the folder that holds one sub-folder a data set: dir, or where dir is empty the environment's LETHE_DATA,
// or else "lethe" in the user's cache folder.
func Folder(dir string) (string, error) {
	if dir = cmp.Or(dir, os.Getenv("LETHE_DATA")); dir != "" {
		return dir, nil
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("datasets: no folder for data: set LETHE_DATA (%w)", err)
	}
	return filepath.Join(cache, "lethe"), nil
}

// Load reads a named data set from dir as [Folder] understands it; sets that are embedded need no files. Where files are
// missing the error is a [MissingError].
func Load(ctx context.Context, name, dir string) (*Named, error) {
	s, err := findSet(name)
	if err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	folder, l, err := s.find(dir)
	if err != nil {
		return nil, err
	}
	n, err := l.load(ctx, folder)
	if err != nil {
		return nil, err
	}
	n.Name = name
	n.Source = cmp.Or(n.Source, folder)
	n.Train.Name, n.Test.Name = name+"/train", name+"/test"
	slices.Sort(n.Sensitive)
	return n, nil
}

// find returns the folder of a set and the layout that it holds. An embedded set takes its first layout for granted, and
// folder is "" if none is known.
func (s set) find(dir string) (folder string, l layout, err error) {
	folder, err = Folder(dir)
	if err != nil && s.embedded {
		return "", s.layouts[0], nil
	}
	if err != nil {
		return "", layout{}, err
	}
	folder = filepath.Join(folder, s.name)
	var missing []string
	for _, l := range s.layouts {
		absent := l.missing(folder)
		if len(absent) == 0 {
			return folder, l, nil
		}
		if missing == nil || len(absent) < len(missing) {
			missing = absent
		}
	}
	if s.embedded {
		return folder, s.layouts[0], nil
	}
	return folder, layout{}, &MissingError{Name: s.name, Folder: folder, Files: missing}
}

// missing returns the files that are not in folder.
func (l layout) missing(folder string) []string {
	var missing []string
	for _, f := range l.files {
		if info, err := os.Stat(filepath.Join(folder, f.name)); err != nil || info.IsDir() {
			missing = append(missing, f.name)
		}
	}
	return missing
}

// Available says whether a named data set can be loaded, and from where or how to get it.
func Available(name, dir string) (ok bool, how string) {
	s, err := findSet(name)
	if err != nil {
		return false, err.Error()
	}
	folder, l, err := s.find(dir)
	if missing, ok := errors.AsType[*MissingError](err); ok {
		return false, missing.Remedy()
	}
	if err != nil {
		return false, err.Error()
	}
	if s.embedded && (folder == "" || len(l.files) == 0 || len(l.missing(folder)) > 0) {
		return true, "embedded"
	}
	return true, folder
}

// MissingError reports that the files of a named data set are not there. Found by errors.As.
type MissingError struct {
	Name   string
	Folder string   // where they were looked for
	Files  []string // what is missing in it
}

func (e *MissingError) Error() string {
	return fmt.Sprintf("datasets: %s is not in %s (missing: %s); %s", e.Name, e.Folder, strings.Join(e.Files, ", "), e.Remedy())
}

// Remedy says how to get the data set.
func (e *MissingError) Remedy() string {
	return fmt.Sprintf("get it by `experiment data fetch %s`, or name the folder that holds %s/ by --data or LETHE_DATA", e.Name, e.Name)
}

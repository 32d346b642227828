package datasets

import (
	"cmp"
	"context"
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
	files       []string // in dir/name; empty for an embedded set
	load        func(ctx context.Context, dir string) (*Named, error)
	remote      []remote // where Fetch gets the files
}

// sets lists the named data sets in the order in which they are shown.
func sets() []set {
	return []set{
		{name: "diabetes", about: "Pima Indians diabetes, 614 + 154 patients, 8 measurements (embedded)", load: loadDiabetes},
		{name: "adult", about: "UCI Adult (census income), 32,561 + 16,281 people, 81 features",
			files: []string{"adult.data", "adult.test"}, load: loadAdult, remote: adultRemote},
		{name: "drebin", about: "Drebin (Android malware), 39,380 + 9,846 apps, 2,081 binary features",
			files: drebinFiles, load: loadDrebin, remote: drebinRemote},
		{name: "enron", about: "Enron-Spam (mail), 26,972 + 6,744 mails, 4,902 binary words",
			files: enronFiles, load: loadEnron, remote: enronRemote},
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

// Load reads a named data set, from dir as [Folder] understands it unless the set is embedded. Where files are
// missing the error is a [MissingError].
func Load(ctx context.Context, name, dir string) (*Named, error) {
	s, err := findSet(name)
	if err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	folder, err := Folder(dir)
	if err != nil && len(s.files) > 0 {
		return nil, err
	}
	folder = filepath.Join(folder, name)
	if missing := s.missing(folder); len(missing) > 0 {
		return nil, &MissingError{Name: name, Folder: folder, Files: missing}
	}
	n, err := s.load(ctx, folder)
	if err != nil {
		return nil, err
	}
	n.Name = name
	n.Source = cmp.Or(n.Source, folder)
	n.Train.Name, n.Test.Name = name+"/train", name+"/test"
	slices.Sort(n.Sensitive)
	return n, nil
}

// missing returns the files that are not in folder.
func (s set) missing(folder string) []string {
	var missing []string
	for _, f := range s.files {
		if info, err := os.Stat(filepath.Join(folder, f)); err != nil || info.IsDir() {
			missing = append(missing, f)
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
	if len(s.files) == 0 {
		return true, "embedded"
	}
	folder, err := Folder(dir)
	if err != nil {
		return false, err.Error()
	}
	folder = filepath.Join(folder, name)
	if missing := s.missing(folder); len(missing) > 0 {
		return false, (&MissingError{Name: name, Folder: folder, Files: missing}).Remedy()
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

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
	Source      string           // where it was read: a folder, or "embedded", and if that is only a part of the set, which
}

// set is what is known of a named data set before it is read.
type set struct {
	name, about string
	also        []string               // folders that may hold its files in place of the one called name
	layouts     []layout               // ways in which its folder may be filled, the first found is read
	embedded    func() (*Named, error) // reads what is embedded of it; nil = nothing is
	part        string                 // what that is; "" = all
	remote      []remote               // where Fetch gets the files of one of the layouts
}

// sets lists the named data sets in the order in which they are shown.
func sets() []set {
	return []set{
		{name: "diabetes", about: "Pima Indians diabetes: 614 + 154 patients, 8 measurements (embedded)",
			layouts: []layout{{files: diabetesFiles, load: loadDiabetes}}, embedded: embeddedDiabetes},
		{name: "spam", about: "SpamAssassin, mail: 4,852 + 1,194 mails, 3,961 binary words (embedded)", embedded: loadSpam},
		{name: "adult", about: "UCI Adult, census income: 32,561 + 16,281 people, 81 features",
			layouts: []layout{{files: adultFiles, load: loadAdult}}, remote: adultRemote},
		{name: "drebin", about: "Drebin, Android malware: 39,380 + 9,846 apps, 2,081 binary features",
			layouts: []layout{{files: drebinFiles, load: loadVectors}}, remote: drebinRemote},
		{name: "enron", about: "Enron-Spam, mail: 26,972 + 6,744 mails, 4,902 binary words",
			layouts: []layout{{files: enronFiles, load: loadEnron}, {files: enronMatrices, load: loadVectors}}, remote: enronRemote},
		{name: "digits", about: "handwritten digits: 1,437 + 360 images of 8 x 8 (embedded)", embedded: loadDigits},
		{name: "fashion", about: "Fashion-MNIST, clothes: 60,000 + 10,000 images of 28 x 28 (embedded: " + fashionPart + ")",
			also: []string{"fashion-mnist"}, embedded: embeddedFashion, part: fashionPart, remote: fashionRemote,
			layouts: []layout{{files: fashionFiles, packed: gzipped(fashionFiles), load: loadFashion, unpacked: true}}},
		{name: "cifar10", about: "CIFAR-10, photographs: 50,000 + 10,000 images of 32 x 32 in 3 colors",
			also: []string{filepath.Join("cifar10", cifarFolder)}, remote: cifarRemote,
			layouts: []layout{{files: cifarFiles, packed: cifarGzipped, load: loadCIFAR10}}},
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

// Folder returns the folder that holds one sub-folder a data set: dir, or where dir is empty the
// environment's LETHE_DATA, or else "lethe" in the user's cache folder.
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

// Load reads a named data set from dir as [Folder] understands it; sets that are embedded need no
// files. Where files are missing the error is a [MissingError]; of a set that is embedded only
// where some are there and others are not. Files that are out of reach are an error, and so are
// those of a set that is embedded in part where they lie in dir itself.
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
	var n *Named
	if folder == "" {
		n, err = s.embedded()
	} else {
		n, err = l.load(ctx, l.path(folder))
	}
	if err != nil {
		return nil, err
	}
	n.Name = name
	n.Source = s.source(folder)
	n.Train.Name, n.Test.Name = name+"/train", name+"/test"
	if err := Same(n.Train, n.Test); err != nil {
		return nil, err
	}
	slices.Sort(n.Sensitive)
	return n, nil
}

// source says where a set is read.
func (s set) source(folder string) string {
	switch {
	case folder != "":
		return folder
	case s.part != "":
		return fmt.Sprintf("embedded: %s of it; the whole by `experiment data fetch %s`", s.part, s.name)
	}
	return "embedded"
}

// find returns the folder of a set and the layout that it holds; folder is "" if what is embedded
// is read, as no file is there. Of a set that is missing they are what comes nearest, beside the
// error; folder is "" if none is known.
func (s set) find(dir string) (folder string, l layout, err error) {
	dir, err = Folder(dir)
	if s.embedded != nil && (err != nil || len(s.layouts) == 0) {
		return "", layout{}, nil
	}
	if err != nil {
		return "", s.layouts[0], err
	}
	var missing []string
	for _, name := range s.folders() {
		for _, candidate := range s.layouts {
			at := filepath.Join(dir, name)
			found, absent, err := candidate.in(at)
			if err != nil {
				return at, found, fmt.Errorf("datasets: %s: %w", s.name, err)
			}
			if len(absent) == 0 {
				return at, found, nil
			}
			if folder == "" || len(absent) < len(missing) {
				folder, l, missing = at, found, absent
			}
		}
	}
	if s.embedded == nil || len(missing) < len(l.files) {
		return folder, l, &MissingError{Name: s.name, Folder: folder, Files: missing}
	}
	if s.part != "" {
		return s.misplaced(dir)
	}
	return "", layout{}, nil
}

// folders returns the names of the folders that may hold the files, the set's own first.
func (s set) folders() []string { return append([]string{s.name}, s.also...) }

// misplaced is find of a set that is embedded in part and has no files in a folder of its own:
// those in dir itself are an error. They are not read, as other sets have files of such names,
// MNIST those of Fashion-MNIST.
func (s set) misplaced(dir string) (folder string, l layout, err error) {
	for _, candidate := range s.layouts {
		found, absent, err := candidate.in(dir)
		if err != nil {
			return dir, found, fmt.Errorf("datasets: %s: %w", s.name, err)
		}
		if len(absent) < len(found.files) {
			own := filepath.Join(dir, s.name)
			return dir, found, fmt.Errorf("datasets: %s: its files belong in %s, but lie in %s itself: move them there, "+
				"or if %s is called %s, name the folder above it by --data or LETHE_DATA", s.name, own, dir, dir, strings.Join(s.folders(), " or "))
		}
	}
	return "", layout{}, nil
}

// Available says whether a named data set can be loaded, and from where or how to get it.
func Available(name, dir string) (ok bool, how string) {
	s, err := findSet(name)
	if err != nil {
		return false, err.Error()
	}
	folder, _, err := s.find(dir)
	if missing, ok := errors.AsType[*MissingError](err); ok {
		return false, missing.Remedy()
	}
	if err != nil {
		return false, err.Error()
	}
	return true, s.source(folder)
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

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

// layout is one way to fill the folder of a data set.
type layout struct {
	files    []knownFile
	load     func(ctx context.Context, folder string) (*Named, error)
	unpacked bool // the checksums are those of what is in gzipped files, however it was compressed
}

type knownFile struct{ name, sha256 string }

// gzipped returns the files with .gz at the end of their names.
func gzipped(files []knownFile) []knownFile {
	packed := slices.Clone(files)
	for i := range packed {
		packed[i].name += ".gz"
	}
	return packed
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
			layouts: []layout{{files: fashionFiles, load: loadFashion("")}, {files: gzipped(fashionFiles), load: loadFashion(".gz"), unpacked: true}}},
		{name: "cifar10", about: "CIFAR-10, photographs: 50,000 + 10,000 images of 32 x 32 in 3 colours",
			also: []string{filepath.Join("cifar10", cifarFolder)}, remote: cifarRemote,
			layouts: []layout{{files: cifarFiles, load: loadCIFAR10("")}, {files: cifarGzipped, load: loadCIFAR10(".gz")}}},
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
// missing the error is a [MissingError]; of a set that is embedded only where some are there and others are not.
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
		n, err = l.load(ctx, folder)
	}
	if err != nil {
		return nil, err
	}
	n.Name = name
	n.Source = s.source(folder)
	n.Train.Name, n.Test.Name = name+"/train", name+"/test"
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

// find returns the folder of a set and the layout that it holds; folder is "" if what is embedded is read, as no file is
// there. Of a set that is missing they are what comes nearest, beside the error; folder is "" if none is known.
func (s set) find(dir string) (folder string, l layout, err error) {
	dir, err = Folder(dir)
	if s.embedded != nil && (err != nil || len(s.layouts) == 0) {
		return "", layout{}, nil
	}
	if err != nil {
		return "", s.layouts[0], err
	}
	var missing []string
	for _, name := range append([]string{s.name}, s.also...) {
		for _, candidate := range s.layouts {
			at := filepath.Join(dir, name)
			absent := candidate.missing(at)
			if len(absent) == 0 {
				return at, candidate, nil
			}
			if folder == "" || len(absent) < len(missing) {
				folder, l, missing = at, candidate, absent
			}
		}
	}
	if s.embedded != nil && len(missing) == len(l.files) {
		return "", layout{}, nil
	}
	return folder, l, &MissingError{Name: s.name, Folder: folder, Files: missing}
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

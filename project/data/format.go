package data

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// endings are the ends of file names by format.
var endings = map[string]string{
	".csv": CSV, ".tsv": TSV, ".tab": TSV, ".parquet": Parquet, ".pq": Parquet,
	".svm": SVMLight, ".svmlight": SVMLight, ".libsvm": SVMLight, ".npy": NPY, ".npz": NPZ,
	".idx": IDX, ".idx3-ubyte": IDX, ".idx4-ubyte": IDX, ".txt": Text, ".text": Text,
}

// formatOf returns the format of a file by its name, with or without .gz; of a folder it is images.
func formatOf(path string) (string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", missing(path, err)
	}
	if info.IsDir() {
		return Images, nil
	}
	if format := FormatOfName(path); format != "" {
		return format, nil
	}
	return "", fmt.Errorf("data: %s: its name does not say which format it has: give --format as one of %s", path, strings.Join(Formats, ", "))
}

// FormatOfName returns the format that the ending of a file's name says, with or without .gz; "" =
// it says none.
func FormatOfName(path string) string {
	name := strings.TrimSuffix(strings.ToLower(filepath.Base(path)), ".gz")
	for ending, format := range endings {
		if strings.HasSuffix(name, ending) || format == IDX && strings.HasSuffix(name, "-"+ending[1:]) {
			return format
		}
	}
	return ""
}

// resolve settles the format of a file.
func (o Options) resolve(path string) (string, error) {
	format := o.Format
	if format == "" {
		var err error
		if format, err = formatOf(path); err != nil {
			return "", err
		}
	}
	if o.Like != nil && kindOf(format) != kindOf(o.Like.Format) {
		return "", fmt.Errorf("data: %s is read as %s, but the model was trained on %s: give data of that kind, or --format if the name says it wrongly",
			path, format, o.Like.Format)
	}
	return format, nil
}

package datasets

import (
	"context"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

var enronFiles = []string{"enron_bow.svm.gz", "vocab.txt", "sensitive_features.txt"}

// loadEnron reads the bag of words; each row is divided by its norm. Training rows stand in the order of the file, test
// rows in the order that their comments give.
func loadEnron(ctx context.Context, folder string) (*Named, error) {
	path := func(file string) string { return filepath.Join(folder, file) }
	columns, err := readLines(path("vocab.txt"))
	if err != nil {
		return nil, err
	}
	names, err := readLines(path("sensitive_features.txt"))
	if err != nil {
		return nil, err
	}
	n := &Named{}
	if n.Sensitive, err = columnsOf(path("sensitive_features.txt"), names, columns); err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	all, comments, err := SVMLight{Cols: len(columns), Labels: []float64{-1, 1}}.Load(path("enron_bow.svm.gz"))
	if err != nil {
		return nil, err
	}
	all.Columns = columns
	if all, err = NormalizeRows(all); err != nil {
		return nil, err
	}
	train, test, err := splitByComment(path("enron_bow.svm.gz"), comments)
	if err != nil {
		return nil, err
	}
	n.Train, n.Test = all.Subset(train), all.Subset(test)
	return n, nil
}

// splitByComment reads comments that begin with "train" or "test:ROW", where ROW is the place among the test rows.
func splitByComment(file string, comments []string) (train, test []int, err error) {
	place := map[int]int{}
	for i, c := range comments {
		part, _, _ := strings.Cut(c, " ")
		if part == "train" {
			train = append(train, i)
			continue
		}
		number, isTest := strings.CutPrefix(part, "test:")
		row, err := strconv.Atoi(number)
		if !isTest || err != nil {
			return nil, nil, malformed(file, i+1, "comment %q says neither train nor test:ROW", c)
		}
		if _, twice := place[row]; twice {
			return nil, nil, malformed(file, i+1, "test row %d comes twice", row)
		}
		place[row] = i
		test = append(test, row)
	}
	slices.Sort(test)
	for k, row := range test {
		if row != k {
			return nil, nil, malformed(file, 0, "test row %d is missing", k)
		}
		test[k] = place[row]
	}
	return train, test, nil
}

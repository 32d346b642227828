package datasets

import (
	"fmt"
	"io"
	"strings"
)

// readLines reads a text file of one name a line; empty lines at the end do not count.
func readLines(path string) (lines []string, err error) {
	err = withFile(path, func(r io.Reader) error {
		return eachLine(r, path, func(line []byte, _ int) error {
			lines = append(lines, strings.TrimRight(string(line), "\r"))
			return nil
		})
	})
	for len(lines) > 0 && lines[len(lines)-1] == "" {
		lines = lines[:len(lines)-1]
	}
	return lines, err
}

// columnsOf returns the columns of the given names, once each; a name that is no column is an
// error. file is where the names came from.
func columnsOf(file string, names, columns []string) ([]int, error) {
	if name, _, twice := repeated(columns); twice {
		return nil, malformed(file, 0, "two features are called %q, so that the names do not say which", name)
	}
	place := make(map[string]int, len(columns))
	for i, c := range columns {
		place[c] = i
	}
	var found []int
	taken := map[int]bool{}
	for line, name := range names {
		c, known := place[name]
		if !known {
			return nil, malformed(file, line+1, "%q is not the name of a feature", name)
		}
		if !taken[c] {
			taken[c] = true
			found = append(found, c)
		}
	}
	return found, nil
}

// checkColumns compares the number of names with that of columns.
func checkColumns(file string, names []string, cols int) error {
	if len(names) != cols {
		return malformed(file, 0, "%s", fmt.Sprintf("%d names for %d features", len(names), cols))
	}
	return nil
}

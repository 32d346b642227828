package request

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strconv"
)

// Hash returns the SHA-256, in hexadecimal, of what is asked. It is the same in whichever format,
// order and number of entries that stands, and whether in one file or in several. It depends on
// whether a sample is named by id or by row. Whoever guesses a request can compare its hash, so
// [File.Salted] is the one to be kept.
func (f *File) Hash() string {
	sum := sha256.Sum256(f.canonical())
	return hex.EncodeToString(sum[:])
}

// Salted returns the HMAC-SHA-256, in hexadecimal, of what Hash is of, with the salt as its key.
// Without the salt nobody can try guesses.
func (f *File) Salted(salt []byte) string {
	mac := hmac.New(sha256.New, salt)
	mac.Write(f.canonical())
	return hex.EncodeToString(mac.Sum(nil))
}

// canonical writes what is asked one change a line, sorted, each once.
func (f *File) canonical() []byte {
	var lines []string
	add := func(words ...string) {
		line, _ := json.Marshal(words) // of texts: there is no error
		lines = append(lines, string(line)+"\n")
	}
	for _, r := range f.Remove {
		for _, row := range r.Rows {
			add(keyRemove, "row", strconv.Itoa(row))
		}
		for _, id := range r.IDs {
			add(keyRemove, "id", id)
		}
		if r.Where != nil {
			add(keyRemove, "where", r.Where.Column, r.Where.Equals)
		}
		if r.File != "" {
			add(keyRemove, "file", r.File)
		}
	}
	for _, column := range f.ForgetColumns {
		add(keyForget, column)
	}
	for _, c := range f.Correct {
		add(append([]string{keyCorrect, c.Column, c.Value, c.File}, sample(c.ID, c.Row)...)...)
	}
	for _, l := range f.Labels {
		add(append([]string{keyLabels, l.Label, l.File}, sample(l.ID, l.Row)...)...)
	}
	for _, r := range f.ReplaceText {
		add(keyReplace, r.Find, r.With)
	}
	slices.Sort(lines)
	out := []byte("lethe request 1\n")
	for _, line := range slices.Compact(lines) {
		out = append(out, line...)
	}
	return out
}

// sample names a sample by id or by row.
func sample(id string, row *int) []string {
	if row != nil {
		return []string{"row", strconv.Itoa(*row)}
	}
	return []string{"id", id}
}

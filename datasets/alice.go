package datasets

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"io"
	"strings"
	"sync"
)

//go:embed embedded/alice.txt.gz
var aliceText []byte

// aliceBegin are the first words after the title, the edition and the heading of the first chapter.
const aliceBegin = "alice was beginning"

// Alice returns the embedded text of "Alice's Adventures in Wonderland" the way experiments on
// memorization use it: from "alice was beginning" to "the end", lower-cased, lines ended by \n;
// 148,244 characters, 44 different ones, none of them a digit. The authors of the paper start at
// the same words (they skip the first 265 characters of their file) of a later edition, which is 65
// characters longer and has the same 44.
func Alice() string { return alice() }

// alice panics on what only a damaged build can bring about.
var alice = sync.OnceValue(func() string {
	z, err := gzip.NewReader(bytes.NewReader(aliceText))
	if err != nil {
		panic("datasets: embedded Alice: " + err.Error())
	}
	raw, err := io.ReadAll(z)
	if err != nil {
		panic("datasets: embedded Alice: " + err.Error())
	}
	text := strings.ToLower(unixLines(string(raw)))
	_, story, found := strings.Cut(text, aliceBegin)
	if !found {
		panic("datasets: embedded Alice does not begin")
	}
	return aliceBegin + strings.TrimRight(story, "\n\x1a") // the file ends with DOS's mark
})

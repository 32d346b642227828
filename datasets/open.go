package datasets

import (
	"bufio"
	"compress/gzip"
	"fmt"
	"io"
	"os"
)

// withFile opens a file, unpacks it if it is gzipped, and hands it to read.
func withFile(path string, read func(r io.Reader) error) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("datasets: %w", err)
	}
	defer f.Close()
	return withReader(f, path, read)
}

// withReader unpacks what comes from r if it is gzipped and hands it to read; name stands in
// messages.
func withReader(r io.Reader, name string, read func(r io.Reader) error) error {
	r, err := unpacked(r)
	if err != nil {
		return malformed(name, 0, "%v", err)
	}
	return read(r)
}

// unpacked returns r, or what is in it when its first bytes say gzip.
func unpacked(r io.Reader) (io.Reader, error) {
	b := bufio.NewReaderSize(r, 1<<16)
	if magic, _ := b.Peek(2); string(magic) != "\x1f\x8b" {
		return b, nil // shorter files are for the parser to judge
	}
	return gzip.NewReader(b)
}

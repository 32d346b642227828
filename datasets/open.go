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
	r, err := Unpack(r)
	if err != nil {
		return malformed(name, 0, "%v", err)
	}
	return read(r)
}

// Unpack returns r, or what is in it when its first bytes say gzip. What unpacks to more than 256
// MiB and to more than 400 times its size ends in an error, since few files are so and a file that
// is meant to fill the memory is.
func Unpack(r io.Reader) (io.Reader, error) {
	packed := &counted{r: r}
	b := bufio.NewReaderSize(packed, 1<<16)
	if magic, _ := b.Peek(2); string(magic) != "\x1f\x8b" {
		return b, nil // shorter files are for the parser to judge
	}
	z, err := gzip.NewReader(b)
	if err != nil {
		return nil, err
	}
	return &unpacking{counted: counted{r: z}, packed: packed}, nil
}

const (
	freeUnpacked  = 256 << 20 // bytes that anything may unpack to
	believedRatio = 400       // and from there on so many times its size; deflate cannot pack anything 1,033 times
)

// beyondBelief refuses what unpacks to far more than its size.
func beyondBelief(size, packed uint64) error {
	if size <= freeUnpacked || size/believedRatio <= packed {
		return nil
	}
	return fmt.Errorf("it unpacks to more than %d times its size, which few files do: unpack it first if you trust it", believedRatio)
}

// counted counts what is read.
type counted struct {
	r io.Reader
	n uint64
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += uint64(n)
	return n, err
}

// unpacking stops where too much comes out of too little.
type unpacking struct {
	counted
	packed *counted
}

func (u *unpacking) Read(p []byte) (int, error) {
	if err := beyondBelief(u.n, u.packed.n); err != nil {
		return 0, err
	}
	return u.counted.Read(p)
}

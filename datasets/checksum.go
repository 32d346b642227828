package datasets

import (
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"os"
)

// check compares a file with the checksum that is known of the download.
func (r remote) check(path string) error {
	sum, want := fileSum, r.sha256
	if want == "" {
		sum, want = gitBlob, r.gitBlob
	}
	got, err := sum(path)
	if err != nil {
		return err
	}
	if got != want {
		return fmt.Errorf("the checksum is %s, not %s: the file was changed or damaged", got, want)
	}
	return nil
}

// fileSum returns the SHA-256 of a file.
func fileSum(path string) (string, error) {
	return sumOf(path, func(int64) hash.Hash { return sha256.New() })
}

// contentSum returns the SHA-256 of a file or, where it is gzipped, of what is in it.
func contentSum(path string) (string, error) {
	h := sha256.New()
	err := withFile(path, func(r io.Reader) error {
		_, err := io.Copy(h, r)
		return err
	})
	if err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// gitBlob returns the id under which git keeps a file: the SHA-1 of its length and content.
func gitBlob(path string) (string, error) {
	return sumOf(path, func(size int64) hash.Hash {
		h := sha1.New()
		fmt.Fprintf(h, "blob %d\x00", size)
		return h
	})
}

func sumOf(path string, begin func(size int64) hash.Hash) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return "", err
	}
	h := begin(info.Size())
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

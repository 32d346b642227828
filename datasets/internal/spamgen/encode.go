package main

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"strings"
)

// encode writes what datasets/spam.go reads, gzipped: the number of words, of names and of mails;
// the words, one a line; the names as rising places among the words; one byte a mail (1 spam, 2
// test); and for each word the number of mails that have it and which they are, rising. Numbers are
// unsigned varints, rising ones as differences: words are in falling frequency and mails of one
// list stand together, which keeps the differences small.
func encode(mails []*mailText, words, names []string) ([]byte, error) {
	place := make(map[string]int, len(words))
	for i, w := range words {
		place[w] = i
	}
	columns := make([][]int, len(words))
	flags := make([]byte, len(mails))
	for i, m := range mails {
		flags[i] = flag(m)
		for _, w := range m.words {
			if c, kept := place[w]; kept {
				columns[c] = append(columns[c], i)
			}
		}
	}
	var sensitive []int
	for _, n := range names {
		sensitive = append(sensitive, place[n])
	}
	slices.Sort(sensitive)
	var b []byte
	for _, n := range []int{len(words), len(names), len(mails)} {
		b = binary.AppendUvarint(b, uint64(n))
	}
	b = append(b, strings.Join(words, "\n")+"\n"...)
	b = appendRising(b, sensitive)
	b = append(b, flags...)
	for _, c := range columns {
		b = binary.AppendUvarint(b, uint64(len(c)))
		b = appendRising(b, c)
	}
	return zipped(b)
}

// flag says whether a mail is spam and whether it is one of the fifth that is for testing, by the
// hash of its file name.
func flag(m *mailText) byte {
	var f byte
	if m.spam {
		f = 1
	}
	if sum := sha256.Sum256([]byte(m.file)); binary.BigEndian.Uint32(sum[:])%5 == 0 {
		f |= 2
	}
	return f
}

func appendRising(b []byte, values []int) []byte {
	last := 0
	for _, v := range values {
		b = binary.AppendUvarint(b, uint64(v-last))
		last = v
	}
	return b
}

func zipped(b []byte) ([]byte, error) {
	var out bytes.Buffer
	w, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(b); err != nil {
		return nil, err
	}
	err = w.Close()
	return out.Bytes(), err
}

package safetensors

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"maps"
)

// Checksum is the metadata key that [File.Seal] writes.
const Checksum = "checksum"

// Seal adds the metadata "checksum": the SHA-256 of what [Encode] writes without it. So names,
// shapes, types, order and metadata are covered as well as the numbers, and flipped bits do not go
// unnoticed; the format itself detects none.
func (f *File) Seal() error {
	sum, err := f.sum()
	if err != nil {
		return err
	}
	if f.Metadata == nil {
		f.Metadata = map[string]string{}
	}
	f.Metadata[Checksum] = sum
	return nil
}

// Verify compares the file with its checksum. A file without one, as other programs write it,
// passes.
func (f *File) Verify() error {
	want, sealed := f.Metadata[Checksum]
	if !sealed {
		return nil
	}
	got, err := f.sum()
	if err != nil {
		return err
	}
	if got != want {
		return errors.New("is damaged, or was changed by a program that kept the metadata: its checksum does not match; " +
			"write it again, or remove the metadata " + Checksum)
	}
	return nil
}

func (f *File) sum() (string, error) {
	bare := File{Tensors: f.Tensors, Metadata: maps.Clone(f.Metadata)}
	delete(bare.Metadata, Checksum)
	h := sha256.New()
	if err := Encode(h, &bare); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

package datasets

import (
	"archive/tar"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/google/renameio/v2"
)

// maxMember bounds what a member may take of the disk: several times the largest that is known.
const maxMember = 1 << 30

// isSparse says whether a member has holes, by which a few bytes stand for any number.
func isSparse(h *tar.Header) bool {
	for key := range h.PAXRecords {
		if strings.HasPrefix(key, "GNU.sparse.") {
			return true
		}
	}
	return false
}

// unpackMembers takes files out of a gzipped tar into a folder. If one is missing or its checksum
// is not the known one, none takes its name. They take their names one after the other: where that
// fails midway the rest is as it was before. A member is known by the last element of its path in
// the archive, which has no say in where it goes; all else that the archive holds, links above all,
// is passed over.
func unpackMembers(archive, folder string, members []knownFile) (err error) {
	found := map[string]*renameio.PendingFile{}
	defer func() {
		for _, f := range found {
			err = errors.Join(err, f.Cleanup()) // nothing for those that have their name
		}
	}()
	sums := map[string]hash.Hash{}
	err = withFile(archive, func(r io.Reader) error {
		t := tar.NewReader(r)
		for {
			h, err := t.Next()
			if err == io.EOF {
				return nil
			}
			if err != nil {
				return malformed(archive, 0, "%v", err)
			}
			name := path.Base(h.Name)
			if h.Typeflag != tar.TypeReg || !slices.ContainsFunc(members, func(m knownFile) bool { return m.name == name }) {
				continue
			}
			if found[name] != nil {
				return malformed(archive, 0, "%s is in it twice", name)
			}
			if h.Size > maxMember || isSparse(h) {
				return malformed(archive, 0, "%s in it is of %d bytes, more than %d, or has holes, which none of these files has", name, h.Size, maxMember)
			}
			f, err := renameio.NewPendingFile(filepath.Join(folder, name), renameio.WithTempDir(folder), renameio.WithPermissions(0o644))
			if err != nil {
				return err
			}
			found[name], sums[name] = f, sha256.New()
			if _, err := io.Copy(io.MultiWriter(f, sums[name]), t); err != nil {
				return fmt.Errorf("unpacking %s: %w", name, err)
			}
		}
	})
	if err != nil {
		return err
	}
	for _, m := range members {
		if found[m.name] == nil {
			return malformed(archive, 0, "%s is not in it", m.name)
		}
		if got := hex.EncodeToString(sums[m.name].Sum(nil)); got != m.sha256 {
			return malformed(archive, 0, "%s in it has the checksum %s, not %s", m.name, got, m.sha256)
		}
	}
	for _, m := range members {
		if err := found[m.name].CloseAtomicallyReplace(); err != nil {
			return err
		}
	}
	return nil
}

package datasets

import (
	"archive/tar"
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// entry is a member of an archive; link is what it points to if it is none.
type entry struct{ name, content, link string }

func tarred(t *testing.T, entries ...entry) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, e := range entries {
		h := &tar.Header{Name: e.name, Mode: 0o600, Size: int64(len(e.content)), Typeflag: tar.TypeReg}
		if e.link != "" {
			h.Typeflag, h.Linkname = tar.TypeSymlink, e.link
		}
		require.NoError(t, w.WriteHeader(h))
		_, err := w.Write([]byte(e.content))
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return b.Bytes()
}

func TestFetchUnpacks(t *testing.T) {
	archive := zipped(t, tarred(t, entry{name: "top/readme.html", content: "no"}, entry{name: "top/a.bin", content: "AAA"},
		entry{name: "../../b.bin", content: "BB"}, entry{name: "../evil", content: "no"}, entry{name: "/evil", content: "no"}))
	members := []knownFile{{"a.bin", sum([]byte("AAA"))}, {"b.bin", sum([]byte("BB"))}}
	r := remote{size: int64(len(archive)), sha256: sum(archive), members: members}
	put := func(a string) func(string) {
		return func(folder string) {
			require.NoError(t, os.WriteFile(filepath.Join(folder, "a.bin"), []byte(a), 0o644))
			require.NoError(t, os.WriteFile(filepath.Join(folder, "b.bin"), []byte("BB"), 0o644))
		}
	}
	for _, c := range []struct {
		name     string
		shop     *shop
		prepare  func(string)
		requests int
	}{
		{"at once", &shop{}, nil, 1},
		{"resumed", &shop{cut: 20, cuts: 1}, nil, 2},
		{"unpacked already", &shop{}, put("AAA"), 0},
		{"a member damaged", &shop{}, put("AxA"), 1},
		{"not yet unpacked", &shop{}, func(folder string) {
			require.NoError(t, os.WriteFile(filepath.Join(folder, ".data.bin.part"), archive, 0o644))
		}, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.shop.content = archive
			f, folder, err := fetched(t, c.shop, r, c.prepare)
			require.NoError(t, err)
			require.Len(t, c.shop.requests, c.requests)
			require.Equal(t, r.size, f.done)
			requireFiles(t, folder, "a.bin", "b.bin")
			requireFiles(t, filepath.Dir(folder), "set")
			for name, want := range map[string]string{"a.bin": "AAA", "b.bin": "BB"} {
				got, err := os.ReadFile(filepath.Join(folder, name))
				require.NoError(t, err)
				require.Equal(t, want, string(got))
			}
		})
	}
}

// An archive that was put into the folder is unpacked and stays; one that is not the known one is
// no help.
func TestFetchUnpacksWhatIsThere(t *testing.T) {
	archive := zipped(t, tarred(t, entry{name: "top/a.bin", content: "AAA"}))
	r := remote{size: int64(len(archive)), sha256: sum(archive), members: []knownFile{{"a.bin", sum([]byte("AAA"))}}}
	for requests, there := range [][]byte{archive, archive[1:]} {
		s := &shop{content: archive}
		f, folder, err := fetched(t, s, r, func(folder string) {
			require.NoError(t, os.WriteFile(filepath.Join(folder, "data.bin"), there, 0o644))
		})
		require.NoError(t, err)
		require.Len(t, s.requests, requests)
		require.Equal(t, r.size, f.done)
		requireFiles(t, folder, "a.bin", "data.bin")
		got, err := os.ReadFile(filepath.Join(folder, "a.bin"))
		require.NoError(t, err)
		require.Equal(t, "AAA", string(got))
	}
}

func TestFetchUnpacksAllOrNothing(t *testing.T) {
	whole := tarred(t, entry{name: "a.bin", content: "AAA"}, entry{name: "b.bin", content: "BB"})
	for want, archive := range map[string][]byte{
		"b.bin is not in it":      zipped(t, tarred(t, entry{name: "a.bin", content: "AAA"})),
		"b.bin is not in it; ":    zipped(t, tarred(t, entry{name: "a.bin", content: "AAA"}, entry{name: "b.bin", link: "/etc/passwd"})),
		"a.bin is in it twice":    zipped(t, tarred(t, entry{name: "a.bin", content: "AAA"}, entry{name: "x/a.bin", content: "BB"})),
		"unexpected EOF":          zipped(t, whole[:1200]),
		"invalid tar header":      []byte("<!DOCTYPE html>" + string(make([]byte, 600))),
		"unpacking a.bin: unexpe": zipped(t, whole[:513]),
		"b.bin in it has":         zipped(t, tarred(t, entry{name: "a.bin", content: "AAA"}, entry{name: "b.bin", content: "Bx"})),
		"the checksum " + sum([]byte("BBx")) + ", not " + sum([]byte("BB")): zipped(t,
			tarred(t, entry{name: "b.bin", content: "BBx"}, entry{name: "a.bin", content: "AAA"})),
	} {
		r := remote{sha256: sum(archive), members: []knownFile{{"a.bin", sum([]byte("AAA"))}, {"b.bin", sum([]byte("BB"))}}}
		_, folder, err := fetched(t, &shop{content: archive}, r, nil)
		require.ErrorContains(t, err, want)
		requireFiles(t, folder, ".data.bin.part")
	}
}

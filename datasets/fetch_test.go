package datasets

import (
	"bytes"
	"context"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// shop serves one file and does what goes wrong on the way.
type shop struct {
	content  []byte
	cut      int  // the first answers end after so many bytes
	cuts     int  // how many answers are cut
	noRange  bool // the server ignores Range
	status   int  // answer this instead of the file, if not 0
	mu       sync.Mutex
	requests []string // the Range of each request
}

func (s *shop) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests = append(s.requests, r.Header.Get("Range"))
	if s.status != 0 {
		w.WriteHeader(s.status)
		return
	}
	if s.noRange {
		r.Header.Del("Range")
	}
	if len(s.requests) <= s.cuts {
		w = &cutWriter{ResponseWriter: w, left: s.cut}
	}
	http.ServeContent(w, r, "file", time.Time{}, bytes.NewReader(s.content))
}

// cutWriter breaks the connection after left bytes.
type cutWriter struct {
	http.ResponseWriter
	left int
}

func (c *cutWriter) Write(p []byte) (int, error) {
	if len(p) > c.left {
		_, _ = c.ResponseWriter.Write(p[:c.left])
		c.ResponseWriter.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	}
	c.left -= len(p)
	return c.ResponseWriter.Write(p)
}

// fetched runs a fetch of one file from the shop into a new folder.
func fetched(t *testing.T, s *shop, r remote, prepare func(folder string)) (f *fetcher, folder string, err error) {
	t.Helper()
	server := httptest.NewTLSServer(s)
	t.Cleanup(server.Close)
	folder = filepath.Join(t.TempDir(), "set")
	require.NoError(t, os.MkdirAll(folder, 0o755))
	if prepare != nil {
		prepare(folder)
	}
	f = newFetcher(folder, nil)
	transport := server.Client().Transport
	f.client.Transport = transport
	f.wait = time.Millisecond
	r.file = "data.bin"
	if r.urls == nil {
		r.urls = []string{server.URL + "/data.bin"}
	}
	return f, folder, f.fetch(t.Context(), "set", []remote{r})
}

func noise(n int) []byte {
	b := make([]byte, n)
	rng := rand.NewChaCha8([32]byte{1})
	_, _ = rng.Read(b)
	return b
}

func sum(b []byte) string {
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:])
}

// only asserts what stands in a folder, lock file aside.
func requireFiles(t *testing.T, folder string, names ...string) {
	t.Helper()
	entries, err := os.ReadDir(folder)
	require.NoError(t, err)
	got := []string{}
	for _, e := range entries {
		if e.Name() != ".fetch.lock" {
			got = append(got, e.Name())
		}
	}
	require.ElementsMatch(t, names, got)
}

func TestFetch(t *testing.T) {
	content := noise(300_000)
	other := noise(300_001)[1:]
	blob := sha1.Sum(append([]byte(fmt.Sprintf("blob %d\x00", len(content))), content...))
	whole := remote{size: int64(len(content)), sha256: sum(content)}
	part := func(b []byte) func(string) {
		return func(folder string) {
			require.NoError(t, os.WriteFile(filepath.Join(folder, ".data.bin.part"), b, 0o644))
		}
	}
	for _, c := range []struct {
		name     string
		shop     *shop
		remote   remote
		prepare  func(folder string)
		requests []string
	}{
		{"at once", &shop{}, whole, nil, []string{""}},
		{"resumed after two cuts", &shop{cut: 100_000, cuts: 2}, whole, nil, []string{"", "bytes=100000-", "bytes=200000-"}},
		{"resumed from an earlier run", &shop{}, whole, part(content[:1234]), []string{"bytes=1234-"}},
		{"cut by a server without ranges", &shop{cut: 100_000, cuts: 1, noRange: true}, whole, nil, []string{"", "bytes=100000-"}},
		{"part of another version", &shop{}, whole, part(other[:1234]), []string{"bytes=1234-", ""}},
		{"part too long", &shop{}, whole, part(append(content, 1)), []string{"bytes=300001-", ""}},
		{"part whole", &shop{}, whole, part(content), nil},
		{"size unknown", &shop{}, remote{sha256: sum(content)}, nil, []string{""}},
		{"size unknown, cut", &shop{cut: 5000, cuts: 1}, remote{sha256: sum(content)}, nil, []string{"", "bytes=5000-"}},
		{"git blob", &shop{}, remote{gitBlob: hex.EncodeToString(blob[:])}, nil, []string{""}},
		{"already there", &shop{}, whole, func(folder string) {
			require.NoError(t, os.WriteFile(filepath.Join(folder, "data.bin"), content, 0o644))
		}, nil},
		{"damaged before", &shop{}, whole, func(folder string) {
			require.NoError(t, os.WriteFile(filepath.Join(folder, "data.bin"), other, 0o644))
		}, []string{""}},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.shop.content = content
			_, folder, err := fetched(t, c.shop, c.remote, c.prepare)
			require.NoError(t, err)
			got, err := os.ReadFile(filepath.Join(folder, "data.bin"))
			require.NoError(t, err)
			require.True(t, bytes.Equal(content, got))
			require.Equal(t, c.requests, c.shop.requests)
			if c.name != "part whole" {
				requireFiles(t, folder, "data.bin")
			}
		})
	}
}

func TestFetchFailsAndLeavesNothingWrong(t *testing.T) {
	content := noise(10_000)
	wrong := remote{size: 10_000, sha256: sum([]byte("something else"))}
	for _, c := range []struct {
		name     string
		shop     *shop
		remote   remote
		want     string
		requests int
		left     []string
	}{
		{"wrong checksum", &shop{}, wrong, "the file was changed or damaged", 1, nil},
		{"wrong checksum without size", &shop{}, remote{sha256: wrong.sha256}, "the file was changed or damaged", 1, nil},
		{"wrong git blob", &shop{}, remote{gitBlob: "00"}, "the file was changed or damaged", 1, nil},
		{"longer than expected", &shop{}, remote{size: 9_000, sha256: sum(content)}, "longer than the 9000 bytes expected", 4, []string{".data.bin.part"}},
		{"not found", &shop{status: 404}, wrong, "answered 404 Not Found", 1, []string{".data.bin.part"}},
		{"server down", &shop{status: 503}, wrong, "answered 503", 4, []string{".data.bin.part"}},
		{"cut for ever", &shop{cut: 1, cuts: 99}, wrong, "EOF", 4, []string{".data.bin.part"}},
		{"not https", &shop{}, remote{urls: []string{"http://localhost/x"}, sha256: wrong.sha256}, "not https", 0, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.shop.content = content
			_, folder, err := fetched(t, c.shop, c.remote, nil)
			require.ErrorContains(t, err, c.want)
			require.Len(t, c.shop.requests, c.requests)
			requireFiles(t, folder, c.left...)
		})
	}
}

func TestFetchTriesTheNextAddress(t *testing.T) {
	content := noise(1000)
	good := httptest.NewTLSServer(&shop{content: content})
	defer good.Close()
	bad := &shop{status: 404}
	server := httptest.NewTLSServer(bad)
	defer server.Close()
	f := newFetcher(t.TempDir(), nil)
	f.client.Transport = good.Client().Transport
	f.client.Transport.(*http.Transport).TLSClientConfig.RootCAs.AddCert(server.Certificate())
	require.NoError(t, f.fetch(t.Context(), "set", []remote{{file: "x", urls: []string{server.URL, good.URL}, sha256: sum(content)}}))
	require.Len(t, bad.requests, 1)
}

func TestFetchProgressAndCancelling(t *testing.T) {
	content := noise(200_000)
	s := &shop{content: content, cut: 50_000, cuts: 1}
	server := httptest.NewTLSServer(s)
	defer server.Close()
	files := []remote{{file: "x", urls: []string{server.URL}, size: 200_000, sha256: sum(content)}, {file: "y", urls: []string{server.URL}, size: 200_000, sha256: sum(content)}}
	folder := t.TempDir()
	var last, total int64
	f := newFetcher(folder, func(d, n int64) { last, total = d, n })
	f.client.Transport, f.wait = server.Client().Transport, time.Millisecond
	require.NoError(t, f.fetch(t.Context(), "set", files))
	require.Equal(t, []int64{400_000, 400_000}, []int64{last, total})

	ctx, cancel := context.WithCancel(t.Context())
	f = newFetcher(t.TempDir(), func(int64, int64) { cancel() })
	f.client.Transport = server.Client().Transport
	require.ErrorIs(t, f.fetch(ctx, "set", files), context.Canceled)
}

func TestFetchConverts(t *testing.T) {
	// A dictionary of "b" to 0 and "a" to 1, as Python's pickle (protocol 4) writes it.
	pickled := []byte("\x80\x04\x95\x11\x00\x00\x00\x00\x00\x00\x00}\x94(\x8c\x01b\x94K\x00\x8c\x01a\x94K\x01u.")
	_, folder, err := fetched(t, &shop{content: pickled}, remote{sha256: sum(pickled), convert: vocabularyLines}, nil)
	require.NoError(t, err)
	text, err := os.ReadFile(filepath.Join(folder, "data.bin"))
	require.NoError(t, err)
	require.Equal(t, "b\na\n", string(text))
	requireFiles(t, folder, "data.bin")

	hole := bytes.Replace(pickled, []byte("K\x01"), []byte("K\x02"), 1)
	_, _, err = fetched(t, &shop{content: hole}, remote{sha256: sum(hole), convert: vocabularyLines}, nil)
	require.ErrorContains(t, err, "no name for column 1")
}

// Every file that can be fetched has a checksum and an https address, and together they fill a
// layout.
func TestRemotesAreComplete(t *testing.T) {
	for _, s := range sets() {
		if s.remote == nil {
			require.NotNil(t, s.embedded, s.name)
			continue
		}
		var names []string
		for _, r := range s.remote {
			names = append(names, r.file)
			for _, m := range r.members {
				names = append(names, m.name)
				require.Len(t, m.sha256, 64, m.name)
			}
			require.NotEmpty(t, r.sha256+r.gitBlob, r.file)
			for _, u := range r.urls {
				require.True(t, strings.HasPrefix(u, "https://"), u)
			}
		}
		have := func(f knownFile) bool { return slices.Contains(names, f.name) }
		require.True(t, slices.ContainsFunc(s.layouts, func(l layout) bool {
			for i, f := range l.files {
				if !have(f) && (l.packed == nil || !have(l.packed[i])) {
					return false
				}
			}
			return true
		}), s.name)
	}
}

func TestVerify(t *testing.T) {
	folder := t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(folder, "adult"), 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(folder, "adult", "adult.data"), []byte("x"), 0o644))
	checks, err := Verify(folder)
	require.NoError(t, err)
	states := map[string]FileState{}
	for _, c := range checks {
		states[c.Set+"/"+c.File] = c.State
	}
	require.Equal(t, Damaged, states["adult/adult.data"])
	require.Equal(t, Absent, states["adult/adult.test"])
	require.Equal(t, Absent, states["enron/vocab.txt"])
	require.NotContains(t, states, "diabetes/diabetes.csv")
}

func TestFetchRefusesToLeaveHTTPS(t *testing.T) {
	server := httptest.NewTLSServer(http.RedirectHandler("http://localhost/x", http.StatusFound))
	defer server.Close()
	f := newFetcher(t.TempDir(), nil)
	f.client.Transport, f.wait = server.Client().Transport, time.Millisecond
	err := f.fetch(t.Context(), "set", []remote{{file: "x", urls: []string{server.URL}, sha256: "00"}})
	require.ErrorContains(t, err, "which is not https")
}

package datasets

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/gofrs/flock"
	"github.com/google/renameio/v2"
)

// Fetch downloads the files of a named data set into the folder that [Load] reads them from (dir as
// [Folder] understands it). Files that are there and whole are kept, an archive that is there and
// whole is unpacked; a download that was cut goes on where it stopped, in this call or the next.
// Each file is checked against its known checksum before it takes its name, or it and its members
// before they take theirs if it is an archive. progress, which may be nil, is told the bytes that
// are there and the sum of all, 0 while that is unknown. For a set that is embedded as a whole
// nothing happens.
func Fetch(ctx context.Context, name, dir string, progress func(done, total int64)) error {
	s, err := findSet(name)
	if err != nil || len(s.remote) == 0 {
		return err
	}
	folder, err := Folder(dir)
	if err != nil {
		return err
	}
	f := newFetcher(filepath.Join(folder, name), progress)
	return f.fetch(ctx, name, s.remote)
}

// fetcher downloads files into one folder.
type fetcher struct {
	folder   string
	client   *http.Client
	attempts int           // tries an address before it is given up
	wait     time.Duration // before the second try; doubled for each further one
	idle     time.Duration // a request that brings no byte for so long, its answer's head included, is given up
	progress func(done, total int64)

	done, total int64
}

func newFetcher(folder string, progress func(done, total int64)) *fetcher {
	return &fetcher{
		folder: folder, client: &http.Client{CheckRedirect: onlyHTTPS}, attempts: 4, wait: time.Second,
		idle: time.Minute, progress: progress,
	}
}

func onlyHTTPS(r *http.Request, via []*http.Request) error {
	if r.URL.Scheme != "https" {
		return fmt.Errorf("redirected to %s, which is not https", r.URL)
	}
	if len(via) >= 10 {
		return errors.New("redirected 10 times")
	}
	return nil
}

func (f *fetcher) fetch(ctx context.Context, name string, files []remote) error {
	if err := os.MkdirAll(f.folder, 0o755); err != nil {
		return fmt.Errorf("datasets: cannot make the folder for %s: %w", name, err)
	}
	lock := flock.New(filepath.Join(f.folder, ".fetch.lock"), flock.SetPermissions(0o644)) // as the data are: others may fetch too
	if _, err := lock.TryLockContext(ctx, 200*time.Millisecond); err != nil {
		return fmt.Errorf("datasets: %s is being fetched by another process: %w", name, err)
	}
	defer lock.Unlock()
	known := true
	for _, r := range files {
		f.total += r.size
		known = known && r.size > 0
	}
	if !known {
		f.total = 0
	}
	for _, r := range files {
		if err := f.file(ctx, r); err != nil {
			return fmt.Errorf("datasets: %s: %w; what is there is kept and the next fetch goes on from it (or put the file into %s yourself)",
				r.file, err, f.folder)
		}
	}
	return nil
}

// file brings one file into place.
func (f *fetcher) file(ctx context.Context, r remote) error {
	target := filepath.Join(f.folder, r.file)
	if f.present(target, r) {
		f.advance(r.size)
		return nil
	}
	if r.members != nil && r.check(target) == nil { // the archive was put here by hand; it stays
		f.advance(r.size)
		return unpackMembers(target, f.folder, r.members)
	}
	part := filepath.Join(f.folder, "."+r.file+".part")
	var failures []error
	for _, url := range r.urls {
		err := f.download(ctx, url, part, r)
		if err == nil {
			return install(part, target, r)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		failures = append(failures, err)
	}
	return errors.Join(failures...)
}

// present says whether the file is there and whole. Of a file that was converted only its being
// there is known: it was put there at once, from a download that was checked.
func (f *fetcher) present(target string, r remote) bool {
	switch {
	case r.convert != nil:
		_, err := os.Stat(target)
		return err == nil
	case r.members != nil:
		return !slices.ContainsFunc(r.members, func(m knownFile) bool {
			sum, err := fileSum(filepath.Join(f.folder, m.name))
			return err != nil || sum != m.sha256
		})
	}
	return r.check(target) == nil
}

// install gives a checked download its name.
func install(part, target string, r remote) error {
	switch {
	case r.members != nil:
		if err := unpackMembers(part, filepath.Dir(target), r.members); err != nil {
			return err
		}
		return os.Remove(part)
	case r.convert == nil:
		return os.Rename(part, target)
	}
	raw, err := os.ReadFile(part)
	if err != nil {
		return err
	}
	text, err := r.convert(raw)
	if err != nil {
		return err
	}
	if err := renameio.WriteFile(target, text, 0o644); err != nil {
		return err
	}
	return os.Remove(part)
}

func (f *fetcher) advance(n int64) {
	f.done += n
	if f.progress != nil {
		f.progress(f.done, max(f.total, 0))
	}
}

package datasets

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"
)

// maxDownload bounds files whose size is not known.
const maxDownload = 1 << 30

// statusError is an answer of a server that is not the file.
type statusError struct {
	url    string
	status int
}

func (e *statusError) Error() string {
	return fmt.Sprintf("%s answered %d %s", e.url, e.status, http.StatusText(e.status))
}

// temporary says whether asking again may help.
func (e *statusError) temporary() bool {
	switch e.status {
	case http.StatusRequestTimeout, http.StatusTooManyRequests, http.StatusRequestedRangeNotSatisfiable:
		return true
	}
	return e.status >= 500
}

// request is requestFile that gives up, as a failure that may be tried again, when the server falls
// silent. The time runs from before the connection is made, so it holds for connecting and for the
// head of the answer as for each further byte.
func (f *fetcher) request(ctx context.Context, url, part string, r remote) (resumed bool, err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	silence := fmt.Errorf("%s: the server sent nothing for %v", url, f.idle)
	timer := time.AfterFunc(f.idle, func() { cancel(silence) })
	defer timer.Stop()
	resumed, err = f.requestFile(ctx, url, part, r, func() { timer.Reset(f.idle) })
	if err != nil && context.Cause(ctx) == silence {
		err = silence
	}
	return resumed, err
}

// requestFile asks once for what part lacks and appends it; alive is called whenever bytes come.
// resumed says whether part held something before that was used.
func (f *fetcher) requestFile(ctx context.Context, url, part string, r remote, alive func()) (resumed bool, err error) {
	out, err := os.OpenFile(part, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	have, err := out.Seek(0, io.SeekEnd)
	if err != nil {
		return false, err
	}
	response, err := f.get(ctx, url, have)
	if err != nil {
		return false, err
	}
	alive()
	defer response.Body.Close()
	switch response.StatusCode {
	case http.StatusPartialContent:
		if got := response.Header.Get("Content-Range"); !strings.HasPrefix(got, fmt.Sprintf("bytes %d-", have)) {
			return false, errors.Join(fmt.Errorf("%s: asked for bytes from %d on, got %q", url, have, got), out.Truncate(0))
		}
	case http.StatusOK: // the server starts from the beginning
		have = 0
	case http.StatusRequestedRangeNotSatisfiable: // part is longer than the file: not a part of it
		return false, errors.Join(&statusError{url, response.StatusCode}, out.Truncate(0))
	default:
		return false, &statusError{url, response.StatusCode}
	}
	if err := out.Truncate(have); err != nil {
		return false, err
	}
	if _, err := out.Seek(have, io.SeekStart); err != nil {
		return false, err
	}
	f.advance(have)
	return have > 0, f.copy(out, response, have, r, alive)
}

// get asks for a file from byte have on. The answer is never compressed on the way, which would
// make ranges meaningless.
func (f *fetcher) get(ctx context.Context, url string, have int64) (*http.Response, error) {
	q, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	q.Header.Set("Accept-Encoding", "identity")
	if have > 0 {
		q.Header.Set("Range", fmt.Sprintf("bytes=%d-", have))
	}
	return f.client.Do(q)
}

func (f *fetcher) copy(out *os.File, response *http.Response, have int64, r remote, alive func()) error {
	limit := int64(maxDownload)
	if r.size > 0 {
		limit = r.size
	}
	n, err := io.Copy(out, io.TeeReader(io.LimitReader(response.Body, limit-have+1), counter{f, alive}))
	if err != nil {
		return err
	}
	if have+n > limit {
		return errors.Join(fmt.Errorf("%s is longer than the %d bytes expected", response.Request.URL, limit), out.Truncate(0))
	}
	if r.size > 0 && have+n < r.size {
		return fmt.Errorf("%s: %w after %d of %d bytes", response.Request.URL, io.ErrUnexpectedEOF, have+n, r.size)
	}
	return out.Sync()
}

// counter reports the bytes that pass.
type counter struct {
	f     *fetcher
	alive func()
}

func (c counter) Write(p []byte) (int, error) {
	c.f.advance(int64(len(p)))
	c.alive()
	return len(p), nil
}

// download fills part from url until it is whole. A checksum that does not fit may come of a part
// begun on another version of the file, so the first such failure of a resumed download starts
// afresh.
func (f *fetcher) download(ctx context.Context, url, part string, r remote) error {
	if !strings.HasPrefix(url, "https://") {
		return fmt.Errorf("%s is not https", url)
	}
	if r.check(part) == nil { // whole, but the process ended before it got its name
		f.advance(r.size)
		return nil
	}
	var err error
	wait := f.wait
	for try := range f.attempts {
		if try > 0 {
			if !sleep(ctx, wait) {
				return ctx.Err()
			}
			wait *= 2
		}
		before := f.done
		var resumed bool
		resumed, err = f.request(ctx, url, part, r)
		if err == nil {
			if err = r.check(part); err == nil {
				return nil
			}
			os.Remove(part)
			if !resumed {
				return fmt.Errorf("%s: %w", url, err)
			}
		}
		f.done = before
		if fatal, ok := errors.AsType[*statusError](err); ok && !fatal.temporary() || ctx.Err() != nil {
			return err
		}
	}
	return err
}

func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}

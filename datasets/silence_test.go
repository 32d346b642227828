package datasets

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A server that says nothing, before the head of the answer or in the middle of the file, is asked
// again; what came is kept.
func TestFetchGivesUpASilentServer(t *testing.T) {
	content := noise(10_000)
	for _, c := range []struct {
		name   string
		sent   int // bytes before it falls silent; -1: not even a head
		silent int // answers that fall silent
		ranges []string
	}{
		{"no head", -1, 1, []string{"", ""}},
		{"in the middle", 4000, 1, []string{"", "bytes=4000-"}},
		{"for ever", -1, 99, []string{"", ""}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var mu sync.Mutex
			var ranges []string
			server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				mu.Lock()
				ranges = append(ranges, r.Header.Get("Range"))
				silent := len(ranges) <= c.silent
				mu.Unlock()
				if !silent {
					http.ServeContent(w, r, "file", time.Time{}, bytes.NewReader(content))
					return
				}
				if c.sent >= 0 {
					w.Header().Set("Content-Length", "10000")
					_, _ = w.Write(content[:c.sent])
					w.(http.Flusher).Flush()
				}
				<-r.Context().Done()
			}))
			defer server.Close()
			f := newFetcher(t.TempDir(), nil)
			require.Equal(t, time.Minute, f.idle)
			f.client.Transport, f.wait, f.idle = server.Client().Transport, time.Millisecond, time.Second // long enough for a busy machine
			f.attempts = 2
			r := remote{file: "data.bin", urls: []string{server.URL}, size: 10_000, sha256: sum(content)}
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			err := f.fetch(ctx, "set", []remote{r})
			if c.silent > 1 {
				require.ErrorContains(t, err, "the server sent nothing for 1s")
				require.NotErrorIs(t, err, context.Canceled)
			} else {
				require.NoError(t, err)
			}
			require.Equal(t, c.ranges, ranges)
		})
	}
}

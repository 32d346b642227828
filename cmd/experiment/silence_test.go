package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// A command without runs, such as data fetch, bench or doctor, says after five seconds what it is
// at, again and again, until it writes its own lines.
func TestACommandWithoutRunsIsNotSilent(t *testing.T) {
	h := &hand{time.Unix(1000, 0)}
	var b bytes.Buffer
	d := &display{now: h.now, w: &b, ended: make(chan struct{})}
	for range 12 {
		d.Step(fetched("adult", 1500000, 4000000), 0, 0)
		h.at = h.at.Add(time.Second)
		d.beat()
	}
	assert.Equal(t, "           0:05  fetching adult, 1.5 of 4.0 MB\n           0:10  fetching adult, 1.5 of 4.0 MB\n", b.String())
	d.rest()
	h.at = h.at.Add(time.Minute)
	d.beat()
	assert.Equal(t, 2, strings.Count(b.String(), "\n"))
	assert.Equal(t, "fetching adult, 1.5 MB", fetched("adult", 1500000, 0))
}

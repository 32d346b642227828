package request_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"lethe/project/request"
)

// example is a fenced block of the page, and what stands in the line above it.
var example = regexp.MustCompile("(?ms)(?:^`([a-z.]+)`:\n\n)?^```([a-z]+)\n(.*?)^```$")

// Every example of the page is a request that is read, with the files beside it that it names.
func TestThePagesExamplesAreRead(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "howto", "requests.md"))
	require.NoError(t, err)
	dir := t.TempDir()
	var requests []string
	all := example.FindAllStringSubmatch(string(text), -1)
	for i, m := range all {
		name := m[1]
		switch {
		case m[2] == "go":
			continue
		case name == "":
			name = "request" + string(rune('a'+i)) + "." + m[2]
			requests = append(requests, name)
		}
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(m[3]), 0o600))
	}
	assert.Equal(t, strings.Count(string(text), "\n```")/2, len(all), "every block was found")
	require.Len(t, requests, 13)
	kinds := map[string]bool{}
	for _, name := range requests {
		f, err := request.Read(filepath.Join(dir, name))
		require.NoError(t, err, name)
		for kind, is := range map[string]bool{"remove": f.Remove != nil, "forget": f.ForgetColumns != nil, "correct": f.Correct != nil, "labels": f.Labels != nil, "text": f.ReplaceText != nil} {
			kinds[kind+filepath.Ext(name)] = kinds[kind+filepath.Ext(name)] || is
		}
	}
	for _, kind := range []string{"remove.yaml", "forget.yaml", "correct.yaml", "labels.yaml", "text.yaml", "remove.json", "remove.csv", "forget.csv", "correct.csv", "labels.csv"} {
		assert.True(t, kinds[kind], "the page shows %s", kind)
	}
}

//go:build unix

package main

import (
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Every command on a page is one that this program takes.
func TestCommandsInPagesParse(t *testing.T) {
	seen := 0
	for _, pattern := range []string{"*.md", "docs/*.md", "docs/*/*.md"} {
		paths, err := filepath.Glob(filepath.Join("..", "..", pattern))
		require.NoError(t, err)
		for _, path := range paths {
			page, err := os.ReadFile(path)
			require.NoError(t, err)
			for _, m := range regexp.MustCompile(`(?m)^    (?:lethe|go run ./cmd/lethe) ([^\n#]*)`).FindAllStringSubmatch(string(page), -1) {
				parser, err := newParser(io.Discard, io.Discard)
				require.NoError(t, err)
				_, err = parse(parser, strings.Fields(m[1]))
				assert.NoError(t, err, "%s: lethe %s", path, m[1])
				seen++
			}
		}
	}
	assert.Greater(t, seen, 15)
}

package lethe_test

import (
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// longest is the number of columns in which comment lines wrap. A tab counts as four.
const longest = 100

// prose is a comment line of running text. Lines that begin with a tab, or are indented without a
// bullet, are formulas, programs or tables, and directives have no space.
var prose = regexp.MustCompile(`^\t*// (\S|  ? ?(-|\d+\.) |    \S)`)

// Comments wrap at 100 columns, but for formulas, programs, and what an example prints.
func TestCommentsWrap(t *testing.T) {
	files := goFiles(t)
	require.Greater(t, len(files), 500)
	for path, text := range files {
		printed := false // the comment is what an example prints
		for i, line := range strings.Split(text, "\n") {
			comment := strings.HasPrefix(strings.TrimLeft(line, "\t"), "//")
			printed = comment && (printed || regexp.MustCompile(`// (Unordered o|O)utput:`).MatchString(line))
			width := utf8.RuneCountInString(strings.ReplaceAll(line, "\t", "    "))
			if comment && !printed && prose.MatchString(line) && strings.Contains(strings.TrimLeft(line, "\t/ "), " ") {
				assert.LessOrEqual(t, width, longest, "%s:%d: %s", path, i+1, line)
			}
		}
	}
}

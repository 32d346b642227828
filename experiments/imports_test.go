package experiments

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The arrows: what each package at and below this one may reach of them, itself aside. Nothing
// points up: what a line names stands above it. One that is new needs its line here. The packages
// of internal reach nothing else of the module where engine reaches it not.
func TestArrows(t *testing.T) {
	var below []string
	allowed := map[string][]string{}
	add := func(name string, more ...string) {
		allowed[name] = more
		below = append(below, name)
	}
	add("internal/numbers")
	add("internal/records")
	add("internal/settings", "internal/numbers")
	add("internal/metrics")
	add("internal/verdict")
	add("internal/report", "internal/numbers", "internal/records", "internal/verdict")
	base := []string{"internal/numbers", "internal/records", "internal/settings", "internal/verdict", "internal/report"}
	add("internal/engine", base...)
	add("internal/compare", append([]string{"internal/engine", "internal/metrics", "internal/verdict"}, base...)...)
	add("internal/tune", "internal/numbers", "internal/settings")
	add("internal/trial", append([]string{"internal/engine"}, base...)...)
	work := append([]string{"internal/engine", "internal/tune", "internal/trial"}, base...)
	add("internal/tabledata", work...)
	tables := append([]string{"internal/tabledata"}, work...)
	add("tabular", tables...)
	add("certified", tables...)
	add("memorization", work...)
	add("poisoning", work...)
	add("bench", tables...)
	add("internal/tried", append([]string{"internal/engine"}, base...)...)
	add("", append([]string{"internal/compare", "internal/metrics", "internal/verdict", "tabular", "certified", "memorization", "poisoning"}, tables...)...)

	const root = "lethe/experiments"
	out, err := exec.CommandContext(t.Context(), "go", "list", "-f", "{{.ImportPath}} {{join .Deps \" \"}}", root+"/...").Output()
	require.NoError(t, err)
	name := func(path string) string { return strings.TrimPrefix(strings.TrimPrefix(path, root), "/") }
	for _, line := range strings.Split(strings.TrimSpace(string(out)), "\n") {
		words := strings.Fields(line)
		may, ok := allowed[name(words[0])]
		if !assert.True(t, ok, "%s has no line in this test", words[0]) {
			continue
		}
		for _, dep := range words[1:] {
			if dep == root || strings.HasPrefix(dep, root+"/") {
				assert.Contains(t, may, name(dep), "%s reaches %s", words[0], dep)
			}
			if lethe := dep == "lethe" || strings.HasPrefix(dep, "lethe/"); lethe && !strings.HasPrefix(dep, root) {
				assert.NotContains(t, base, name(words[0]), "%s reaches %s", words[0], dep)
			}
		}
		delete(allowed, name(words[0]))
	}
	assert.Empty(t, allowed, "packages that are no more")
	for i, from := range below { // the lines themselves point down only
		for _, line := range below[i+1:] {
			assert.NotContains(t, allowed[from], line)
		}
	}
}

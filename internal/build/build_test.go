package build

import (
	"runtime/debug"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestCommitIsThatOfTheBuild(t *testing.T) {
	revision := debug.BuildSetting{Key: "vcs.revision", Value: "0123abcd"}
	for _, c := range []struct {
		settings []debug.BuildSetting
		want     string
	}{
		{nil, "unknown (go build in a clone records it)"},
		{[]debug.BuildSetting{{Key: "vcs", Value: "git"}, revision, {Key: "vcs.modified", Value: "false"}}, "0123abcd"},
		{[]debug.BuildSetting{revision, {Key: "vcs.modified", Value: "true"}}, "0123abcd, with uncommitted changes"},
	} {
		text := Text("lethe", &debug.BuildInfo{Settings: c.settings})
		assert.Equal(t, "commit "+c.want, strings.Split(text, "\n")[1])
		assert.True(t, strings.HasPrefix(text, "lethe "+Version+"\n"))
	}
}

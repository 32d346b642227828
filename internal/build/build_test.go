package build

import (
	"runtime/debug"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestCommit(t *testing.T) {
	info := func(revision, modified string) *debug.BuildInfo {
		return &debug.BuildInfo{Settings: []debug.BuildSetting{{Key: "vcs.revision", Value: revision}, {Key: "vcs.modified", Value: modified}}}
	}
	assert.Equal(t, "abc", commit(info("abc", "false")))
	assert.Equal(t, "abc, with uncommitted changes", commit(info("abc", "true")))
	assert.Empty(t, commit(&debug.BuildInfo{}))
}

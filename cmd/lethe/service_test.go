//go:build unix

package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// service is the loop of docs/howto/service.md in a folder of its own, as it stands on the page.
type service struct {
	dir, script string
	path        string // PATH of the loop
}

// wrapped runs a program by its path, and kills all of the loop before the call of the number that
// KILL names, which is after the call before it.
const wrapped = `#!/bin/sh
n=$(cat "$CALLS")
echo $((n + 1)) >"$CALLS"
[ "$n" = "$KILL" ] && kill -9 0
exec %s "$@"
`

func newService(t *testing.T) *service {
	t.Helper()
	for _, name := range []string{"sh", "mv", "flock"} {
		if _, err := exec.LookPath(name); err != nil {
			t.Skip("the page's loop needs " + name)
		}
	}
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "howto", "service.md"))
	require.NoError(t, err)
	block := regexp.MustCompile("(?s)```sh\n(.*?)```").FindSubmatch(page)
	require.NotNil(t, block)
	s := &service{dir: workshop(t), script: string(block[1])}
	require.NoError(t, os.Rename(filepath.Join(s.dir, "model"), filepath.Join(s.dir, "model-0")))
	for _, folder := range []string{"queue", "done", "refused", "bin"} {
		require.NoError(t, os.MkdirAll(filepath.Join(s.dir, folder), 0o755))
	}
	self, err := os.Executable()
	require.NoError(t, err)
	mv, err := exec.LookPath("mv")
	require.NoError(t, err)
	put(t, filepath.Join(s.dir, "bin", "self"), "#!/bin/sh\n"+childArgs+"=$(printf '%s\\n' \"$@\") exec "+self+"\n")
	for name, program := range map[string]string{"lethe": filepath.Join(s.dir, "bin", "self"), "mv": mv} {
		put(t, filepath.Join(s.dir, "bin", name), fmt.Sprintf(wrapped, program))
	}
	for _, name := range []string{"self", "lethe", "mv"} {
		require.NoError(t, os.Chmod(filepath.Join(s.dir, "bin", name), 0o755))
	}
	s.path = filepath.Join(s.dir, "bin") + string(os.PathListSeparator) + os.Getenv("PATH")
	s.ask(t, "a", "remove:\n  - ids: [u-3, u-14]\n")
	s.ask(t, "b", "remove:\n  - ids: [u-3]\n")
	s.ask(t, "c", "labels:\n  - {id: u-20, label: \"no\"}\n  - {id: u-21, label: \"yes\"}\n")
	return s
}

func (s *service) ask(t *testing.T, name, request string) {
	t.Helper()
	put(t, filepath.Join(s.dir, "queue", name+".yaml"), request)
}

// start runs the loop, and kills it at a point (-1 = nowhere), or after a while (0 = never).
func (s *service) start(t *testing.T, point int, after time.Duration) (calls int, err error) {
	t.Helper()
	counter := filepath.Join(s.dir, "bin", "calls")
	put(t, counter, "0\n")
	cmd := exec.CommandContext(t.Context(), "sh", "-c", s.script)
	cmd.Dir, cmd.SysProcAttr = s.dir, &syscall.SysProcAttr{Setpgid: true}
	cmd.Env = append(os.Environ(), "PATH="+s.path, "CALLS="+counter, fmt.Sprint("KILL=", point))
	var errs bytes.Buffer
	cmd.Stderr = &errs
	require.NoError(t, cmd.Start())
	if after > 0 {
		time.Sleep(after)
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // it may have ended
	}
	if err = cmd.Wait(); err != nil {
		err = fmt.Errorf("%w: %s", err, errs.String())
	}
	text, readErr := os.ReadFile(counter)
	require.NoError(t, readErr)
	_, _ = fmt.Sscan(string(text), &calls)
	return calls, err
}

// ended returns the files of a folder.
func (s *service) ended(t *testing.T, folder string) string {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(s.dir, folder))
	require.NoError(t, err)
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = e.Name()
	}
	return strings.Join(names, " ")
}

// A kill before each command of the loop, and in the midst of one: the next start loses no
// request, and makes the model that a loop without a kill makes. So does a start on the next day.
func TestTheLoopOfTheServicePage(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes")
	}
	whole := newService(t)
	calls, err := whole.start(t, -1, 0)
	require.NoError(t, err)
	want := parametersOf(t, whole.dir, "model-2")
	check := func(s *service, why string) {
		assert.Empty(t, s.ended(t, "queue"), why)
		assert.Equal(t, "1-a.yaml 2-c.yaml", s.ended(t, "done"), why)
		assert.Equal(t, "2-b.yaml", s.ended(t, "refused"), why)
		assert.Equal(t, want, parametersOf(t, s.dir, "model-2"), why)
		assert.NoDirExists(t, filepath.Join(s.dir, "model-3"), why)
	}
	check(whole, "no kill")
	for point := range calls {
		s := newService(t)
		_, err := s.start(t, point, 0)
		require.Error(t, err, "the kill at point %d", point)
		_, err = s.start(t, -1, 0)
		require.NoError(t, err)
		check(s, fmt.Sprint("a kill at point ", point))
	}
	s := newService(t)
	for wait := range 12 {
		_, _ = s.start(t, -1, time.Duration(wait*30)*time.Millisecond+1)
	}
	_, err = s.start(t, -1, 0)
	require.NoError(t, err)
	check(s, "kills after some time")

	s.ask(t, "a", "remove:\n  - ids: [u-40]\n") // a name that was there before
	s.ask(t, "b", "remove:\n  - ids: [u-14]\n")
	_, err = s.start(t, -1, 0)
	require.NoError(t, err)
	assert.Equal(t, "1-a.yaml 2-c.yaml 3-a.yaml", s.ended(t, "done"))
	assert.Equal(t, "2-b.yaml 4-b.yaml", s.ended(t, "refused"))
	assert.Contains(t, must(t, s.dir, "inspect @/model-3"), "1 sample removed")
	changes, err := os.ReadFile(filepath.Join(s.dir, "model-3", "changes.json"))
	require.NoError(t, err)
	assert.Contains(t, string(changes), `"removed":[3,14,40]`)
}

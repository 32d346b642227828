//go:build unix

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// lines are command lines with what each shell is to offer for the last word.
var lines = []struct{ line, want string }{
	{"experiment run res", "residual"}, {"experiment run limits --set gro", "growth="}, {"experiment run limits --set request=la", "request=labels"},
	{"experiment run residual --profile q", "quick"}, {"experiment data fe", "fetch"},
}

// installed makes a folder with the program, which is the test's own, and the shell's script; it
// skips where the shell is absent.
func installed(t *testing.T, shell string) (path, dir, script string) {
	t.Helper()
	path, err := exec.LookPath(shell)
	if err != nil {
		t.Skip("there is no " + shell)
	}
	text, _, err := call(t, "completion", shell)
	require.NoError(t, err)
	dir = t.TempDir()
	script = filepath.Join(dir, "completion."+shell)
	require.NoError(t, os.WriteFile(script, []byte(text), 0o644))
	self, err := os.Executable()
	require.NoError(t, err)
	sh, err := exec.LookPath("sh")
	require.NoError(t, err)
	wrapper := "#!" + sh + "\nIFS='\n'\n" + childArgs + "=\"$*\" exec " + self + "\n"
	require.NoError(t, os.WriteFile(filepath.Join(dir, "experiment"), []byte(wrapper), 0o755))
	return path, dir, script
}

func runShell(t *testing.T, dir, shell string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), shell, args...)
	cmd.Env = append(os.Environ(), "PATH="+dir+":"+os.Getenv("PATH"), "HOME="+dir, "XDG_CONFIG_HOME="+dir)
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	return strings.TrimSpace(string(out))
}

// fish reads the script, and offers what the program prints.
func TestFishCompletes(t *testing.T) {
	fish, dir, script := installed(t, "fish")
	for _, c := range lines {
		assert.Contains(t, strings.Split(runShell(t, dir, fish, "--no-config", "-c", `source $argv[1]; complete -C $argv[2]`, script, c.line), "\n"), c.want, c.line)
	}
}

// zsh reads the script after compinit, as a shell of a user does, and adds what the program prints.
// compadd, which needs a line editor, is replaced by one that prints what is added.
func TestZshCompletes(t *testing.T) {
	zsh, dir, script := installed(t, "zsh")
	const program = `autoload -Uz compinit && compinit -u -d "$HOME/dump"
source "$1"
[[ ${_comps[experiment]} == _experiment ]] || { print "not registered"; exit 1 }
compadd() { local name=${@[-1]}; print -rl -- "${(@P)name}" }
_files() { print files }
words=(${(z)2}); CURRENT=$#words
_experiment`
	for _, c := range lines {
		assert.Contains(t, strings.Split(runShell(t, dir, zsh, "-f", "-c", program, "zsh", script, c.line), "\n"), c.want, c.line)
	}
	assert.Equal(t, "files", runShell(t, dir, zsh, "-f", "-c", program, "zsh", script, "experiment run residual --out x"))
}

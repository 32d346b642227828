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

	"lethe/internal/cli"
)

func TestWordsAreCompleted(t *testing.T) {
	for _, c := range []struct {
		words  string
		want   []string
		absent []string
	}{
		{"", []string{"run", "list", "data", "help", "completion"}, []string{"complete", "residual"}},
		{"r", []string{"run", "report"}, []string{"list"}},
		{"run res", []string{"residual"}, []string{"runtime"}},
		{"run residual ", []string{"limits"}, []string{"residual", "run"}},
		{"run residual --d", []string{"--dataset", "--data", "--dry-run"}, []string{"--model"}},
		{"run residual --quiet --qu", nil, []string{"--quiet"}},
		{"run residual --set draws=1 --se", []string{"--set", "--seed"}, nil},
		{"run residual --dataset ", []string{"diabetes", "drebin"}, []string{"digits", "alice"}},
		{"run memorization --dataset ", []string{"alice"}, []string{"diabetes"}},
		{"run sigma --model=", []string{"--model=linear"}, []string{"--model=cnn"}},
		{"run residual --profile q", []string{"quick"}, []string{"smoke"}},
		{"run residual --set gr", nil, []string{"growth="}},
		{"run limits --set gr", []string{"growth="}, nil},
		{"run limits --set request=l", []string{"request=labels"}, []string{"request=samples"}},
		{"run poisoning --set methods=none,sec", []string{"methods=none,second-order", "methods=none,second-order-last"}, []string{"methods=none,retrain", "methods=none,second-order-repeated"}},
		{"run residual --set tau=", []string{"tau=auto"}, nil},
		{"data ", []string{"list", "fetch", "verify"}, nil},
		{"data fetch ", []string{"adult"}, []string{"fetch"}},
		{"completion ", []string{"bash", "zsh", "fish"}, nil},
		{"help ru", []string{"run", "runtime"}, nil},
		{"run residual --out ", nil, []string{"--quiet"}}, // files
		{"nowhere ", nil, []string{"nowhere"}},
	} {
		out, _, err := call(t, append([]string{"complete", "--"}, strings.Split(c.words, " ")...)...)
		require.NoError(t, err, c.words)
		lines := strings.Split(strings.TrimSpace(out), "\n")
		assert.Subset(t, lines, c.want, c.words)
		for _, word := range c.absent {
			assert.NotContains(t, lines, word, c.words)
		}
	}
}

// bash reads the script, and shows for a command line what the program prints.
func TestBashCompletes(t *testing.T) {
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("there is no bash")
	}
	script, _, err := call(t, "completion", "bash")
	require.NoError(t, err)
	dir := t.TempDir()
	path := filepath.Join(dir, "completion.bash")
	require.NoError(t, os.WriteFile(path, []byte(script), 0o644))
	// The test's own program is experiment: see TestMain.
	program := filepath.Join(dir, "experiment")
	self, err := os.Executable()
	require.NoError(t, err)
	wrapper := "#!" + bash + "\nIFS=$'\\n'\n" + childArgs + "=\"$*\" exec " + self + "\n"
	require.NoError(t, os.WriteFile(program, []byte(wrapper), 0o755))
	for _, c := range []struct{ line, want string }{
		{"experiment run res", "residual"}, {"experiment run limits --set gro", "growth="}, {"experiment run limits --set request=la", "labels"},
		{"experiment run residual --profile ", "smoke quick paper"}, {"experiment run sigma --model=li", "linear"}, {"experiment data fe", "fetch"},
	} {
		cmd := exec.CommandContext(t.Context(), bash, "-c", `source "$1"; COMP_LINE="$2"; COMP_POINT=${#COMP_LINE}; compopt() { :; }; _experiment; echo "${COMPREPLY[*]}"`, "bash", path, c.line)
		cmd.Env = append(os.Environ(), "PATH="+dir+":"+os.Getenv("PATH"))
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, "%s", out)
		assert.Equal(t, c.want, strings.TrimSpace(string(out)), c.line)
	}
}

// Shells that are installed find no fault in their scripts.
func TestScriptsAreSound(t *testing.T) {
	for _, shell := range cli.Shells {
		script := cli.Script(shell, "experiment")
		path := filepath.Join(t.TempDir(), "script")
		require.NoError(t, os.WriteFile(path, []byte(script), 0o644))
		if _, err := exec.LookPath(shell); err != nil {
			t.Logf("there is no %s", shell)
			continue
		}
		out, err := exec.CommandContext(t.Context(), shell, "-n", path).CombinedOutput()
		assert.NoError(t, err, "%s: %s", shell, out)
	}
}

package records

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// configuration is one that is its own file.
type configuration string

func (c configuration) Encode() []byte { return []byte(c) }

func (c configuration) Continues(path string) (grows bool, err error) {
	data, err := os.ReadFile(path)
	if err == nil && !strings.HasPrefix(string(c), string(data)) {
		err = errors.New("not the same run")
	}
	return string(data) != string(c), err
}

func (configuration) Private() bool { return false }

func (configuration) Salt() []byte { return nil }

func (configuration) Unit(name string) string { return strings.TrimPrefix(name, "former ") }

// A unit that a former version finished under another name is not done twice.
func TestUnitsOfFormerVersionsAreDone(t *testing.T) {
	dir, c := t.TempDir(), configuration("seed: 1\n")
	f, err := OpenFolder(dir, c, Fresh)
	require.NoError(t, err)
	require.NoError(t, f.Append("former a", []Record{{Metric: "x"}}, 1))
	require.NoError(t, f.Close())
	f, err = OpenFolder(dir, c, Resume)
	require.NoError(t, err)
	assert.True(t, f.Done("a"))
	require.NoError(t, f.Close())
}

// A folder belongs to one process, resumes only with the settings it began with, and starts again
// only by force.
func TestAFolderIsNotOverwrittenNorShared(t *testing.T) {
	dir, c := t.TempDir(), configuration("seed: 1\n")
	f, err := OpenFolder(dir, c, Fresh)
	require.NoError(t, err)
	_, err = OpenFolder(dir, c, Resume)
	require.ErrorIs(t, err, ErrLocked)
	require.NoError(t, f.Append("a", []Record{{Metric: "x"}}, 1))
	require.NoError(t, f.Close())
	_, err = OpenFolder(dir, c, Fresh)
	require.ErrorIs(t, err, ErrExists)
	_, err = OpenFolder(dir, configuration("seed: 2\n"), Resume)
	require.ErrorContains(t, err, "not the same run")
	f, err = OpenFolder(dir, configuration("seed: 2\n"), Force)
	require.NoError(t, err)
	assert.False(t, f.Done("a"))
	require.NoError(t, f.Close())
	records, err := Read(dir)
	require.NoError(t, err)
	assert.Empty(t, records)
}

func TestAFolderWithoutAFinishedUnitMayBeTakenOver(t *testing.T) {
	dir, c := t.TempDir(), configuration("seed: 1\n")
	f, err := OpenFolder(dir, c, Fresh)
	require.NoError(t, err)
	_, err = f.records.WriteString(`{"metric":"x","val`)
	require.NoError(t, err)
	require.NoError(t, f.Close())

	c = "seed: 9\n"
	f, err = OpenFolder(dir, c, Fresh)
	require.NoError(t, err)
	require.NoError(t, f.Append("a", []Record{{Metric: "x", Value: 1}}, 1))
	require.NoError(t, f.Close())
	records, err := Read(dir)
	require.NoError(t, err)
	assert.Equal(t, []float64{1}, Values(records))
	taken, err := os.ReadFile(filepath.Join(dir, ConfigName))
	require.NoError(t, err)
	assert.Equal(t, "seed: 9\n", string(taken))
	_, err = OpenFolder(dir, c, Fresh)
	require.ErrorIs(t, err, ErrExists)

	// What was rendered shows that there was something, whatever became of progress.jsonl.
	require.NoError(t, os.Remove(filepath.Join(dir, ProgressName)))
	require.NoError(t, os.WriteFile(filepath.Join(dir, ReportName), nil, 0o644))
	_, err = OpenFolder(dir, c, Fresh)
	assert.ErrorIs(t, err, ErrExists)
}

// A run that grows keeps its records, and its file says what it has become.
func TestARunThatGrowsKeepsItsRecordsAndIsDescribedAgain(t *testing.T) {
	dir := t.TempDir()
	f, err := OpenFolder(dir, configuration("seed: 1\n"), Fresh)
	require.NoError(t, err)
	require.NoError(t, f.Append("a", []Record{{Metric: "x"}}, 1))
	require.NoError(t, f.Close())
	larger := configuration("seed: 1\ndraws: 2\n")
	f, err = OpenFolder(dir, larger, Resume)
	require.NoError(t, err)
	assert.True(t, f.Done("a"))
	require.NoError(t, f.Close())
	data, err := os.ReadFile(filepath.Join(dir, ConfigName))
	require.NoError(t, err)
	assert.Equal(t, string(larger), string(data))
	begun, err := Begun(dir)
	require.NoError(t, err)
	assert.True(t, begun)
	begun, err = Begun(t.TempDir())
	require.NoError(t, err)
	assert.False(t, begun)
}

func TestForceRemovesWhatWasRendered(t *testing.T) {
	dir, c := t.TempDir(), configuration("seed: 1\n")
	f, err := OpenFolder(dir, c, Fresh)
	require.NoError(t, err)
	require.NoError(t, f.Append("a", []Record{{Metric: "x"}}, 1))
	require.NoError(t, f.Close())
	for _, name := range []string{"old.svg", "old.png", TablesName, CSVName, ReportName, "notes.txt"} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), nil, 0o644))
	}
	f, err = OpenFolder(dir, c, Resume)
	require.NoError(t, err)
	require.NoError(t, f.Close())
	assert.FileExists(t, filepath.Join(dir, "old.svg"))
	f, err = OpenFolder(dir, c, Force)
	require.NoError(t, err)
	require.NoError(t, f.Close())
	for _, name := range []string{"old.svg", "old.png", TablesName, CSVName, ReportName} {
		assert.NoFileExists(t, filepath.Join(dir, name))
	}
	assert.FileExists(t, filepath.Join(dir, "notes.txt"))
}

func TestADamagedLineOfRecordsIsNamed(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, RecordsName)
	whole := `{"metric":"x","value":1}` + "\n"
	for _, c := range []struct{ text, want string }{
		{whole + "{{\n" + whole, "line 2 of " + path + " is damaged: restore the file, or start again with --force"},
		{whole + "{{\n", "line 2 of " + path + " is damaged: restore the file, or start again with --force"},
		{whole + `{"met`, "line 2 of " + path + " is incomplete, as after a kill: continue with --resume"},
	} {
		require.NoError(t, os.WriteFile(path, []byte(c.text), 0o644))
		_, err := Read(dir)
		assert.ErrorContains(t, err, c.want)
	}
}

func TestRecordsBeyondTheLastFinishedUnitAreCutOff(t *testing.T) {
	dir, c := t.TempDir(), configuration("seed: 1\n")
	f, err := OpenFolder(dir, c, Fresh)
	require.NoError(t, err)
	require.NoError(t, f.Append("a", []Record{{Metric: "x", Value: 1}, {Metric: "x", Value: 2}}, 1))
	// A kill in the middle of the next unit: one whole line and a half.
	_, err = f.records.WriteString(`{"metric":"x","value":3}` + "\n" + `{"metric":"x","val`)
	require.NoError(t, err)
	require.NoError(t, f.Close())

	f, err = OpenFolder(dir, c, Resume)
	require.NoError(t, err)
	assert.True(t, f.Done("a"))
	assert.False(t, f.Done("b"))
	require.NoError(t, f.Append("b", []Record{{Metric: "x", Value: 4}}, 1))
	require.NoError(t, f.Close())
	records, err := Read(dir)
	require.NoError(t, err)
	assert.Equal(t, []float64{1, 2, 4}, Values(records))
}

func TestValuesThatJSONCannotHoldAreErrors(t *testing.T) {
	f, err := OpenFolder(t.TempDir(), configuration(""), Fresh)
	require.NoError(t, err)
	defer f.Close()
	var zero float64
	assert.ErrorContains(t, f.Append("a", []Record{{Metric: "m", Value: 1 / zero}}, 1), "m of")
	assert.False(t, f.Done("a"))
}

// What a kill left half written is removed when the run resumes, and nothing else.
func TestWhatAKillLeftHalfWrittenIsRemoved(t *testing.T) {
	dir, c := t.TempDir(), configuration("seed: 1\n")
	require.NoError(t, os.Mkdir(filepath.Join(dir, TrainedName), 0o755))
	gone := []string{".config.yaml123456", ".tables.md1", ".tables.csv12", ".report.html22", ".residual.svg3", ".residual.png4",
		filepath.Join(TrainedName, ".train-3.safetensors98765"), filepath.Join(TrainedName, ".train-3.seconds98765")}
	stay := []string{".hidden", "config.yaml7", ".notes.txt12", filepath.Join(TrainedName, "train-3.safetensors")}
	for _, name := range append(slices.Clone(gone), stay...) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), nil, 0o644))
	}
	f, err := OpenFolder(dir, c, Resume)
	require.NoError(t, err)
	require.NoError(t, f.Close())
	for _, name := range gone {
		assert.NoFileExists(t, filepath.Join(dir, name))
	}
	for _, name := range stay {
		assert.FileExists(t, filepath.Join(dir, name))
	}
}

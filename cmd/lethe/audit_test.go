//go:build unix

package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"lethe/audit"
)

// auditShop is a workshop with a network, an update of it, seven retrained ones, and audit.yaml.
func auditShop(t *testing.T) string {
	t.Helper()
	dir := workshop(t)
	var rows []string
	for i := range 12 {
		rows = append(rows, fmt.Sprintf("u-%d", 5*i))
	}
	put(t, filepath.Join(dir, "audit.yaml"), "remove:\n  - ids: ["+strings.Join(rows, ", ")+"]\n")
	const how = " --label bought --id id --network mlp:8 --epochs 4 --rate 0.01"
	must(t, dir, "train --data @/train.csv --out @/before"+how)
	must(t, dir, "unlearn --model @/before --data @/train.csv --request @/audit.yaml --method retrain --seed 9 --out @/after --write-data @/kept.csv --max-loss 20")
	for k := range 7 {
		must(t, dir, fmt.Sprintf("train --data @/kept.csv --seed %d --out @/again-%d", 10+k, k)+how)
	}
	return dir
}

const auditIt = "audit --old @/before --new @/after --data @/train.csv --request @/audit.yaml --test @/test.csv --retrained @/again-0 " +
	"--retrained @/again-1 --retrained @/again-2 --retrained @/again-3 --retrained @/again-4 --retrained @/again-5"

// readAudit is what an audit wrote.
func readAudit(t *testing.T, dir string) (out struct {
	Version int
	Report  audit.Report
	New     []string
}) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "audit.json"))
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &out))
	page, err := os.ReadFile(filepath.Join(dir, "audit.html"))
	require.NoError(t, err)
	assert.Contains(t, string(page), "What is not shown")
	return out
}

// Folders are compared, and each is made sure to be what it is said to be.
func TestAuditOfFolders(t *testing.T) {
	dir := auditShop(t)
	out, _, err := call(t, in(dir, auditIt+" --out @/audit")...)
	if err != nil { // a verdict: one of twenty retrainings is outside by accident
		require.Equal(t, refused, exitCode(err), err)
	}
	assert.Contains(t, out, "KLOM, 95th percentile, removed samples")
	assert.Contains(t, out, "Not measured: U-LiRA")
	got := readAudit(t, filepath.Join(dir, "audit"))
	assert.Equal(t, []any{12, 188, 80, 1, 1, 5}, []any{got.Report.Forget, got.Report.Retain, got.Report.Validation, got.Report.Updated, got.Report.HeldOut, got.Report.References})
	assert.Equal(t, []string{"after"}, got.New)

	for _, c := range []struct{ change, to, want string }{
		{"--new @/after", "--new @/before", "is not what the request makes"},
		{"--retrained @/again-0", "--retrained @/before", "was not trained on the data that the request leaves"},
		{"--retrained @/again-0", "--retrained @/again-1", "have the same parameters"},
		{"--old @/before", "--old @/again-0", "was trained on other data"},
		{"--data @/train.csv", "--data @/kept.csv", ""},
		{"--retrained @/again-0", "", "at least 6"},
		{"--request @/audit.yaml", "--request @/columns.yaml", "plant noise"},
		{"--request @/audit.yaml", "", "name the training data with --data and the request"},
		{"--request @/audit.yaml", "--logits", "not the data of folders"},
		{"--test @/test.csv", "--forget @/test.csv", "belong to --logits"},
		{"--test @/test.csv", "@/again-6", "has no flag"},
		{"--out @/new", "--out @/after/x", "lies in the model's folder"},
		{"--out @/new", "--out @/audit", "holds an audit"},
	} {
		put(t, filepath.Join(dir, "columns.yaml"), "forget_columns: [age]\n")
		_, _, err := call(t, in(dir, strings.Replace(auditIt+" --out @/new", c.change, c.to, 1))...)
		require.Error(t, err, c.to)
		require.ErrorContains(t, err, c.want)
		assert.NoFileExists(t, filepath.Join(dir, "new", "audit.json"))
	}
}

// A request of labels is audited too: the samples stay, and the two classes are looked at on the
// test data.
func TestAuditOfLabels(t *testing.T) {
	dir := auditShop(t)
	request := "labels:\n"
	lines := strings.Split(customers(200, 1), "\n")[1:]
	for i := range 10 {
		label := map[string]string{"yes": "no", "no": "yes"}[lines[i][strings.LastIndex(lines[i], ",")+1:]]
		request += fmt.Sprintf("  - {id: u-%d, label: %q}\n", i, label)
	}
	put(t, filepath.Join(dir, "labels.yaml"), request)
	const how = " --label bought --id id --network mlp:8 --epochs 4 --rate 0.01"
	must(t, dir, "unlearn --model @/before --data @/train.csv --request @/labels.yaml --method retrain --seed 9 --out @/mended --write-data @/mended.csv --max-loss 30")
	for k := range 6 {
		must(t, dir, fmt.Sprintf("train --data @/mended.csv --seed %d --out @/again-%d --force", 10+k, k)+how)
	}
	line := strings.NewReplacer("@/after", "@/mended", "audit.yaml", "labels.yaml").Replace(auditIt)
	_, _, err := call(t, in(dir, line+" --out @/audit")...)
	if err != nil {
		require.Equal(t, refused, exitCode(err), err)
	}
	got := readAudit(t, filepath.Join(dir, "audit"))
	assert.Equal(t, []int{10, 190, 80}, []int{got.Report.Forget, got.Report.Retain, got.Report.Validation})
	last := got.Report.Findings[len(got.Report.Findings)-1]
	assert.Equal(t, "error on the confused classes (IC-err)", last.Audit)
	assert.Equal(t, 80, last.Samples)
}

// writeLogits writes logits of two classes whose margins are N(mean, 1), on the first ten rows
// N(mean + shift, 1).
func writeLogits(t *testing.T, path string, seed uint64, shift float64) {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 3))
	var b strings.Builder
	for i := range 40 {
		m := 1 + r.NormFloat64()
		if i < 10 {
			m += shift
		}
		fmt.Fprintf(&b, "%g,0\n", m)
	}
	put(t, path, b.String())
}

// The same from files of logits, whoever made the models: a model that forgot is inside, one that
// did not is refused, and a retrained model that did not voids the audit.
func TestAuditOfLogits(t *testing.T) {
	dir := t.TempDir()
	writeLogits(t, filepath.Join(dir, "old.csv"), 1, 4)
	writeLogits(t, filepath.Join(dir, "forgot.csv"), 2, 0)
	writeLogits(t, filepath.Join(dir, "bad.csv"), 3, 4)
	again := ""
	for k := range 20 {
		writeLogits(t, filepath.Join(dir, fmt.Sprintf("again-%d.csv", k)), uint64(10+k), 0)
		again += fmt.Sprintf(" @/again-%d.csv", k)
	}
	put(t, filepath.Join(dir, "y.csv"), strings.Repeat("0\n", 40))
	put(t, filepath.Join(dir, "forget.csv"), "0\n1\n2\n3\n4\n5\n6\n7\n8\n9\n")
	put(t, filepath.Join(dir, "validation.csv"), "30\n31\n32\n33\n34\n35\n36\n37\n38\n39\n")
	line := func(updated, retrained, out string) string {
		return "audit --logits @/old.csv @/" + updated + retrained + " --labels @/y.csv --forget @/forget.csv --validation @/validation.csv --out @/" + out
	}
	out := must(t, dir, line("forgot.csv", again, "one"))
	assert.Contains(t, out, "Inside the band")
	got := readAudit(t, filepath.Join(dir, "one"))
	assert.Equal(t, audit.Inside, got.Report.Verdict)
	assert.Equal(t, []int{10, 20, 10}, []int{got.Report.Forget, got.Report.Retain, got.Report.Validation})

	out, _, err := call(t, in(dir, line("bad.csv", again, "two"))...)
	require.ErrorContains(t, err, "Under-forgotten")
	assert.Equal(t, refused, exitCode(err))
	assert.Contains(t, out, "Under-forgotten", "the summary stands beside the refusal")
	assert.Equal(t, audit.UnderForgotten, readAudit(t, filepath.Join(dir, "two")).Report.Verdict)

	_, _, err = call(t, in(dir, line("forgot.csv", again+" @/bad.csv", "three"))...)
	require.ErrorContains(t, err, "The audit is void")
	assert.NotEmpty(t, readAudit(t, filepath.Join(dir, "three")).Report.Void)

	_, _, err = call(t, in(dir, line("nothing.csv", again, "four"))...)
	require.ErrorContains(t, err, "nothing.csv")
	assert.Equal(t, failed, exitCode(err))
	_, _, err = call(t, in(dir, strings.Replace(line("forgot.csv", again, "four"), "--labels @/y.csv", "", 1))...)
	assert.Equal(t, misused, exitCode(err))
	assert.NoDirExists(t, filepath.Join(dir, "four"))
}

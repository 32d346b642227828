package evidence_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"lethe/internal/wrap"
	"lethe/project/evidence"
)

var update = flag.Bool("update", false, "write the golden files")

func ptr(x float64) *float64 { return &x }

// adult is the report of an update of a network: rows, labels and a column.
func adult() *evidence.Report {
	r := &evidence.Report{
		Model: "model-2", From: "model", Made: time.Date(2026, 5, 4, 13, 7, 0, 0, time.UTC), Outcome: evidence.Updated,
		Asked: evidence.Asked{File: "request.yaml", Hash: strings.Repeat("5e", 32), Changes: []evidence.Change{{Kind: evidence.RemoveSamples, Count: 100},
			{Kind: evidence.CorrectLabels, Count: 20}, {Kind: evidence.ForgetColumns, Count: 1, Names: []string{"race"}}}},
		Touched: evidence.Touched{Rows: 32561, Of: 32561, Cells: 32461, Columns: []string{"race"}},
		Done: evidence.Done{Method: "second order with the Gauss-Newton matrix, conjugate gradients", Why: "the network is not convex; of 3 ridges tried on a held-out tenth of the training data this one lost least",
			Settings: []evidence.Setting{{Name: "ridge", Value: "0.1"}, {Name: "iterations", Value: "50"}}, Seconds: 3.21, Parameters: 11234, L2: 1e-4, Regularized: 11220, Change: ptr(0.0231),
			ResidualTrained: ptr(4.2), ResidualBefore: ptr(318.5), ResidualAfter: ptr(6.38), Notes: []string{"The solve stopped after 50 products at a relative residual of 0.01."}},
		Measured: evidence.Measured{
			Figures: []evidence.Figure{
				{Name: "accuracy on the training data that stay", Unit: evidence.Share, Before: ptr(0.8671), After: ptr(0.8665), Retrained: ptr(0.8668), Samples: 32461},
				{Name: "accuracy on the test data", Unit: evidence.Share, Before: ptr(0.8522), After: ptr(0.8519), Retrained: ptr(0.8521), Samples: 16281, Test: true},
				{Name: "mean loss on the removed samples", Before: ptr(0.301), After: ptr(0.335), Samples: 100},
			},
			Retraining: &evidence.Retraining{Agreement: ptr(0.9961), Samples: 16281, Distance: ptr(0.31), Seconds: 41.7},
		},
		NotShown: []string{"The samples that were corrected keep their other columns."},
		Repeat: evidence.Repeat{Command: "lethe unlearn --model model --data adult.csv --request request.yaml --test adult-test.csv --compare retrain --out model-2 --seed 7",
			Version: "lethe 0.3.0", Commit: "0123abc", Seed: 7, Go: "go1.26.0", System: "linux/amd64", Cores: 2, BLAS: "OpenBLAS 0.3.21",
			Files: []evidence.File{{Role: "training data", Name: "adult.csv", SHA256: strings.Repeat("a1", 32), Bytes: 3974305}, {Role: "request", Name: "request.yaml", SHA256: strings.Repeat("5e", 32)},
				{Role: "model before", Name: "model.safetensors", SHA256: strings.Repeat("b2", 32), Bytes: 90120}, {Role: "model after", Name: "model.safetensors", SHA256: strings.Repeat("c3", 32), Bytes: 90120}}},
		Warnings: []string{"request.yaml, line 9: row 77 has that label already"},
		History: []evidence.Past{{Number: 0, Time: time.Date(2026, 5, 1, 9, 0, 0, 0, time.UTC), Kind: "train", Method: "adam", Residual: ptr(4.2)},
			{Number: 1, Time: time.Date(2026, 5, 4, 13, 7, 0, 0, time.UTC), Kind: "unlearn", Method: "second-order", Request: strings.Repeat("5e", 32),
				Changes: "100 samples removed, 20 labels corrected and 1 column forgotten (race)", Residual: ptr(6.38)}},
		Salt: []byte("0123456789abcdef0123456789abcdef"), SaltKept: "model-2/salt",
	}
	for i := range 120 {
		s := evidence.Subject{ID: "user-" + string(rune('a'+i%26)) + "-" + strings.Repeat("x", i%5+1), Row: 13 + 271*i, Change: "removed"}
		if i >= 100 {
			s.Change = "label corrected"
		}
		r.Asked.Subjects = append(r.Asked.Subjects, s)
	}
	return r
}

// mails is the report of a certified release without much else.
func mails() *evidence.Report {
	return &evidence.Report{
		Model: "spam-4", From: "spam-3", Made: time.Date(2026, 5, 4, 13, 7, 0, 0, time.UTC), Outcome: evidence.Certified,
		Asked:   evidence.Asked{File: "erase.csv", Hash: strings.Repeat("5e", 32), Changes: []evidence.Change{{Kind: evidence.RemoveSamples, Count: 12}}},
		Touched: evidence.Touched{Rows: 12, Of: 5574},
		Done: evidence.Done{Method: "Newton steps", Why: "the objective is convex", Seconds: 0.0031, Parameters: 1025, L2: 1, Regularized: 1025, Convex: true,
			ResidualTrained: ptr(2.1e-9), ResidualBefore: ptr(0.81), ResidualAfter: ptr(1.7e-9)},
		Measured: evidence.Measured{Certificate: &evidence.Certificate{Epsilon: 1, Delta: 1e-5, Noise: 0.0132, Releases: 3, Together: 2.4, Against: "exact optimum"}},
		Repeat:   evidence.Repeat{Command: "lethe unlearn --model spam-3 --data spam.parquet --request erase.csv --out spam-4", Version: "lethe 0.3.0", Seed: 1},
	}
}

// secret is the report of a text that is refused.
func secret() *evidence.Report {
	return &evidence.Report{
		From: "diary", Made: time.Date(2026, 5, 4, 13, 7, 0, 0, time.UTC), Outcome: evidence.Refused,
		Asked:   evidence.Asked{File: "secret.yaml", Hash: strings.Repeat("5e", 32), Changes: []evidence.Change{{Kind: evidence.ReplaceText, Count: 5}}},
		Touched: evidence.Touched{Rows: 305, Of: 148219, Spans: 5},
		Done: evidence.Done{Method: "second order", Seconds: 181, Parameters: 65000, ResidualBefore: ptr(40), ResidualAfter: ptr(52),
			Reason: "the residual grew from 40 to 52", Next: "give --method fine-tune, which left 12 in a trial"},
	}
}

// cases are the reports that have golden files.
func cases() map[string]*evidence.Report {
	planned := adult()
	planned.Outcome, planned.Done.Estimated, planned.Measured, planned.Model = evidence.Planned, true, evidence.Measured{}, ""
	return map[string]*evidence.Report{"adult": adult(), "mails": mails(), "secret": secret(), "planned": planned}
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.MkdirAll("testdata", 0o755))
		require.NoError(t, os.WriteFile(path, got, 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, string(want), string(got), "%s differs; go test ./project/evidence -update writes it", path)
}

func TestGolden(t *testing.T) {
	for name, r := range cases() {
		dir := t.TempDir()
		require.NoError(t, evidence.Write(dir, r))
		for _, file := range []string{evidence.PageName, evidence.JSONName} {
			got, err := os.ReadFile(filepath.Join(dir, file))
			require.NoError(t, err)
			golden(t, name+filepath.Ext(file), got)
		}
		for _, width := range []int{80, 40} {
			var b bytes.Buffer
			require.NoError(t, r.Summary(&b, width, false))
			golden(t, name+map[int]string{80: "-80.txt", 40: "-40.txt"}[width], b.Bytes())
		}
	}
}

func TestTheSummaryKeepsWithinItsWidthAndIsTheSameInColor(t *testing.T) {
	escapes := regexp.MustCompile("\x1b\\[[0-9]*m")
	for name, r := range cases() {
		for _, width := range []int{20, 40, 59, 60, 80, 120} {
			var plain, colored bytes.Buffer
			require.NoError(t, r.Summary(&plain, width, false))
			require.NoError(t, r.Summary(&colored, width, true))
			assert.NotContains(t, plain.String(), "\x1b")
			assert.Contains(t, colored.String(), "\x1b[1m")
			assert.Equal(t, plain.String(), escapes.ReplaceAllString(colored.String(), ""))
			for line := range strings.Lines(plain.String()) {
				assert.LessOrEqual(t, wrap.Columns(strings.TrimSuffix(line, "\n")), width, "%s at %d: %s", name, width, line)
			}
		}
	}
}

// The three outputs say the same: each figure and each limit of one stands in the others.
func TestAllOutputsSayTheSame(t *testing.T) {
	r := adult()
	page, err := evidence.HTML(r)
	require.NoError(t, err)
	text, err := evidence.JSON(r)
	require.NoError(t, err)
	var b bytes.Buffer
	require.NoError(t, r.Summary(&b, 10000, false))
	for _, want := range []string{"32,561 of 32,561 samples (100 %)", "second order with the Gauss-Newton matrix", "ridge = 0.1", "318 before the update", "6.38 after it", "86.71 %", "86.65 %",
		"-0.06 points", "99.61 % of 16,281 samples get the same answer", "7.70 % of the time of retraining", "row 77 has that label already", "There is no proof that the model has forgotten",
		"The update left a larger residual (6.38) than training had left (4.2).", "The samples that were corrected keep their other columns."} {
		assert.Contains(t, string(page), strings.NewReplacer("+", "&#43;").Replace(want))
		assert.Contains(t, b.String(), want)
	}
	var back struct {
		Version  int
		NotShown []string `json:"not_shown"`
		Touched  struct{ Share float64 }
		Measured struct {
			Figures    []struct{ Difference float64 }
			Retraining struct{ Ratio float64 }
		}
	}
	require.NoError(t, json.Unmarshal(text, &back))
	assert.Equal(t, evidence.Version, back.Version)
	assert.Equal(t, 1.0, back.Touched.Share)
	assert.InDelta(t, -0.0006, back.Measured.Figures[0].Difference, 1e-12)
	assert.InDelta(t, 3.21/41.7, back.Measured.Retraining.Ratio, 1e-12)
	for _, limit := range back.NotShown {
		assert.Contains(t, b.String(), limit)
		assert.Contains(t, string(page), strings.NewReplacer("+", "&#43;").Replace(limit))
	}
	assert.Greater(t, len(back.NotShown), 4)
}

// Shares that are nearly all or nothing are not rounded to that.
func TestSharesAreNotRoundedToAllOrNothing(t *testing.T) {
	for _, c := range []struct {
		rows, of int
		want     string
	}{{1, 1000000, "(less than 0.01 %)"}, {999999, 1000000, "(more than 99.99 %)"}, {0, 7, "(0 %)"}, {7, 7, "(100 %)"}, {1, 3, "(33.33 %)"}} {
		r := mails()
		r.Touched.Rows, r.Touched.Of = c.rows, c.of
		var b bytes.Buffer
		require.NoError(t, r.Summary(&b, 200, false))
		assert.Contains(t, b.String(), c.want)
	}
}

// A page needs nothing from elsewhere: no address, no script, nothing that loads.
func TestThePageIsWholeByItself(t *testing.T) {
	for name, r := range cases() {
		page, err := evidence.HTML(r)
		require.NoError(t, err)
		for _, word := range []string{"http", "//", "<script", "src=", "href=", "url(", "@import", "<link", "javascript"} {
			assert.NotContains(t, string(page), word, name)
		}
		assert.Contains(t, string(page), `name="viewport"`)
		assert.Contains(t, string(page), "Signature")
	}
}

func TestWhatIsMissingIsSaid(t *testing.T) {
	for _, c := range []struct {
		change func(r *evidence.Report)
		want   string
	}{
		{func(r *evidence.Report) { r.Outcome = "well" }, `evidence: the outcome "well" is none of [done certified refused planned]`},
		{func(r *evidence.Report) { r.Outcome = evidence.Certified }, "there is no certificate"},
		{func(r *evidence.Report) { r.Salt = []byte("short") }, "ids are hashed with a salt of at least 16 bytes"},
		{func(r *evidence.Report) { zero := 0.0; r.Done.ResidualAfter = ptr(1 / zero) }, "evidence: report.Done.ResidualAfter is +Inf: leave out what was not measured"},
		{func(r *evidence.Report) { zero := 0.0; r.Measured.Figures[1].Before = ptr(zero / zero) }, "evidence: report.Measured.Figures[1].Before is NaN"},
		{func(r *evidence.Report) { r.Touched.Rows++ }, "32562 samples of 32561 were touched"},
		{func(r *evidence.Report) { r.Asked.Changes[0].Kind = "delete" }, `the kind of change "delete" is not known`},
	} {
		r := adult()
		c.change(r)
		dir := t.TempDir()
		assert.ErrorContains(t, evidence.Write(dir, r), c.want)
		assert.ErrorContains(t, r.Summary(&bytes.Buffer{}, 80, false), c.want)
		left, err := os.ReadDir(dir)
		require.NoError(t, err)
		assert.Empty(t, left, "nothing is half written")
	}
	assert.Error(t, evidence.Write(filepath.Join(t.TempDir(), "none"), adult()))
}

func TestWritingTwiceGivesTheSameAndLeavesTheReportAsItIs(t *testing.T) {
	r, same := adult(), adult()
	r.Secrets, same.Secrets = []string{"user-a-x", "race"}, []string{"user-a-x", "race"}
	first, err := evidence.JSON(r)
	require.NoError(t, err)
	second, err := evidence.JSON(r)
	require.NoError(t, err)
	assert.Equal(t, string(first), string(second))
	assert.Equal(t, same, r)
}

// The certificate compares with retraining on data that are prepared alike, and says so.
func TestTheCertificateSaysWhatItComparesWith(t *testing.T) {
	r := &evidence.Report{Outcome: evidence.Certified, Measured: evidence.Measured{Certificate: &evidence.Certificate{Epsilon: 1, Delta: 0.1}}}
	var out strings.Builder
	require.NoError(t, r.Summary(&out, 80, false))
	said := strings.Join(strings.Fields(out.String()), " ")
	assert.Contains(t, said, "as the same data.yaml prepares them")
	assert.NotContains(t, said, "never had")
}

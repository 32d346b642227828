package datasets

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// made writes files into a new data folder, under the name of a set.
func made(t *testing.T, set string, files map[string]string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(dir, set), 0o755))
	for name, content := range files {
		require.NoError(t, os.WriteFile(filepath.Join(dir, set, name), []byte(content), 0o644))
	}
	return dir
}

const adultTrain = `40, Private, 1, Bachelors, 10, Divorced, Sales, Husband, White, Male, 0, 0, 40, United-States, <=50K
20, ?, 1, Bachelors, 14, Divorced, Sales, Husband, White, Female, 0, 0, 40, United-States, >50K
60, Private, 1, Bachelors, 10, Separated, Sales, Wife, Black, Male, 0, 9, 40, United-States, <=50K
60, State-gov, 1, Bachelors, 10, Divorced, Sales, Wife, White, Male, 6, 9, 10, Cuba, <=50K
`

func TestAdultOnMadeFiles(t *testing.T) {
	dir := made(t, "adult", map[string]string{"adult.data": adultTrain + "\n",
		"adult.test": "|1x3 Cross validator\n40, ?, 1, 9th, 10, Widowed, Sales, Wife, Black, Male, 0, 0, 10, Cuba, >50K.\n"})
	n, err := Load(t.Context(), "adult", dir)
	require.NoError(t, err)
	require.Equal(t, []string{"age", "workclass_State-gov", "education-num", "marital-status_Separated", "marital-status_Widowed",
		"relationship_Wife", "race_Black", "sex_Female", "capital-gain", "capital-loss", "hours-per-week", "native-country_Cuba"}, n.Train.Columns)
	require.Equal(t, []int{3, 4, 5, 6}, n.Sensitive)
	require.Equal(t, []float64{0, 1, 0, 0}, n.Train.Y)
	require.Equal(t, []float64{1}, n.Test.Y)
	// The only test row: (x - mean) / deviation of the training rows in the five numbers, divided
	// by their norm.
	z := []float64{(40 - 45) / math.Sqrt(275), (10 - 11) / math.Sqrt(3), (0 - 1.5) / math.Sqrt(6.75), (0 - 4.5) / 4.5, (10 - 32.5) / math.Sqrt(168.75)}
	norm := 0.0
	for _, v := range z {
		norm += v * v
	}
	norm = math.Sqrt(norm)
	require.InDeltaSlice(t, []float64{z[0] / norm, 0, z[1] / norm, 0, 1, 1, 1, 0, z[2] / norm, z[3] / norm, z[4] / norm, 1}, n.Test.X.(*Dense).Data, 1e-15)

	dir = made(t, "adult", map[string]string{"adult.data": adultTrain + "40, Private\n", "adult.test": ""})
	_, err = Load(t.Context(), "adult", dir)
	require.ErrorContains(t, err, "adult.data:5: 2 cells, but 15 columns")
}

// A column that is constant in training has no deviation to divide by.
func TestAdultConstantColumn(t *testing.T) {
	dir := made(t, "adult", map[string]string{"adult.data": strings.ReplaceAll(adultTrain, "6, 9, 10,", "0, 9, 10,"),
		"adult.test": "20, Private, 1, Bachelors, 14, Divorced, Sales, Husband, White, Female, 5, 0, 40, Cuba, >50K.\n"})
	n, err := Load(t.Context(), "adult", dir)
	require.NoError(t, err)
	requireSound(t, n.Train)
	requireSound(t, n.Test)
}

func enronFolder() map[string]string {
	return map[string]string{
		"vocab.txt": "adams\nbuy\nnow\n", "sensitive_features.txt": "adams\nadams\n",
		"enron_bow.svm.gz": "-1 1:1 2:1 # test:1 a\n1 2:1 3:1 # train b\n-1 3:1 # test:0 c\n-1 1:1 # train d\n",
	}
}

func TestEnronOnMadeFiles(t *testing.T) {
	n, err := Load(t.Context(), "enron", made(t, "enron", enronFolder()))
	require.NoError(t, err)
	h := math.Sqrt(.5)
	require.Equal(t, []int{0}, n.Sensitive)
	require.InDeltaSlice(t, []float64{0, h, h, 1}, written(t, n.Train)[0], 1e-15)
	require.Equal(t, []float64{1, 0, 0, 0}, written(t, n.Train)[1])
	require.Equal(t, []float64{0, 0, 1, 0}, written(t, n.Test)[0])
	require.InDeltaSlice(t, []float64{h, h, 0, 0}, written(t, n.Test)[1], 1e-15)

	for file, c := range map[string]struct{ content, want string }{
		"sensitive_features.txt": {"adams\nzed\n", `sensitive_features.txt:2: "zed" is not the name of a feature`},
		"vocab.txt":              {"adams\nbuy\n", "beyond the 2 columns"},
		"enron_bow.svm.gz":       {"-1 1:1\n", `enron_bow.svm.gz:1: comment "" says neither train nor test:ROW`},
	} {
		folder := enronFolder()
		folder[file] = c.content
		_, err := Load(t.Context(), "enron", made(t, "enron", folder))
		require.ErrorContains(t, err, c.want)
	}
}

// The layout of the authors' repository, which Drebin has and Enron may have.
func TestMatricesOnMadeFiles(t *testing.T) {
	for _, set := range []string{"drebin", "enron"} {
		files := map[string]string{"features.txt": "a\nb\nurl::c\nurl::d\n", "sensitive_features.txt": "url::d\nurl::c\n"}
		for _, part := range []string{"train", "test"} {
			files["x_"+part+".npz"] = string(npzOf(t, csrMembers()))
			files["y_"+part+".npy"] = string(npyOf(t, []int64{-1, -1, 1}))
		}
		n, err := Load(t.Context(), set, made(t, set, files))
		require.NoError(t, err)
		require.Equal(t, []int{2, 3}, n.Sensitive)
		require.Equal(t, []float64{0, 0, 1}, n.Train.Y)
		require.InDeltaSlice(t, []float64{5 / math.Sqrt(61), 0, 0, 6 / math.Sqrt(61), 0}, written(t, n.Test)[0], 1e-15)

		files["features.txt"] = "a\nurl::c\nurl::d\n"
		_, err = Load(t.Context(), set, made(t, set, files))
		require.ErrorContains(t, err, "3 names for 4 features")
	}
}

func TestDescribe(t *testing.T) {
	for _, name := range Names() {
		about, err := Describe(name)
		require.NoError(t, err)
		require.NotEmpty(t, about)
	}
	_, err := Describe("x")
	require.ErrorContains(t, err, `no data set is called "x"`)
	require.NoError(t, Fetch(t.Context(), "spam", t.TempDir(), nil), "nothing to do")
	require.ErrorContains(t, Fetch(t.Context(), "x", "", nil), `no data set is called "x"`)
}

// What stands beside the embedded words is about these words.
func TestSpamProvenance(t *testing.T) {
	text, err := os.ReadFile("embedded/spam.txt")
	require.NoError(t, err)
	for _, want := range []string{"6,046 mails", "3,961 features, of which 252 are", "4,852 for training, 1,194 for testing"} {
		require.Contains(t, strings.Join(strings.Fields(string(text)), " "), want)
	}
}

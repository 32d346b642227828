//go:build unix

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"lethe/datasets"
	"lethe/project/evidence"
)

// mails writes mails as mails.csv and as mails.parquet: a column mail of ids, one for each word,
// and spam. Every twelve mails that follow each other are a person's.
func mails(t *testing.T, dir string, d *datasets.Dataset, rows, words int) {
	t.Helper()
	x := d.X.(*datasets.CSR)
	require.LessOrEqual(t, rows, d.Len())
	group := parquet.Group{"mail": parquet.String(), "spam": parquet.String()}
	header := make([]string, words)
	for j := range header { // a word may be called as a column is
		header[j] = fmt.Sprintf("word %03d", j)
		group[header[j]] = parquet.Leaf(parquet.DoubleType)
	}
	schema := parquet.NewSchema("mails", group)
	place := map[string]int{}
	for _, path := range schema.Columns() {
		leaf, ok := schema.Lookup(path...)
		require.True(t, ok)
		place[path[0]] = leaf.ColumnIndex
	}
	f, err := os.Create(filepath.Join(dir, "mails.parquet"))
	require.NoError(t, err)
	w := parquet.NewWriter(f, schema, parquet.MaxRowsPerRowGroup(100))
	var b strings.Builder
	b.WriteString("mail," + strings.Join(header, ",") + ",spam\n")
	for i := range rows {
		from := i * (d.Len() / rows) // they stand sorted by class
		values := make([]float64, words)
		for k := x.Indptr[from]; k < x.Indptr[from+1]; k++ {
			if int(x.Indices[k]) < words {
				values[x.Indices[k]] = x.Values[k]
			}
		}
		row := make(parquet.Row, len(place))
		put := func(column string, v any) {
			row[place[column]] = parquet.ValueOf(v).Level(0, 0, place[column])
		}
		id, label := fmt.Sprintf("m-%d", i), []string{"ham", "spam"}[int(d.Y[from])]
		put("mail", id)
		put("spam", label)
		b.WriteString(id)
		for j, v := range values {
			put(header[j], v)
			b.WriteString("," + strconv.FormatFloat(v, 'g', -1, 64))
		}
		b.WriteString("," + label + "\n")
		_, err := w.WriteRows([]parquet.Row{row})
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	require.NoError(t, f.Close())
	put(t, filepath.Join(dir, "mails.csv"), b.String())
	for person := range 3 {
		var ids []string
		for k := range 12 {
			ids = append(ids, fmt.Sprintf("m-%d", 20+12*person+k))
		}
		put(t, filepath.Join(dir, fmt.Sprintf("person%d.yaml", person)), "remove:\n  - ids: ["+strings.Join(ids, ", ")+"]\n")
	}
}

// Mails as CSV and as Parquet give the same bits, before a request and after it. Three people, each
// with twelve mails, are forgotten one after the other, certified against one budget; and one byte
// changed anywhere in the last folder is found.
func TestMailsOfThreePeople(t *testing.T) {
	for _, name := range []string{"spam", "enron"} {
		t.Run(name, func(t *testing.T) {
			from := os.Getenv("LETHE_DATA")
			if name == "enron" && from == "" {
				t.Skip("set LETHE_DATA to the folder of the real data")
			}
			d, err := datasets.Load(t.Context(), name, from)
			require.NoError(t, err)
			dir := t.TempDir()
			mails(t, dir, d.Train, 400, 30)
			const read = " --label spam --id mail"
			for _, format := range []string{"csv", "parquet"} {
				must(t, dir, "train --data @/mails."+format+read+" --out @/"+format+"0")
				must(t, dir, "unlearn --model @/"+format+"0 --data @/mails."+format+" --request @/person0.yaml --out @/"+format+"1")
			}
			all := state(t, dir)
			for _, m := range []string{"0", "1"} {
				assert.Equal(t, all[filepath.Join(dir, "csv"+m, "model.safetensors")], all[filepath.Join(dir, "parquet"+m, "model.safetensors")])
			}
			assert.NotEqual(t, all[filepath.Join(dir, "csv0", "model.safetensors")], all[filepath.Join(dir, "csv1", "model.safetensors")])

			must(t, dir, "train --data @/mails.csv"+read+" --certify 1,1e-4 --out @/c0")
			for k := range 3 {
				line := fmt.Sprintf("unlearn --model @/c%d --request @/person%d.yaml --data @/mails.", k, k)
				must(t, dir, line+fmt.Sprintf("csv --out @/c%d", k+1))
				must(t, dir, line+fmt.Sprintf("parquet --out @/p%d", k+1))
				all := state(t, dir)
				assert.Equal(t, all[filepath.Join(dir, fmt.Sprintf("c%d", k+1), "model.safetensors")],
					all[filepath.Join(dir, fmt.Sprintf("p%d", k+1), "model.safetensors")], "a certified release has the same bits from either file")
				assert.Contains(t, must(t, dir, fmt.Sprintf("verify @/c%d", k+1)), evidence.Count(k+1, "request", "requests"))
			}
			out := must(t, dir, "inspect @/c3")
			assert.Contains(t, out, "all 4 releases together")
			assert.Equal(t, 3, strings.Count(out, "12 samples removed"))
			everyByteCounts(t, dir, "c3")
		})
	}
}

// everyByteCounts changes a byte at many places of each file of a model's folder, and expects
// verify to name the file each time.
func everyByteCounts(t *testing.T, dir, model string) {
	t.Helper()
	changed := 0
	for path, text := range state(t, filepath.Join(dir, model)) {
		if text == "folder" || text == "" {
			continue
		}
		name, err := filepath.Rel(filepath.Join(dir, model), path)
		require.NoError(t, err)
		for k := range 9 {
			bytes := []byte(text)
			bytes[(len(bytes)-1)*k/8] ^= 1 << (k % 8)
			require.NoError(t, os.WriteFile(path, bytes, 0o600))
			_, _, err := call(t, in(dir, "verify @/"+model)...)
			require.ErrorContains(t, err, filepath.ToSlash(name))
			require.Equal(t, refused, exitCode(err))
			changed++
		}
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	}
	require.Greater(t, changed, 60)
	must(t, dir, "verify @/"+model)
}

package report

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Exported is a table of a document with the section that it stands in.
type Exported struct {
	Section string // the experiment's name; empty above all sections
	Table   *Table
}

// Tables returns all tables of the document, in its order.
func (d *Document) Tables() []Exported {
	var out []Exported
	for i := range d.Sections {
		s := &d.Sections[i]
		for j := range s.Tables {
			out = append(out, Exported{s.ID, &s.Tables[j]})
		}
	}
	return out
}

// TablesNamed returns the tables whose title or section holds the text, in any case of letters; all for an
// empty one. That there is none is an error, which lists the titles.
func TablesNamed(all []Exported, name string) ([]Exported, error) {
	if name == "" {
		return all, nil
	}
	var out []Exported
	var titles []string
	for _, e := range all {
		if strings.Contains(strings.ToLower(e.Section+": "+e.Table.Title), strings.ToLower(name)) {
			out = append(out, e)
		}
		titles = append(titles, "  "+e.Section+": "+e.Table.Title)
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("no table is called %q; there are\n%s", name, strings.Join(titles, "\n"))
	}
	return out, nil
}

// csvHeader are the columns of [CSV].
var csvHeader = []string{"experiment", "table", "row", "column", "value", "low", "high", "n", "statistic", "text", "remark"}

// CSV writes tables in one long form, a line a cell: where the cell stands, the number behind it in
// full precision and in the unit of the table, the text that the table shows, and what is remarked of it. The fields of
// numbers are empty where the cell is text alone; low and high also where they are infinite.
func CSV(tables []Exported) ([]byte, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	if err := w.Write(csvHeader); err != nil {
		return nil, err
	}
	for _, e := range tables {
		t, texts := e.Table, e.Table.texts()
		for i, row := range t.Rows {
			for j := range row {
				if j == 0 && len(row) > 1 {
					continue // it is the row's name
				}
				line := []string{e.Section, t.Title, rowName(row), t.heading(j)}
				if err := w.Write(append(append(line, csvNumbers(row[j].Value)...), plainText(texts[i][j]), plainText(row[j].Remark))); err != nil {
					return nil, err
				}
			}
		}
	}
	w.Flush()
	return b.Bytes(), w.Error()
}

// heading is the title of a column; numbered where it has none.
func (t *Table) heading(column int) string {
	if column < len(t.Header) && t.Header[column] != "" {
		return t.Header[column]
	}
	return fmt.Sprint("column ", column+1)
}

// rowName is the first cell of a row of several.
func rowName(row Row) string {
	if len(row) > 1 {
		return row[0].String()
	}
	return ""
}

// texts are the cells of the table's rows as it shows them, without the ends of draws.
func (t *Table) texts() [][]string {
	g := t.layout()
	lines := g.lines(false)[1:]
	out := make([][]string, len(lines))
	for i, line := range lines {
		out[i] = make([]string, len(t.Header))
		for j, h := range g.heads {
			if !h.End {
				out[i][h.column] = strings.TrimSpace(line[j])
			}
		}
	}
	return out
}

// plainText is a text on one line.
func plainText(text string) string { return strings.Join(strings.Fields(text), " ") }

// csvNumbers are the fields of a value.
func csvNumbers(v Value) []string {
	if v.N == 0 {
		return make([]string, 5)
	}
	value, low, high := v.shown()
	return []string{exact(value), exact(low), exact(high), strconv.Itoa(v.N), string(v.Statistic)}
}

// exact writes a number so that it reads back as itself; "" for what is none.
func exact(v float64) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return ""
	}
	return strconv.FormatFloat(v, 'g', -1, 64)
}

// The form of [JSON].
type (
	jsonTable struct {
		Experiment string     `json:"experiment,omitempty"`
		Title      string     `json:"title"`
		Note       string     `json:"note,omitempty"`
		Columns    []string   `json:"columns"`
		Rows       []jsonCols `json:"rows"`
	}
	jsonCols []jsonCell
	jsonCell struct {
		Text      string   `json:"text"`
		Value     *float64 `json:"value,omitempty"`
		Low       *float64 `json:"low,omitempty"`
		High      *float64 `json:"high,omitempty"`
		N         int      `json:"n,omitempty"`
		Statistic string   `json:"statistic,omitempty"`
		Remark    string   `json:"remark,omitempty"`
	}
)

// JSON writes tables as a list of objects: title, columns, and the cells of each row with their text
// and the numbers behind it. What is not there or no number is left out.
func JSON(tables []Exported) ([]byte, error) {
	out := make([]jsonTable, 0, len(tables))
	for _, e := range tables {
		t := jsonTable{Experiment: e.Section, Title: e.Table.Title, Note: e.Table.Note, Columns: e.Table.Header, Rows: []jsonCols{}}
		texts := e.Table.texts()
		for i, row := range e.Table.Rows {
			var cells jsonCols
			for j := range row {
				cells = append(cells, jsonCellOf(texts[i][j], &row[j]))
			}
			t.Rows = append(t.Rows, cells)
		}
		out = append(out, t)
	}
	return EncodeJSON(out)
}

func jsonCellOf(text string, of *Cell) jsonCell {
	c, v := jsonCell{Text: text, Remark: of.Remark}, of.Value
	if v.N > 0 {
		value, low, high := v.shown()
		c.Value, c.Low, c.High, c.N, c.Statistic = Number(value), Number(low), Number(high), v.N, string(v.Statistic)
	}
	return c
}

// Number is a number for JSON; nil for what JSON cannot hold.
func Number(v float64) *float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return nil
	}
	return &v
}

// EncodeJSON writes a value with an indent of two, and signs as they are.
func EncodeJSON(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(v)
	return b.Bytes(), err
}

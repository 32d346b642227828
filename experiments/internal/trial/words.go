package trial

import (
	"fmt"
	"slices"

	"lethe/experiments/internal/records"
	"lethe/experiments/internal/report"
)

// BeforeLabel names the row of a method where that of no update is the model as it was before.
func BeforeLabel(method string) string {
	if method == "none" {
		return "none (before)"
	}
	return method
}

// First returns the first of the records, if there is one.
func First(recs []records.Record) (records.Record, bool) {
	if len(recs) == 0 {
		return records.Record{}, false
	}
	return recs[0], true
}

// SettingName is what progress, tables and texts call a setting of a method.
func SettingName(key string) string {
	switch key {
	case "tau":
		return "step length"
	case "tau-ft":
		return "learning rate"
	case "epochs":
		return "passes"
	case "ridge-share":
		return "ridge / largest eigenvalue"
	}
	return key
}

// SettingColumns puts the chosen settings of rows into columns of a table behind the first before of
// them, one for each setting that any row has. Of rows without a setting the cell stays empty.
func SettingColumns(t *report.Table, before int, chosen []records.Record, keys ...string) {
	at := before
	for _, key := range keys {
		if !slices.ContainsFunc(chosen, func(rec records.Record) bool { return rec.Settings[key] != nil }) {
			continue
		}
		t.Header = slices.Insert(t.Header, at, SettingName(key))
		for i, rec := range chosen {
			cell := report.Cell{}
			switch v := rec.Settings[key].(type) {
			case float64:
				cell = report.CellOf(report.Found.OneValue(v))
			case string:
				cell.Text = v
			}
			t.Rows[i] = slices.Insert(t.Rows[i], at, cell)
		}
		at++
	}
}

// OrAll writes a number of windows, 0 being all.
func OrAll(n int) string {
	if n == 0 {
		return "all"
	}
	return fmt.Sprint(n)
}

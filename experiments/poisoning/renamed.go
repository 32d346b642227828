package poisoning

import (
	"strings"

	"lethe/experiments/internal/records"
)

// formerReestimated is what the way [reestimated] was called in former runs.
const formerReestimated = "anew"

// renameRecords gives the statistics of records their present names, as the tag of the setting does
// for settings.
func renameRecords(records []records.Record) {
	for _, rec := range records {
		if rec.Settings["statistics"] == formerReestimated {
			rec.Settings["statistics"] = reestimated
		}
	}
}

// renameUnit does the same for the name of a unit, so that a run that was stopped before the
// renaming does none twice.
func renameUnit(name string) string {
	if before, ok := strings.CutSuffix(name, " statistics="+formerReestimated); ok {
		return before + " statistics=" + reestimated
	}
	return name
}

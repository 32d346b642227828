package experiments

import "strings"

// formerReestimated is what the way [reestimated] was called in runs of before.
const formerReestimated = "anew"

// renameStatistics gives the words of the setting statistics their present names.
func renameStatistics(words []string) {
	for i, word := range words {
		if word == formerReestimated {
			words[i] = reestimated
		}
	}
}

// renameRecords does the same for records.
func renameRecords(records []Record) {
	for _, rec := range records {
		if rec.Settings["statistics"] == formerReestimated {
			rec.Settings["statistics"] = reestimated
		}
	}
}

// renameUnit does the same for the name of a unit, so that a run that was stopped before the renaming does none twice.
func renameUnit(name string) string {
	if before, ok := strings.CutSuffix(name, " statistics="+formerReestimated); ok {
		return before + " statistics=" + reestimated
	}
	return name
}

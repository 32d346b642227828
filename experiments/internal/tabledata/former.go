package tabledata

import "lethe/experiments/internal/records"

// renameRecords gives settings in records of former versions their present names.
func renameRecords(all []records.Record) {
	const former, present = "sisa-regulariser", "sisa-regularizer"
	for _, rec := range all {
		if rule, ok := rec.Settings[former]; ok {
			delete(rec.Settings, former)
			rec.Settings[present] = rule
		}
	}
}

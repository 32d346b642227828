// Package evidence writes what is known of an update: report.html for the person who signs it off,
// report.json for machines, and a summary for the terminal. All three say the same.
//
//	r := &evidence.Report{Model: "model-2", Salt: salt, SaltKept: "model-2/salt"}
//	...
//	if err := evidence.Write("model-2", r); err != nil {
//		return err
//	}
//	return r.Summary(os.Stdout, 80, true)
//
// A report holds figures and texts only. Ids are hashed when it is written, unless ShowIDs is set.
package evidence

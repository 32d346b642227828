package project

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	"lethe/project/evidence"
)

// NamedRow is a sample by what its id becomes under the salt of the folder.
type NamedRow struct {
	Row int    `json:"row"` // of Base
	ID  string `json:"id"`  // see hiddenID
}

// hiddenID is what a folder keeps of the id of a sample that a request removed or corrected: enough
// to know it again in other data, and nothing that can be read. It is not the hash of the evidence.
func hiddenID(salt []byte, id string) string {
	mac := hmac.New(sha256.New, salt)
	fmt.Fprintf(mac, "lethe sample of a request\n%s", id)
	return hex.EncodeToString(mac.Sum(nil)[:16])
}

// remember notes the ids of the samples that requests removed or corrected, as far as the data at
// hand and the changes before have them.
func (c *Changes) remember(before *Changes, d *current, salt []byte) {
	known := map[int]string{}
	for _, x := range before.Named {
		known[x.Row] = x.ID
	}
	name := func(row int) (string, bool) {
		if id, ok := d.idOf(row); ok {
			return hiddenID(salt, id), true
		}
		id, ok := known[row]
		return id, ok
	}
	c.RemovedIDs = slices.Clone(before.RemovedIDs)
	for _, row := range c.Removed {
		if id, ok := name(row); ok {
			c.RemovedIDs = append(c.RemovedIDs, id)
		}
	}
	slices.Sort(c.RemovedIDs)
	c.RemovedIDs, c.Named = slices.Compact(c.RemovedIDs), nil
	for _, row := range c.correctedRows() {
		if id, ok := name(row); ok {
			c.Named = append(c.Named, NamedRow{row, id})
		}
	}
}

// correctedRows are the samples with a corrected cell or label, rising.
func (c *Changes) correctedRows() (rows []int) {
	for _, x := range c.Cells {
		rows = append(rows, x.Row)
	}
	for _, x := range c.Labels {
		rows = append(rows, x.Row)
	}
	return sorted(rows)
}

// idOf returns the id of a row of Base, if the file has it.
func (d *current) idOf(row int) (id string, ok bool) {
	ids := d.loaded.IDs
	if ids == nil {
		return "", false
	}
	if d.base == nil { // the file has the samples that are left
		row, ok = slices.BinarySearch(d.then, row)
		if !ok {
			return "", false
		}
	}
	return ids[row], true
}

// again finds in other data what earlier requests removed and corrected, by the ids. What cannot be
// found is refused: to go on without it would train with what was forgotten.
func (c *Changes) again(d *current, path string, salt []byte) (out *Changes, notes []string, err error) {
	out = &Changes{Base: State{d.loaded.Fingerprint(), d.loaded.Data.Len()}, Features: c.Features, RemovedIDs: c.RemovedIDs}
	if c.nothingOfSamples() {
		return out, nil, nil
	}
	if err := c.nameable(d, path); err != nil {
		return nil, nil, err
	}
	rows := make(map[string]int, len(c.Named))
	for _, x := range c.Named {
		rows[x.ID] = -1
	}
	for row, id := range d.loaded.IDs {
		hidden := hiddenID(salt, id)
		if _, is := slices.BinarySearch(c.RemovedIDs, hidden); is {
			out.Removed = append(out.Removed, row)
		} else if _, is := rows[hidden]; is {
			rows[hidden] = row
		}
	}
	c.move(out, rows)
	return out, c.found(out, path), nil
}

// nothingOfSamples reports whether no request removed or corrected a sample.
func (c *Changes) nothingOfSamples() bool {
	return len(c.Removed)+len(c.RemovedIDs)+len(c.Cells)+len(c.Labels)+len(c.Text) == 0
}

// nameable says why samples of earlier requests cannot be found in other data; nil = they can.
func (c *Changes) nameable(d *current, path string) error {
	why := ""
	switch {
	case len(c.Text) > 0:
		why = "in another text nobody can tell where it was"
	case d.loaded.IDs == nil:
		why = "the rows have no ids, and without ids nobody can tell which rows they were"
	case len(c.RemovedIDs) < len(c.Removed) || len(c.Named) < len(c.correctedRows()):
		why = "the model's folder does not know the ids of all of them"
	default:
		return nil
	}
	return &RefusedError{Reason: fmt.Sprintf("earlier requests removed or corrected a part of the training data, and %s may hold it as it was: %s", path, why),
		Next: "give the original file, or the one that --write-data wrote; or train a new model on data without what was forgotten"}
}

// move takes the corrections over to the rows of other data. Samples that are not there have none.
func (c *Changes) move(out *Changes, rows map[string]int) {
	at := map[int]int{}
	for _, x := range c.Named {
		if row := rows[x.ID]; row >= 0 {
			at[x.Row] = row
			out.Named = append(out.Named, NamedRow{row, x.ID})
		}
	}
	cells, labels := map[[2]int]CellChange{}, map[int]LabelChange{}
	for _, x := range c.Cells {
		if row, is := at[x.Row]; is {
			cells[[2]int{row, x.Feature}] = CellChange{row, x.Feature, x.Value}
		}
	}
	for _, x := range c.Labels {
		if row, is := at[x.Row]; is {
			labels[row] = LabelChange{row, x.Labels}
		}
	}
	var written []WrittenCell
	for _, x := range c.Written {
		if row, is := at[x.Row]; is {
			written = append(written, WrittenCell{row, x.Feature, x.Text})
		}
	}
	slices.SortFunc(out.Named, func(a, b NamedRow) int { return a.Row - b.Row })
	out.keep(cells, labels)
	out.keepWritten(nil, written)
}

// found says what was found again of the changes before.
func (c *Changes) found(out *Changes, path string) (notes []string) {
	if n := len(out.Removed); n > 0 {
		notes = append(notes, fmt.Sprintf("%s holds %s that earlier requests removed. The model is trained without %s.", path, evidence.Count(n, "sample", "samples"), them(n)))
	}
	if n := len(out.correctedRows()); n > 0 {
		notes = append(notes, fmt.Sprintf("%s holds %s that earlier requests corrected. The model is trained with what they said, whatever the file has.", path,
			evidence.Count(n, "sample", "samples")))
	}
	if n := len(c.Named) - len(out.Named); n > 0 {
		notes = append(notes, fmt.Sprintf("%s that earlier requests corrected %s not in %s. What was corrected is no longer known.", evidence.Count(n, "sample", "samples"), is(n), path))
	}
	return notes
}

func them(n int) string {
	if n == 1 {
		return "it"
	}
	return "them"
}

func is(n int) string {
	if n == 1 {
		return "is"
	}
	return "are"
}

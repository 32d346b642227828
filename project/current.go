package project

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"

	"lethe/datasets"
	"lethe/project/data"
	"lethe/project/evidence"
	"lethe/project/request"
	"lethe/unlearn"
)

// current is the training data as a file has them and as they are now.
type current struct {
	loaded *data.Loaded      // the file; its Data are corrected, with all samples of the file
	base   *datasets.Dataset // as Changes.Base has them; nil where the file is corrected already
	train  *datasets.Dataset // as they are now
	rows   []int             // of each row of the file the row now; -1 = it was removed
	then   []int             // of each row now the row of Changes.Base
	notes  []string          // what was found again of earlier requests in data that are not the model's
}

// current reads the training data and brings them to where they are now. The file may be the one
// that training began with, or the corrected one.
func (m *Model) current(ctx context.Context, from source, trust bool, p Progress) (*current, error) {
	from.training = true
	loaded, err := m.load(ctx, from, p)
	if err != nil {
		return nil, err
	}
	c := &current{loaded: loaded}
	known := []string{m.Changes.Base.Fingerprint, m.now().Fingerprint}
	if len(m.Changes.Features) > 0 && !slices.Contains(known, loaded.Fingerprint()) { // the data as they are now, but for forgotten columns
		unseen, err := m.Changes.unseen(loaded.Data)
		if err != nil {
			return nil, err
		}
		if datasets.Fingerprint(unseen) == m.now().Fingerprint {
			loaded.Data = unseen
			c.asTheyAre(m.Changes.then())
			return c, nil
		}
	}
	switch print := loaded.Fingerprint(); {
	case print == m.Changes.Base.Fingerprint:
		return c, c.replay(m.Changes)
	case print == m.now().Fingerprint:
		c.asTheyAre(m.Changes.then())
		return c, nil
	case !trust:
		return nil, m.otherData(from.path, loaded)
	}
	if m.Changes, c.notes, err = m.Changes.again(c, filepath.Base(from.path), m.salt); err != nil {
		return nil, err
	}
	return c, c.replay(m.Changes)
}

// asTheyAre takes the data of the file as they are.
func (c *current) asTheyAre(then []int) {
	c.train, c.then = c.loaded.Data, then
	c.rows = make([]int, c.train.Len())
	for i := range c.rows {
		c.rows[i] = i
	}
}

// replay carries out on the data of Base what requests changed since.
func (c *current) replay(changes *Changes) (err error) {
	c.base, c.then = c.loaded.Data, changes.then()
	corrected, err := changes.corrected(c.base)
	if err != nil {
		return err
	}
	if c.train = corrected; len(changes.Removed) > 0 {
		if c.train, err = datasets.Without(corrected, changes.Removed); err != nil {
			return err
		}
	}
	c.rows = make([]int, c.base.Len())
	for i := range c.rows {
		c.rows[i] = -1
	}
	for now, then := range c.then {
		c.rows[then] = now
	}
	c.loaded.Data = corrected
	return nil
}

// otherData says which data a file holds in place of the model's.
func (m *Model) otherData(path string, loaded *data.Loaded) error {
	e := &RefusedError{Next: "give the file that the model was trained on; if this is right, --trust-data goes on with it"}
	e.Reason = fmt.Sprintf("%s holds other data than the model was trained on (%s, fingerprint %.12s; the model had %d, %.12s)", path,
		evidence.Count(loaded.Data.Len(), "sample", "samples"), loaded.Fingerprint(), m.Changes.Base.Rows, m.Changes.Base.Fingerprint)
	for i, r := range m.Records {
		if r.Data.Fingerprint == loaded.Fingerprint() {
			e.Reason = fmt.Sprintf("%s holds the data as they were after line %d of the history, which has %d", path, i+1, len(m.Records))
			e.Next = "give the file that the model was trained on at first, or the data as they are now"
		}
	}
	return e
}

// written returns what a request writes into cells of the file, in the rows of Base.
func (c *current) written(cells []request.Written) (out []WrittenCell) {
	for _, x := range cells {
		if at := c.rows[x.Row]; at >= 0 { // of a row that was removed before nothing is written
			out = append(out, WrittenCell{c.then[at], x.Feature, x.Text})
		}
	}
	return out
}

// translate returns a request on the file in the rows that the data have now, and in those of Base.
// Samples that were removed before are an error, unless the request names them by what they have in
// common (byValue): then they are left out.
func (c *current) translate(r unlearn.Request, byValue bool) (now, base unlearn.Request, err error) {
	for _, x := range r.Changes {
		a, b := x, x
		a.Rows, b.Rows = nil, nil
		for _, row := range x.Rows {
			at := c.rows[row]
			switch {
			case at >= 0:
				a.Rows, b.Rows = append(a.Rows, at), append(b.Rows, c.then[at])
			case !byValue || x.Kind != unlearn.SampleRemoval:
				return now, base, &RefusedError{Reason: c.sampleName(row) + " was removed by an earlier request", Next: "leave it out of this one"}
			}
		}
		now.Changes, base.Changes = append(now.Changes, a), append(base.Changes, b)
	}
	return now, base, nil
}

// sampleName names a row of the file in a message: by its id where the file has ids.
func (c *current) sampleName(row int) string {
	if c.loaded.IDs != nil {
		return fmt.Sprintf("the sample with the id %q", c.loaded.IDs[row])
	}
	return fmt.Sprintf("row %d, counted from 0,", c.loaded.Data.Row(row))
}

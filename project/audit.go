package project

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"lethe/audit"
	"lethe/internal/build"
	"lethe/project/auditpage"
)

// AuditOptions says which models are audited. Old, New, Retrained and Out are required.
type AuditOptions struct {
	Old       []string // folders of models before the update; one, or one for each of New
	New       []string // folders of the models after it
	Retrained []string // at least 6 folders of models trained on the corrected data, with different seeds; the last are held out

	// Of folders.
	Data, DataLabels string // the training data as they were before the request
	Request          string // what was to be forgotten
	Test, TestLabels string // data that no model was trained on; "" = none
	Unknown          string // what becomes of rows with unknown levels: data.OtherUnknown

	// Logits says that Old, New and Retrained are files of logits, and Labels, Forget and Validation
	// files of the labels, the rows to be forgotten and the rows that no model was trained on.
	Logits                     bool
	Labels, Forget, Validation string

	Out   string // the folder of audit.html and audit.json
	Force bool   // overwrite them
	Seed  uint64 // of what is drawn

	Progress Progress
}

// Audited is an audit that was made.
type Audited struct {
	Dir string
	*auditpage.Page
}

// Err returns a RefusedError if the models failed the audit, or if it is void.
func (a *Audited) Err() error {
	if a.Report.Void == "" && a.Report.Verdict == audit.Inside {
		return nil
	}
	return &RefusedError{Reason: strings.TrimSuffix(a.Headline(), "."), Next: "see " + filepath.Join(a.Dir, auditpage.PageName)}
}

// Audit compares updated models with retrained ones and writes what it found. See package audit.
func Audit(ctx context.Context, o AuditOptions) (*Audited, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	read := o.folders
	if o.Logits {
		read = o.files
	}
	in, err := read(ctx, heard(o.Progress))
	if err != nil {
		return nil, err
	}
	heard(o.Progress).Step("comparing the models", 0, 0)
	report, err := audit.Run(ctx, in.models, in.samples, audit.Options{Seed: o.Seed})
	if err != nil {
		return nil, err
	}
	p := &auditpage.Page{Made: time.Now().UTC().Truncate(time.Second), Lethe: build.Version, Old: names(o.Old), New: names(o.New), Retrained: names(o.Retrained),
		Warnings: append([]string{}, in.warnings...), Report: report}
	return &Audited{filepath.Clean(o.Out), p}, auditpage.Write(o.Out, p)
}

// audited is what an audit compares.
type audited struct {
	models   audit.Models
	samples  audit.Samples
	warnings []string
}

// names are the last parts of paths: a page says nothing of the machine that it was made on.
func names(paths []string) []string {
	out := make([]string, len(paths))
	for i, p := range paths {
		out[i] = filepath.Base(filepath.Clean(p))
	}
	return out
}

func (o *AuditOptions) check() error {
	folders := []string{o.Data, o.DataLabels, o.Request, o.Test, o.TestLabels, o.Unknown}
	files := []string{o.Labels, o.Forget, o.Validation}
	given := func(list []string) (any bool) {
		for _, x := range list {
			any = any || x != ""
		}
		return any
	}
	switch {
	case len(o.Old) == 0 || len(o.New) == 0 || len(o.Retrained) == 0:
		return usage("name the models before the update, after it, and retrained ones")
	case o.Logits && given(folders):
		return usage("--logits takes --labels, --forget and --validation, not the data of folders")
	case o.Logits && (o.Labels == "" || o.Forget == ""):
		return usage("--logits needs the labels with --labels and the rows to be forgotten with --forget")
	case !o.Logits && given(files[1:]):
		return usage("--forget and --validation belong to --logits: folders take --request and --test")
	case !o.Logits && (o.Data == "" || o.Request == ""):
		return usage("name the training data with --data and the request with --request")
	case o.Out == "":
		return usage("name the folder of the audit with --out")
	}
	inputs := append(append(append(append([]string{}, o.Old...), o.New...), o.Retrained...), append(folders[:5], files...)...)
	if err := checkTargets([]target{{"--out", o.Out}}, inputs...); err != nil {
		return err
	}
	return o.checkOut()
}

// checkOut says whether the audit can be written there.
func (o *AuditOptions) checkOut() error {
	info, err := os.Stat(o.Out)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case !info.IsDir():
		return fmt.Errorf("%s is not a folder", o.Out)
	}
	for _, name := range []string{auditpage.PageName, auditpage.JSONName} {
		if _, err := os.Lstat(filepath.Join(o.Out, name)); err == nil && !o.Force {
			return &RefusedError{Reason: o.Out + " holds an audit", Next: "name another folder, or overwrite it with --force"}
		}
	}
	return nil
}

// files reads files of logits.
func (o *AuditOptions) files(context.Context, Progress) (*audited, error) {
	out := &audited{}
	for _, list := range []struct {
		paths []string
		to    *[]*audit.Logits
	}{{o.Old, &out.models.Old}, {o.New, &out.models.Updated}, {o.Retrained, &out.models.Retrained}} {
		for _, path := range list.paths {
			models, err := audit.ReadLogits(path)
			if err != nil {
				return nil, err
			}
			*list.to = append(*list.to, models...)
		}
	}
	s := &out.samples
	for _, list := range []struct {
		path string
		to   *[]int
	}{{o.Labels, &s.Labels}, {o.Forget, &s.Forget}, {o.Validation, &s.Validation}} {
		if list.path == "" {
			continue
		}
		var err error
		if *list.to, err = audit.ReadIndices(list.path); err != nil {
			return nil, err
		}
	}
	s.Retain = others(len(s.Labels), s.Forget, s.Validation)
	return out, nil
}

// others returns the numbers below n that are in no list.
func others(n int, lists ...[]int) (out []int) {
	in := map[int]bool{}
	for _, list := range lists {
		for _, i := range list {
			in[i] = true
		}
	}
	for i := range n {
		if !in[i] {
			out = append(out, i)
		}
	}
	return out
}

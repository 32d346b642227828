package data

import (
	"fmt"
	"slices"
)

// checkUsed refuses options that nothing would be done with: what is left out in silence is taken
// for done.
func (o Options) checkUsed(format string) error {
	kind := kindOf(format)
	for _, x := range []struct {
		flag  string
		given bool
		of    []string // kinds
		next  string
	}{
		{"--labels", o.Labels != "", []string{"rows", IDX}, "the label of a table is a column, which --label names"},
		{"--drop", len(o.Drop) > 0, []string{"table"}, "only columns of tables can be left out"},
		{"--categorical", len(o.Categorical) > 0, []string{"table"}, "only columns of tables can be categories"},
		{"--scaling", o.Scaling != "", []string{"table"}, "only columns of tables are scaled"},
		{"--missing", o.Missing != "", []string{"table"}, "only cells of tables can be missing"},
		{"--unit-rows", o.UnitRows, []string{"table", "rows"}, "only rows of numbers have norms"},
		{"--length", o.Length != 0, []string{Text}, "only texts are cut into windows"},
	} {
		if x.given && !slices.Contains(x.of, kind) {
			return fmt.Errorf("data: %s does nothing with data of the format %s: leave it out; %s", x.flag, format, x.next)
		}
	}
	if o.Labels != "" && format == SVMLight {
		return fmt.Errorf("data: --labels does nothing with data of the format svmlight, whose labels stand in the rows: leave it out")
	}
	return nil
}

// checkColumns refuses columns that are named for two things.
func (o Options) checkColumns() error {
	for _, x := range []struct {
		name, is string
	}{{o.Label, "the label"}, {o.ID, "the id"}} {
		switch {
		case x.name == "":
		case slices.Contains(o.Drop, x.name):
			return fmt.Errorf("data: column %q is %s and is to be left out by --drop: say one of both", x.name, x.is)
		case slices.Contains(o.Categorical, x.name):
			return fmt.Errorf("data: column %q is %s and is named in --categorical: say one of both", x.name, x.is)
		}
	}
	for _, name := range o.Drop {
		if slices.Contains(o.Categorical, name) {
			return fmt.Errorf("data: column %q is named in --drop and in --categorical: say one of both", name)
		}
	}
	return nil
}

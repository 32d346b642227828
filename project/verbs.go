package project

import (
	"context"
	"errors"
)

var errUnwritten = errors.New("project: not written yet")

// Outcome is a folder that was made.
type Outcome struct {
	Dir    string
	Record Record // the new line of the history
}

// Train trains a model and makes its folder.
func Train(ctx context.Context, o TrainOptions) (*Outcome, error) { return nil, errUnwritten }

// Import makes a folder of a model from elsewhere.
func Import(ctx context.Context, o ImportOptions) (*Outcome, error) { return nil, errUnwritten }

// Unlearn carries out a request and makes the folder of the new model.
func Unlearn(ctx context.Context, o UnlearnOptions) (*Outcome, error) { return nil, errUnwritten }

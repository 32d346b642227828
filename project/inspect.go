package project

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"lethe/graph"
	"lethe/safetensors"
)

// Info is what a file or a folder of a model holds.
type Info struct {
	Path       string            `json:"path"`
	Kind       string            `json:"kind"` // "model", "onnx" or "safetensors"
	Network    string            `json:"network,omitempty"`
	Loss       string            `json:"loss,omitempty"`
	Precision  string            `json:"precision,omitempty"`
	Parameters int               `json:"parameters"`
	Tensors    []Tensor          `json:"tensors"`
	Data       *State            `json:"data,omitempty"`     // as they are now
	Original   *State            `json:"original,omitempty"` // as training began with them
	Format     string            `json:"format,omitempty"`   // of the data
	Label      string            `json:"label,omitempty"`
	ID         string            `json:"id,omitempty"`
	Classes    []string          `json:"classes,omitempty"`
	Features   int               `json:"features,omitempty"`
	Training   *Training         `json:"training,omitempty"`
	History    []Record          `json:"history,omitempty"`
	Metadata   map[string]string `json:"metadata,omitempty"`
	Notes      []string          `json:"notes,omitempty"`
}

// Tensor is a parameter tensor.
type Tensor struct {
	Name  string `json:"name"`
	Shape []int  `json:"shape"`
	Type  string `json:"type,omitempty"`
}

// Inspect says what a model's folder, an ONNX file or a safetensors file holds.
func Inspect(path string) (*Info, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("there is no file or folder %s", path)
	case err != nil:
		return nil, err
	case info.IsDir():
		return inspectFolder(path)
	}
	switch strings.ToLower(filepath.Ext(path)) {
	case ".safetensors":
		return inspectTensors(path)
	case ".onnx":
		return inspectONNX(path)
	}
	return nil, usage("%s is neither a folder nor a file ending in .onnx or .safetensors", path)
}

func inspectFolder(dir string) (*Info, error) {
	m, err := Open(dir)
	if err != nil {
		return nil, err
	}
	now := m.now()
	out := &Info{Path: dir, Kind: "model", Precision: m.Training.Precision, Data: &now, Original: &m.Changes.Base, Format: m.Description.Format,
		Label: m.Description.Label, ID: m.Description.ID, Classes: m.Description.Classes, Training: &m.Training, History: m.Records}
	if m.Network != nil {
		var kinds []string
		for _, l := range m.Network.Layers {
			kinds = append(kinds, l.Kind)
		}
		out.Network, out.Loss = strings.Join(kinds, ", "), m.Network.Loss
	} else {
		out.Network, out.Notes = "the graph of "+onnxName, m.ONNX.Notes()
	}
	out.tensors(m.Objective.Params())
	return out, nil
}

// tensors takes the parameter tensors of a network.
func (out *Info) tensors(params []graph.Param) {
	for _, p := range params {
		out.Tensors = append(out.Tensors, Tensor{Name: p.Name, Shape: p.Shape})
		out.Parameters += size(p.Shape)
	}
}

func size(shape []int) int {
	n := 1
	for _, k := range shape {
		n *= k
	}
	return n
}

func inspectTensors(path string) (*Info, error) {
	f, err := safetensors.Read(path)
	if err != nil {
		return nil, err
	}
	out := &Info{Path: path, Kind: "safetensors", Metadata: f.Metadata}
	for _, t := range f.Tensors {
		out.Tensors = append(out.Tensors, Tensor{t.Name, t.Shape, string(t.DType)})
		out.Parameters += size(t.Shape)
	}
	return out, nil
}

func inspectONNX(path string) (*Info, error) {
	x, err := loadGraph(path, "")
	if err != nil {
		return nil, err
	}
	out := &Info{Path: path, Kind: "onnx", Classes: x.Classes(), Notes: x.Notes()}
	out.tensors(x.Network().Params())
	return out, nil
}

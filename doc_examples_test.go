package lethe_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"lethe/datasets"
	"lethe/graph"
	"lethe/nets"
	"lethe/unlearn"
)

// The programs of the packages' documentation (doc.go); TestPackageDocumentation holds the two
// against each other.

func graphProgram() error {
	g := gorgonia.NewGraph()
	x := graph.Input(g, tensor.Float64, "x", 3)
	y := graph.Sum(graph.Mul(x, graph.Tanh(x)))
	first, err := graph.Grad(y, x)
	if err != nil {
		return err
	}
	p, err := graph.Compile(y, first[0])
	if err != nil {
		return err
	}
	at := tensor.New(tensor.WithBacking([]float64{0, 1, 2}))
	out, err := p.Run(map[*graph.Node]gorgonia.Value{x: at})
	if err != nil {
		return err
	}
	fmt.Printf("%.3f\n", out[1].Data())
	return nil
}

func netsProgram(ctx context.Context, data *datasets.Dataset) error {
	net := nets.MLP{In: 8, Hidden: []int{10}, Out: 1}
	model, err := nets.NewModel(net, nets.Logistic)
	if err != nil {
		return err
	}
	theta, g := model.Init(1), make([]float64, model.Dim())
	if err := model.Gradient(ctx, g, theta, data); err != nil {
		return err
	}
	loss, err := model.Loss(ctx, theta, data)
	if err != nil {
		return err
	}
	fmt.Println(len(g), loss > 0)
	return nil
}

func datasetsProgram() error {
	format := datasets.CSV{Label: "bought", Scaling: datasets.Standard}
	format.Categorical = []string{"city"}
	train, err := format.Load("train.csv")
	if err != nil {
		return err
	}
	format.Like = train.Coding // the columns, classes and scales of the training file
	test, err := format.Load("test.csv")
	if err != nil {
		return err
	}
	fewer, err := datasets.Without(train, []int{3, 14, 15})
	if err != nil {
		return err
	}
	fmt.Println(train.Len(), test.Columns, fewer.Len())
	return nil
}

func unlearnProgram(ctx context.Context, model *nets.Model, train *datasets.Dataset) error {
	problem := &unlearn.Problem{Objective: model, Train: train, L2: 1}
	theta, err := unlearn.LBFGS{}.Train(ctx, problem, model.Init(1))
	if err != nil {
		return err
	}
	request := unlearn.RemoveSamples(3, 14, 15)
	update, err := unlearn.SecondOrder{}.Unlearn(ctx, problem, theta, request)
	if err != nil {
		return err
	}
	fmt.Println(update.Before > update.After, update.Data.Len())
	return nil
}

// What the package documentation shows does what it says.
func Example_packages() {
	ctx := context.Background()
	data, err := datasets.Load(ctx, "diabetes", "")
	if err != nil {
		fmt.Println(err)
		return
	}
	model, err := nets.NewModel(nets.Linear{In: 8, Out: 1}, nets.Logistic)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, err := range []error{graphProgram(), netsProgram(ctx, data.Train), inFolderOfTables(datasetsProgram), unlearnProgram(ctx, model, data.Train)} {
		if err != nil {
			fmt.Println(err)
		}
	}
	// Output:
	// [0.000 1.182 1.105]
	// 101 true
	// 16 [city_Bonn city_Oslo city_Rome age] 13
	// true 611
}

// inFolderOfTables runs f where train.csv and test.csv stand.
func inFolderOfTables(f func() error) error {
	folder, err := os.MkdirTemp("", "tables")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	old, err := os.Getwd()
	if err != nil {
		return err
	}
	train := "city,age,bought\n"
	for i := range 16 {
		train += fmt.Sprintf("%s,%d,%s\n", []string{"Rome", "Oslo", "Bonn"}[i%3], 20+3*i, []string{"no", "yes"}[i%2])
	}
	if err := os.WriteFile(filepath.Join(folder, "train.csv"), []byte(train), 0o644); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(folder, "test.csv"), []byte("age,bought,city\n30,yes,Rome\n"), 0o644); err != nil {
		return err
	}
	if err := os.Chdir(folder); err != nil {
		return err
	}
	defer os.Chdir(old)
	return f()
}

package datasets

import (
	"context"
	"slices"
	"strconv"
	"strings"
)

// enronFiles is the bag of words made from the mails.
var enronFiles = []knownFile{
	{"enron_bow.svm.gz", "c24b85e5cfee8f65810294fa05c6ec2702b3f94fd957c4e40a0b8234f141e79a"},
	{"vocab.txt", "5aea14e6020dff5d2ef2a929db612efa307308f9db63cac311d488d6578e30ab"},
	{"sensitive_features.txt", "a77fa9ef505c64a7e73fc0917c91790daf432c294506928f3ac80d49eb9de7b2"},
}

// enronMatrices is the same as the authors keep it, with the training rows in another order.
var enronMatrices = []knownFile{
	{"x_train.npz", ""},
	{"x_test.npz", "8c52d4079539ab229074f2f89b1dbc698e95aeddd18a91f6c29ecf91379a2e69"},
	{"y_train.npy", "8799d2056be5687b5328ca42f867a1f486cc152475e271350f2deafbd633900c"},
	{"y_test.npy", "b96457e036c9707f2b30195666bf68a2d1a8e65d01f5bcbbae3cba2f8d1679bd"},
	{"features.txt", "5aea14e6020dff5d2ef2a929db612efa307308f9db63cac311d488d6578e30ab"},
	{"sensitive_features.txt", "a77fa9ef505c64a7e73fc0917c91790daf432c294506928f3ac80d49eb9de7b2"},
}

// loadEnron reads the bag of words; each row is divided by its norm. Training rows stand in the
// order of the file, test rows in the order that their comments give.
func loadEnron(ctx context.Context, path func(file string) string) (*Named, error) {
	columns, err := readLines(path("vocab.txt"))
	if err != nil {
		return nil, err
	}
	names, err := readLines(path("sensitive_features.txt"))
	if err != nil {
		return nil, err
	}
	n := &Named{}
	if n.Sensitive, err = columnsOf(path("sensitive_features.txt"), names, columns); err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	all, comments, err := SVMLight{Cols: len(columns), Labels: []float64{-1, 1}}.Load(path("enron_bow.svm.gz"))
	if err != nil {
		return nil, err
	}
	all.Columns = columns
	if all, err = NormalizeRows(all); err != nil {
		return nil, err
	}
	train, test, err := splitByComment(path("enron_bow.svm.gz"), comments)
	if err != nil {
		return nil, err
	}
	n.Train, n.Test = all.Subset(train), all.Subset(test)
	return n, nil
}

// splitByComment reads comments that begin with "train" or "test:ROW", where ROW is the place among
// the test rows.
func splitByComment(file string, comments []string) (train, test []int, err error) {
	place := map[int]int{}
	for i, c := range comments {
		part, _, _ := strings.Cut(c, " ")
		if part == "train" {
			train = append(train, i)
			continue
		}
		number, isTest := strings.CutPrefix(part, "test:")
		row, err := strconv.Atoi(number)
		if !isTest || err != nil {
			return nil, nil, malformed(file, i+1, "comment %q says neither train nor test:ROW", c)
		}
		if _, twice := place[row]; twice {
			return nil, nil, malformed(file, i+1, "test row %d comes twice", row)
		}
		place[row] = i
		test = append(test, row)
	}
	slices.Sort(test)
	for k, row := range test {
		if row != k {
			return nil, nil, malformed(file, 0, "test row %d is missing", k)
		}
		test[k] = place[row]
	}
	return train, test, nil
}

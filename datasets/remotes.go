package datasets

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/nlpodyssey/gopickle/pickle"
	"github.com/nlpodyssey/gopickle/types"
)

// remote is a file that [Fetch] downloads.
type remote struct {
	file    string   // its name in the data set's folder
	urls    []string // tried in this order
	size    int64    // of the download in bytes; 0 = unknown
	sha256  string   // of the download; "" = unknown
	gitBlob string   // its id as a git blob, where that is what is known
	convert func(download []byte) ([]byte, error)
	members []knownFile // the download is a gzipped tar, from which these are taken into the folder; found by base name
}

const (
	uciAdult = "https://archive.ics.uci.edu/ml/machine-learning-databases/adult/"
	// authors is the released code of the paper, at its commit of 13 February 2024.
	authors = "https://raw.githubusercontent.com/alewarne/MachineUnlearning/10fadb2dc1ac0128b56b4450907c4affb508a8f2/train_test_data/"
	zalando = "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/b2617bb6d3ffa2e429640350f613e3291e10b141/data/fashion/"
)

var adultRemote = []remote{
	{file: "adult.data", urls: []string{uciAdult + "adult.data", authors + "Adult/adult.data"}, size: 3974305,
		sha256: "5b00264637dbfec36bdeaab5676b0b309ff9eb788d63554ca0a249491c86603d"},
	{file: "adult.test", urls: []string{uciAdult + "adult.test", authors + "Adult/adult.test"}, size: 2003153,
		sha256: "a2a9044bc167a35b2361efbabec64e89d69ce82d9790d2980119aac5fd7e9c05"},
}

var drebinRemote = []remote{
	{file: "x_train.npz", urls: []string{authors + "Drebin/x_train.npz"}, size: 1082539,
		sha256: "6f461febc4f74c69e599de3c7436dd0ebac63ed48146c165aeebf36988ce01a6"},
	{file: "x_test.npz", urls: []string{authors + "Drebin/x_test.npz"}, size: 272558,
		sha256: "723f952c15961532f87e1c6f043e3461d10b14ca18303654f506f02e702bdf50"},
	{file: "y_train.npy", urls: []string{authors + "Drebin/y_train.npy"}, size: 315168,
		sha256: "70f51d7033caf09af22fa00d14a64428161c9c815cc2d653eaba4d4a9754684a"},
	{file: "y_test.npy", urls: []string{authors + "Drebin/y_test.npy"}, size: 78896,
		sha256: "aeaae30761a35e142e6ce740232355cc66c83a193a6ff8fd6bbbbe8c53e58fda"},
	{file: "features.txt", urls: []string{authors + "Drebin/voc.pkl"}, size: 90122,
		sha256: "1cd0e952ce73a5050d06562ba33efe433b7948ba5805548d7bb340feb955211e", convert: vocabularyLines},
	{file: "sensitive_features.txt", urls: []string{authors + "Drebin/relevant_features.txt"}, size: 44736,
		sha256: "c88f9a86d54b53948828725b53960f397bbc16ce307b11c0f78a847c11896c2f"},
}

// enronRemote gives the second layout of the set: the authors' matrices, with the training rows in
// another order.
var enronRemote = []remote{
	{file: "x_train.npz", urls: []string{authors + "Enron/x_train.npz"}, gitBlob: "15c6f6d3eceedf9cd23ed7ae4c160e3852643583"},
	{file: "x_test.npz", urls: []string{authors + "Enron/x_test.npz"}, size: 1053680,
		sha256: "8c52d4079539ab229074f2f89b1dbc698e95aeddd18a91f6c29ecf91379a2e69"},
	{file: "y_train.npy", urls: []string{authors + "Enron/y_train.npy"}, size: 215904,
		sha256: "8799d2056be5687b5328ca42f867a1f486cc152475e271350f2deafbd633900c"},
	{file: "y_test.npy", urls: []string{authors + "Enron/y_test.npy"}, size: 54080,
		sha256: "b96457e036c9707f2b30195666bf68a2d1a8e65d01f5bcbbae3cba2f8d1679bd"},
	{file: "features.txt", urls: []string{authors + "Enron/voc.pkl"}, size: 60523,
		sha256: "dd58aa6261952895b9741ce8e396ab3c796f08397039e71783f85f8af3781ef6", convert: vocabularyLines},
	{file: "sensitive_features.txt", urls: []string{authors + "Enron/relevant_features.txt"}, size: 2000,
		sha256: "a77fa9ef505c64a7e73fc0917c91790daf432c294506928f3ac80d49eb9de7b2"},
}

var fashionRemote = []remote{
	{file: "train-images-idx3-ubyte.gz", urls: []string{zalando + "train-images-idx3-ubyte.gz"}, size: 26421880,
		sha256: "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84"},
	{file: "train-labels-idx1-ubyte.gz", urls: []string{zalando + "train-labels-idx1-ubyte.gz"}, size: 29515,
		sha256: "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845"},
	{file: "t10k-images-idx3-ubyte.gz", urls: []string{zalando + "t10k-images-idx3-ubyte.gz"}, size: 4422102,
		sha256: "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073"},
	{file: "t10k-labels-idx1-ubyte.gz", urls: []string{zalando + "t10k-labels-idx1-ubyte.gz"}, size: 5148,
		sha256: "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5"},
}

var cifarRemote = []remote{
	{file: "cifar-10-binary.tar.gz", urls: []string{"https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz"}, size: 170052171,
		sha256: "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd", members: cifarFiles},
}

// vocabularyLines turns a pickled dictionary of scikit-learn (name to column) into names, one a
// line in column order.
func vocabularyLines(download []byte) ([]byte, error) {
	v, err := pickle.Loads(string(download))
	if err != nil {
		return nil, fmt.Errorf("not a pickled dictionary: %w", err)
	}
	dict, ok := v.(*types.Dict)
	if !ok {
		return nil, fmt.Errorf("not a pickled dictionary but %T", v)
	}
	type entry struct {
		name   string
		column int
	}
	var entries []entry
	for _, e := range *dict {
		name, isName := e.Key.(string)
		column, isColumn := e.Value.(int)
		if !isName || !isColumn {
			return nil, fmt.Errorf("a dictionary of %T to %T, not of names to columns", e.Key, e.Value)
		}
		entries = append(entries, entry{name, column})
	}
	slices.SortFunc(entries, func(a, b entry) int { return cmp.Compare(a.column, b.column) })
	var text strings.Builder
	for i, e := range entries {
		if e.column != i {
			return nil, fmt.Errorf("no name for column %d", i)
		}
		text.WriteString(e.name + "\n")
	}
	return []byte(text.String()), nil
}

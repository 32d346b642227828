// Package data reads the data of a model's folder: tables (CSV, TSV, Parquet), svmlight, NumPy and
// IDX files, folders of images and text. What the training data say about their own preprocessing
// is a [Description], which is kept as data.yaml and used again for every later file.
//
//	train, err := data.Load(ctx, "train.csv", data.Options{Label: "income", ID: "person"})
//	...
//	err = train.Description.Write("model/data.yaml")
//	test, err := data.Load(ctx, "test.parquet", data.Options{Like: train.Description})
//
// # Tables
//
// A column is a category if it has a cell that is no number (missing cells aside), or if it is
// named in Categorical; all others are numbers. A category becomes a feature of 0 or 1 for each of
// its levels, which are sorted. A number v becomes (v-m)/s with the mean m and the standard
// deviation s of the training data: the methods of unlearning solve linear systems with the
// Hessian, and these are ill-conditioned where one column counts in thousands and another in
// tenths. Columns of nothing but 0 and 1 stay as they are, like the features of a category, so that
// a table of words stays sparse.
//
// White space around a cell does not count, in ids too. A cell is missing if it is empty or reads
// "?" (Missing). The mean of the training data stands in for a missing number and the most frequent
// level for a missing category; [Loaded].Filled counts them. A missing label or id is an error.
//
// Samples are dense rows up to 64 MiB. From there on they are sparse where that takes less than
// half the memory. Sparse says which of both the training data are, and later files are kept alike.
//
// Boolean columns are categories, of the levels false and true. Dates are texts, so a date of many
// values has too many levels: leave it out, or write it as a number.
package data

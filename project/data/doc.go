// Package data reads the data of a model's folder: tables (CSV, TSV, Parquet), svmlight, NumPy and
// IDX files, folders of images and text. What the training data say about their own preprocessing
// is a [Description], which is kept as data.yaml and used again for every later file.
package data

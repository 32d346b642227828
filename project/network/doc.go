// Package network describes networks by files: a network.yaml lists the layers of package nets by
// name, and the sizes that follow from the samples and the labels may be left out.
//
//	inputs: {sample: [28, 28, 1]}
//	classes: 10
//	layers:
//	  - conv: {out: 16, size: 3, same: true}
//	  - relu
//	  - max-pool: 2
//	  - flatten
//	  - dense
//
// [Parse] reads such a file, or a short form such as "mlp:64,64". [File.Build] makes the network
// and its loss, [File.Write] writes the file with every size spelled out, and [Import] fills the
// network with the tensors of a PyTorch state dict.
package network

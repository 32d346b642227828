// Package poisoning corrects the labels of a convolutional network that was trained on wrong ones
// (docs/paper.md#poisoned-labels): flipped labels in the experiment poisoning, several kinds of them
// in correct. The function poisonMethods is the one list of the methods of both.
package poisoning

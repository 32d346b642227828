// Package poisoning repairs a convolutional network that was trained on flipped labels
// (docs/paper.md#poisoned-labels). The function poisonMethods is the one list of its methods.
package poisoning
